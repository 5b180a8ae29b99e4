"""The Mailchimp adapter."""
