"""Which of the eight tests of the change control does a change pass? docs/change-control.md tells of them."""

from drift.stages.assess.assess import assess
from drift.stages.assess.question import AssessmentRules

__all__ = ["AssessmentRules", "assess"]
