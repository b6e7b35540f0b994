"""Driftledger: who changed what, whether it was authorised, and whether it still differs from the code."""

__version__ = "0.1.0"

DEFAULT_CONFIG = "config.toml"
"""The configuration that is read, if it is there, where no command names another."""
