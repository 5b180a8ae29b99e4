"""Franca adapter for Brevo."""
