"""The data files are whole, and what nobody reads in them is an error."""

import json
import re
from collections import Counter

import msgspec
import pytest

from drift.model.event import Effect
from drift.model.verdict import Confidence
from providers.aws.resources import RESOURCES, load_resources, parse_resources
from providers.aws.signal_rows import PhraseRow
from providers.aws.signals import SIGNALS, Signals, load_signals
from providers.tables import read_tables

TEXT = SIGNALS.read_text(encoding="utf-8")


def test_the_tables_are_read_once() -> None:
    assert load_signals() is load_signals()
    assert load_resources() is load_resources()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[api_date]", "[colour]\nname = 'red'\n[api_date]"),
        ('slug = "blinds-monitoring"', 'slug = "blinds-monitoring"\ncolour = "red"'),
        ('effect = "auth"', 'effect = "colour"'),
        ('confidence = "high"', 'confidence = "sure"'),
        ("pattern = '^(Get", "pattern = '((Get"),
        ("pattern = '^(Get", "pattern = 7 # '"),
        ("source = ", "origin = "),
        ('test = "open-rule"', 'test = "closed-rule"'),
    ],
)
def test_a_table_that_does_not_fit_is_refused(old: str, new: str) -> None:
    assert old in TEXT

    with pytest.raises(ValueError, match=r"\$|expression|colour"):
        read_tables(Signals, TEXT.replace(old, new, 1))


@pytest.mark.parametrize(("key", "value"), [("colour", "red"), ("kind", "paint"), ("types", "aws_vpc")])
def test_a_row_that_does_not_fit_is_refused(key: str, value: str) -> None:
    document = json.loads(RESOURCES.read_bytes())
    document["rows"][0][key] = value

    with pytest.raises(msgspec.ValidationError):
        parse_resources(json.dumps(document).encode())


def test_each_call_has_one_row_on_one_line() -> None:
    rows = load_resources().rows
    calls = Counter((row.service, row.event) for row in rows)
    lines = [line for line in RESOURCES.read_text(encoding="utf-8").splitlines() if '"service"' in line]

    assert len(rows) >= 315
    assert [call for call, count in calls.items() if count > 1] == []
    assert len(lines) == len(rows)


def test_rows_are_written_as_they_are_looked_up() -> None:
    """A row under a dated name would never be found."""
    api_date = load_signals().api_date

    for row in load_resources().rows:
        assert not api_date.search(row.event), row
        assert not row.service.endswith(".amazonaws.com"), row


def test_rows_say_where_an_id_stands_and_what_it_is() -> None:
    for row in load_resources().rows:
        assert row.types, row
        assert row.source in {"record", "model", "expert"}, row
        assert all(
            path.split(".")[0] in {"requestParameters", "responseElements", "resources[]"} for path in row.ids
        ), row
        if row.id_pattern is not None:
            assert re.compile(row.id_pattern).groups == 1, row


def test_no_sign_that_nobody_has_verified_can_decide() -> None:
    agents = (*load_signals().iac_agents, *load_signals().console_agents, *load_signals().client_agents)

    assert all(row.confidence is Confidence.LOW for row in agents if row.source == "not verified")


def test_every_row_says_how_sure_it_is_and_where_it_comes_from() -> None:
    """
    What the product is documented with is written from these.
    """
    tables = {name: getattr(load_signals(), name) for name in load_signals().__struct_fields__}
    rows = [row for table in tables.values() for row in (table if isinstance(table, tuple) else (table,))]
    facts = [row for row in rows if not isinstance(row, PhraseRow)]

    assert len(facts) > 100
    assert all(row.confidence in Confidence and len(row.source) > 3 for row in facts)
    assert all(row.confidence in Confidence for row in load_resources().rows)


def test_effects_of_the_table_are_never_a_failure() -> None:
    assert Effect.FAILED not in {row.effect for row in load_signals().effects}


def test_every_expression_of_the_shipped_table_is_one() -> None:
    """
    They are compiled when they are first used, which no user's run should be the first to try.
    """
    assert read_tables(Signals, TEXT).api_date.without("CreateFunction20150331") == "CreateFunction"
