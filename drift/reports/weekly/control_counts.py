"""What the eight tests found, by criterion: how many changes passed, failed, or could not be tested.

CC8.1 asks whether a change was authorised (t1 to t7), CC7.1 whether what runs is what is declared (t8).
"""

from collections.abc import Iterable, Sequence

from drift.model.control_test import ControlTest, Result
from drift.reports.weekly.counts import ControlCount
from drift.store.changes import ChangeRow

CRITERIA = {
    "CC8.1": frozenset(ControlTest) - {ControlTest.CONVERGED},
    "CC7.1": frozenset({ControlTest.CONVERGED}),
}


def control_counts(rows: Sequence[ChangeRow]) -> tuple[ControlCount, ...]:
    """Return the counts of each criterion. A change of which nothing is asked is in none of them."""
    return tuple(_count(criterion, tests, rows) for criterion, tests in CRITERIA.items())


def _count(criterion: str, tests: frozenset[ControlTest], rows: Iterable[ChangeRow]) -> ControlCount:
    results = [result for row in rows if (result := _worst(row, tests)) is not Result.NA]
    return ControlCount(
        criterion=criterion,
        passed=results.count(Result.PASS),
        failed=results.count(Result.FAIL),
        not_evaluable=results.count(Result.NOT_EVALUABLE),
    )


def _worst(row: ChangeRow, tests: frozenset[ControlTest]) -> Result:
    """Return what the tests found of a change together; one that was not judged yet cannot be tested."""
    if row.judgement is None or not row.judgement.tests:
        return Result.NOT_EVALUABLE
    found = {one.result for one in row.judgement.tests if one.test in tests}
    return next((one for one in _WORST_FIRST if one in found), Result.NA)


_WORST_FIRST = (Result.FAIL, Result.NOT_EVALUABLE, Result.PASS)
