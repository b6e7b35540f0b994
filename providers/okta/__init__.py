"""Okta: who has which names."""
