"""Cuts secrets out of what clouds and states tell, before any of it is stored, shown or sent.

A secret is known by the name of its field, by its own looks, or by what stands beside it; redact.toml
lists all three. Names, ids and ARNs are no secrets, and neither are numbers, truth values and nulls.
"""

from drift.redact.rules import use
from drift.redact.texts import MASK
from drift.redact.walk import Redacted, redact

__all__ = ["MASK", "Redacted", "redact", "use"]
