"""What a description says of a ticket's scope, and what it only mentions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.ticket_text import Scope, ids_in, names_in, scope_in, window_in
from tests.builders import NOON

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "text",
    [
        "Resources: sg-0abc, sg-0def",
        "resources: sg-0abc; sg-0def",
        "**Resources:** sg-0abc, sg-0def",
        "*Resources*: `sg-0abc`, `sg-0def`",
        "- Resources: sg-0abc (the web group), sg-0def",
        "### Resources\n\nsg-0abc\nsg-0def",
        "## Resources ##\n* sg-0abc\n* sg-0def\n\n## Why\n\nsg-0other is full",
        "h3. Resources\n- sg-0abc\n- sg-0def\nh3. Why",
        "Please.\r\nResources: sg-0abc, sg-0def\r\nThanks.",
        "## Scope\nResources: sg-0abc, sg-0def\nAccounts:",
        "### Resources\nsg-0abc\nsg-0def\nWindow: tomorrow",
    ],
)
def test_a_section_is_a_line_or_a_heading_with_what_stands_below(text: str) -> None:
    assert scope_in(text).resources == ("sg-0abc", "sg-0def")


@pytest.mark.parametrize(
    "text",
    ["", "sg-0abc is full", "The resources: we know", "More Resources: sg-0abc", "Resources", "Resources:"],
)
def test_what_a_text_merely_mentions_is_no_scope(text: str) -> None:
    assert "sg-0abc" not in scope_in(text).resources


def test_of_two_sections_of_a_name_the_first_counts() -> None:
    """
    Else whoever can add to a description could widen what was approved.
    """
    assert scope_in("Resources: sg-0abc\nResources: sg-0evil").resources == ("sg-0abc",)
    assert scope_in("### Resources\nsg-0abc\n### Resources\nsg-0evil").resources == ("sg-0abc",)


def test_every_section_is_read() -> None:
    text = (
        "Resources: sg-0abc\nAccounts: 111122223333, 444455556666\nEnvironments: production, staging eu\n"
        "Window: 2026-11-16T12:00Z to 2026-11-16T14:00Z"
    )

    assert scope_in(text) == Scope(
        resources=("sg-0abc",),
        accounts=("111122223333", "444455556666"),
        environments=("production", "staging eu"),
        window_start=NOON,
        window_end=NOON + 2 * HOUR,
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-16T12:00Z to 2026-11-16T13:00Z",
        "2026-11-16 12:00 UTC - 2026-11-16 13:00 UTC",
        "2026-11-16T14:00+02:00/2026-11-16T15:00+0200",
        "from 2026-11-16T12:00:00.000Z\nuntil 2026-11-16T13:00:00Z",
        "2026-11-16 06:00-06:00, 2026-11-16 07:00-06:00",
    ],
)
def test_a_window_is_two_times_with_their_zones(text: str) -> None:
    assert window_in(text) == (NOON, NOON + HOUR)


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "2026-11-16T12:00Z",
        "2026-11-16T12:00 to 2026-11-16T13:00",
        "2026-11-16T13:00Z to 2026-11-16T12:00Z",
        "2026-11-16T12:00Z to 2026-11-16T12:00Z",
        "2026-11-16T12:00Z to 2026-11-16T13:00Z or 2026-11-17T13:00Z",
        "2026-13-45T12:00Z to 2026-13-46T12:00Z",
        "0001-01-01T00:00+14:00 to 2026-11-16T12:00Z",
    ],
)
def test_anything_else_is_no_window(text: str) -> None:
    assert window_in(text) == (None, None)


def test_what_a_form_writes_where_nothing_was_said_is_nothing() -> None:
    assert names_in("_No response_\nn/a, none, -") == ()


def test_what_names_too_much_is_cut_short() -> None:
    assert len(ids_in(",".join(f"sg-{number}" for number in range(10_000)))) == 200


@given(st.text(alphabet=st.sampled_from("Resources: #*-_h3.\n\r`,sg0Window2026T12Z+/ "), max_size=300))
def test_whatever_people_write_nothing_breaks(text: str) -> None:
    scope = scope_in(text)

    assert all(scope.resources)
    assert (scope.window_start is None) == (scope.window_end is None)


def test_times_come_out_in_utc() -> None:
    start, _ = window_in("2026-11-16T14:00+02:00 2026-11-16T15:00+02:00")

    assert start == datetime(2026, 11, 16, 12, tzinfo=UTC)
    assert start.utcoffset() == timedelta(0)
