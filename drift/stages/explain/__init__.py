"""Which write made each difference so, and which writes leave the code right?"""

from drift.stages.explain.findings import explain
from drift.stages.explain.standing import stand

__all__ = ["explain", "stand"]
