"""Franca for Klaviyo."""
