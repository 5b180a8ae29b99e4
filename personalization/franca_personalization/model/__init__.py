"""The language model behind copy: two wires, a budget, a cache. Importing this loads no SDK; `FRANCA_LLM_OFFLINE=1` forbids every call."""

from franca_personalization.model.ask import MAX_REASKS, Again, Asked, Attempt, Check, Merge, ask, newest
from franca_personalization.model.budget import Budget, Estimate, Spent, estimate
from franca_personalization.model.cache import Cache, CachedModel, cache_key, digest
from franca_personalization.model.client import OpenAIModel
from franca_personalization.model.cost import Price, Prices
from franca_personalization.model.records import Answer, Failed, Failure, Kind, Model, ModelError, Parts, Request, Usage
from franca_personalization.model.run import Job, Log, Outcomes, entry, forecast, run
from franca_personalization.model.settings import OFFLINE, ModelSettings, TokenCap, Wire, offline
from franca_personalization.model.wires import preview

__all__ = [
    "MAX_REASKS",
    "OFFLINE",
    "Again",
    "Answer",
    "Asked",
    "Attempt",
    "Budget",
    "Cache",
    "CachedModel",
    "Check",
    "Estimate",
    "Failed",
    "Failure",
    "Job",
    "Kind",
    "Log",
    "Merge",
    "Model",
    "ModelError",
    "ModelSettings",
    "OpenAIModel",
    "Outcomes",
    "Parts",
    "Price",
    "Prices",
    "Request",
    "Spent",
    "TokenCap",
    "Usage",
    "Wire",
    "ask",
    "cache_key",
    "digest",
    "entry",
    "estimate",
    "forecast",
    "newest",
    "offline",
    "preview",
    "run",
]
