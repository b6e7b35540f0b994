"""Driftledger: who changed what, whether it was authorised, and whether it still differs from the code."""

__version__ = "0.1.0"
