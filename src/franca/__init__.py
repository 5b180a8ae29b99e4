"""Franca: audiences and dynamic email content as code."""

__version__ = "0.1.0"
