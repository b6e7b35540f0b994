"""Vaults of raw records."""
