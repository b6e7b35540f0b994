"""What somebody wants to see stands in the URL, and comes back from it."""

from datetime import UTC, datetime

import pytest

from drift.model.verdict import Channel, Disposition, Lane, Severity
from drift.reports.browse.change_filter import ChangeFilter, parse_change_filter
from drift.reports.browse.filters import NotUnderstood

EVERYTHING_ASKED = ChangeFilter(
    disposition=frozenset({Disposition.UNTICKETED, Disposition.PENDING}),
    severity=frozenset({Severity.CRITICAL}),
    channel=frozenset({Channel.CONSOLE, Channel.MANUAL}),
    lane=frozenset({Lane.EMERGENCY}),
    environment="production",
    account="111122223333",
    actor="alice@example.com",
    type="aws_security_group",
    resource="module.web & more",
    resource_id="sg-0abc",
    ticket="OPS-1",
    since=datetime(2026, 11, 1, tzinfo=UTC),
    until=datetime(2026, 11, 16, 9, 30, tzinfo=UTC),
    needs=True,
)


def test_a_filter_comes_back_from_its_query_string() -> None:
    assert parse_change_filter(EVERYTHING_ASKED.pairs()) == EVERYTHING_ASKED


def test_the_query_string_of_a_filter_is_always_the_same() -> None:
    """
    A link to a list is compared, bookmarked and sent on.
    """
    assert EVERYTHING_ASKED.query() == (
        "disposition=unticketed&disposition=pending&severity=critical&channel=console&channel=manual"
        "&lane=emergency&environment=production&account=111122223333&actor=alice%40example.com"
        "&type=aws_security_group&resource=module.web+%26+more&resource_id=sg-0abc&ticket=OPS-1"
        "&since=2026-11-01&until=2026-11-16T09%3A30%3A00Z&needs=yes"
    )


def test_nothing_that_is_asked_is_an_empty_query() -> None:
    assert ChangeFilter().query() == ""
    assert parse_change_filter([]) == ChangeFilter()


def test_fields_of_a_form_that_were_left_empty_ask_for_nothing() -> None:
    assert parse_change_filter([("actor", ""), ("since", " "), ("severity", "")]) == ChangeFilter()


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("colour", "red", "there is no such filter"),
        ("severity", "terrible", "it is none of critical, high, medium, low"),
        ("since", "yesterday", "it is no time such as 2026-11-16 or 2026-11-16T09:30Z"),
        ("since", "0001-01-01T00:00+14:00", "it is no time such as 2026-11-16 or 2026-11-16T09:30Z"),
        ("needs", "maybe", "it is yes, or is left out"),
        ("actor", "a" * 3000, "it is longer than 500 characters"),
    ],
)
def test_what_says_nothing_is_named_with_the_reason(key: str, value: str, why: str) -> None:
    assert parse_change_filter([(key, value)]) == (NotUnderstood(key=key, value=value, why=why),)


def test_what_can_be_only_one_is_not_given_twice() -> None:
    found = parse_change_filter([("actor", "alice"), ("actor", "bob")])

    assert found == (NotUnderstood(key="actor", value="bob", why="it is given twice"),)
