"""Definitions → who is in which segment, computed through Ibis: in an embedded DuckDB, or on the engine that the shop has."""

from franca.audience.evaluation import Evaluation, Individual, Summary, evaluate

__all__ = ["Evaluation", "Individual", "Summary", "evaluate"]
