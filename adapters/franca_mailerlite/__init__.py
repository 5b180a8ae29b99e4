"""Franca adapter for MailerLite."""
