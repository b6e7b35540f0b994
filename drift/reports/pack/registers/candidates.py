"""The register of deviation candidates: at which changes the reader should look, why, and what is known.

A candidate is no conclusion. It is a change that a test fails, or that stands as unticketed, retroactive
or waived; whether a control did not operate, only the reader says.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from drift.model.action import Waived
from drift.model.control_test import ControlTest, Result
from drift.model.evidence import ActionRecord, DispositionRecord
from drift.model.verdict import Disposition
from drift.reports.pack.listing import Document, Fields, Listing, named_for
from drift.reports.pack.registers.facts import Facts
from drift.reports.pack.registers.place import PLACE, place_of, time
from drift.reports.pack.registers.register import Register, Yielded
from drift.reports.pack.registers.write_up import PLACEHOLDER, WriteUp, write_up
from drift.reports.pack.registers.write_up_page import MOST_PAGES, write_up_page
from drift.reports.pack.view import Recorded

FOLDER = "05_deviation_candidates"

COLUMNS = (
    *("change_id", "began_at", "account", "environment", "resource_type", "resource_id", "address"),
    *("actor", "corrected_actor", "channel", "lane", "disposition", "severity"),
    *("signs", "failed_tests", "why", "waived_by", "waiver_owner", "waived_until", "waiver_reason"),
    *("what", "when", "who", "affected", "done", "still_open", "response_of_management", "write_up"),
    *PLACE,
)

DEVIATING = (Disposition.UNTICKETED, Disposition.RETROACTIVE, Disposition.WAIVED)

Found = Recorded[DispositionRecord]


def candidates(facts: Facts) -> Iterator[Yielded]:
    """Yield the register, and a page for each candidate to be completed by management."""
    yield Register(
        listing=Listing(
            path=f"{FOLDER}/register",
            title="Deviation candidates",
            lists="Each change of 02_population/changes that somebody has to answer for and that fails one"
            " of the eight tests, or stands as unticketed, retroactive or waived, by its beginning.",
            columns=COLUMNS,
            rows=_rows(facts),
            totals=("account", "lane", "disposition"),
            dated_by="began_at",
            limits=(
                "A candidate is no conclusion: only the reader says whether a control did not operate.",
                f"What stands as {PLACEHOLDER} no log can tell.",
                f"The first {MOST_PAGES} have a page of their own; what it says stands in the row too.",
            ),
        ),
        witness=facts.covered.witness,
    )
    for one in islice(_found(facts), MOST_PAGES):
        told = write_up(one.body, one.entry.seq, facts)
        title = f"Deviation candidate {told.change_id}"
        yield Document(path=_page(told), content=write_up_page(title, ", ".join(signs_of(one.body)), [told]))


def signs_of(change: DispositionRecord) -> list[str]:
    """Return everything that makes a change a candidate; nothing where it is none."""
    failed = [f"fails {test} ({test.asks})" for test in failed_tests(change)]
    return ([change.disposition.value] if change.disposition in DEVIATING else []) + failed


def failed_tests(change: DispositionRecord) -> list[ControlTest]:
    """Return which of the eight tests a change fails."""
    found = (change.t1, change.t2, change.t3, change.t4, change.t5, change.t6, change.t7, change.t8)
    return [test for test, result in zip(ControlTest, found, strict=True) if result is Result.FAIL]


def _found(facts: Facts) -> Iterator[Found]:
    return (one for one in facts.answered() if signs_of(one.body))


def _rows(facts: Facts) -> Iterator[Fields]:
    for number, one in enumerate(_found(facts)):
        change, told = one.body, write_up(one.body, one.entry.seq, facts)
        yield {
            "change_id": change.change_id,
            "began_at": time(change.began_at),
            "account": change.account,
            "environment": change.environment,
            "resource_type": change.resource_type,
            "resource_id": change.resource_id,
            "address": change.address,
            "actor": change.actor,
            "corrected_actor": change.corrected_actor,
            "channel": change.channel,
            "lane": change.lane,
            "disposition": change.disposition,
            "severity": change.severity,
            "signs": signs_of(change),
            "failed_tests": [test.value for test in failed_tests(change)],
            "why": list(told.reasons),
            **_waiver(facts.actions.get(change.change_id, ())),
            "what": told.what,
            "when": told.when,
            "who": told.who,
            "affected": told.affected,
            "done": list(told.done),
            "still_open": list(told.still_open),
            "response_of_management": PLACEHOLDER,
            "write_up": _page(told) if number < MOST_PAGES else None,
            **place_of(one.entry),
        }


def _waiver(actions: Sequence[ActionRecord]) -> Fields:
    """Return the last waiver of a change."""
    given = [(one.by, one.deed) for one in actions if isinstance(one.deed, Waived)]
    if not given:
        return {}
    by, deed = given[-1]
    return {
        "waived_by": by.name,
        "waiver_owner": deed.owner,
        "waived_until": time(deed.expires_at),
        "waiver_reason": deed.reason,
    }


def _page(told: WriteUp) -> str:
    return f"{FOLDER}/write_ups/{named_for(told.change_id)}.html"
