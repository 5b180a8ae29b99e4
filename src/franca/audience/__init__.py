"""Definitions → who is in which segment, computed through Ibis: in an embedded DuckDB, or on the engine that the shop has."""

from franca.audience.evaluation import Evaluation, Progress, Summary, evaluate

__all__ = ["Evaluation", "Progress", "Summary", "evaluate"]
