"""Measuring on an account what its adapter assumes."""

from franca.probing.measure import Answer, Probed, measure

__all__ = ["Answer", "Probed", "measure"]
