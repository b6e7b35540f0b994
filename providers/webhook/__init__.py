"""Webhooks of any receiver."""
