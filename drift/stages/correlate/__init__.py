"""Which ticket or reviewed pull request covers a change, and was it approved before, by somebody else?"""

from drift.stages.correlate.case import CorrelationRules
from drift.stages.correlate.covers import correlate

__all__ = ["CorrelationRules", "correlate"]
