"""The eight tests of the change control: what an auditor tests of each change, tested of every one."""

from dataclasses import dataclass
from enum import StrEnum


class ControlTest(StrEnum):
    """One question that is asked of every change. The order is that of the columns t1 to t8."""

    DOCUMENTED_BEFORE = "t1"
    REVIEWER_IS_NOT_AUTHOR = "t2"
    TESTED_BEFORE = "t3"
    APPROVED_BEFORE = "t4"
    INSIDE_WINDOW = "t5"
    IN_SCOPE = "t6"
    EMERGENCY_COMPLETE = "t7"
    CONVERGED = "t8"

    @property
    def asks(self) -> str:
        """What it asks, in a few words."""
        return _ASKS[self]


_ASKS = {
    ControlTest.DOCUMENTED_BEFORE: "documented before the first write",
    ControlTest.REVIEWER_IS_NOT_AUTHOR: "reviewed by somebody who did not make it",
    ControlTest.TESTED_BEFORE: "tested before the first write",
    ControlTest.APPROVED_BEFORE: "approved before the first write",
    ControlTest.INSIDE_WINDOW: "made inside its window",
    ControlTest.IN_SCOPE: "within the scope of its ticket",
    ControlTest.EMERGENCY_COMPLETE: "the emergency is complete",
    ControlTest.CONVERGED: "the live configuration is as declared",
}


class Result(StrEnum):
    """What a test found."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    NA = "na"
    """The question does not arise."""
    NOT_EVALUABLE = "not_evaluable"
    """What would answer it cannot be asked, is not recorded, or is not due yet."""


COMPENSATED = "; compensated by "
"""Stands in what is said of a test for which something else stands in, before that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessed:
    """What one test found of a change, and why."""

    test: ControlTest
    result: Result
    reason: str
    compensated_by: str | None = None
    """The control that stands in for it, in a small team for example: it makes no `pass` of a `fail`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CompensatingControl:
    """Something else that is done where a test cannot be passed, in a team that is too small for example."""

    name: str
    tests: frozenset[ControlTest]
    reason: str
    owner: str
    environment: str | None = None
    """Only of changes in this environment."""
