"""A language model on loopback: an OpenAI-compatible server that writes copy, good or bad, from a seed. For the demo, tests and benchmarks.

It knows nothing of the guardrails, so that what they say of its copy is worth something.
"""

from franca_personalization.loopback.answers import FAULTS
from franca_personalization.loopback.app import MODEL, Fault, Loopback, Mode
from franca_personalization.loopback.hostile import Hostile, adversarial, catalogue, fitting
from franca_personalization.loopback.prompt import Task, read
from franca_personalization.loopback.server import serve

__all__ = ["FAULTS", "MODEL", "Fault", "Hostile", "Loopback", "Mode", "Task", "adversarial", "catalogue", "fitting", "read", "serve"]
