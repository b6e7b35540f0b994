"""When to ask again, which times answers tell, and how credentials travel."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from providers.ticket_answers import LONGEST_WAIT, Answer, wait_of
from providers.ticket_api import MAX_PAGES, TicketApi, all_pages
from providers.ticket_values import basic, header_text, moment, optional_moment

# Pages


def test_pages_are_read_to_their_end() -> None:
    pages: dict[int, tuple[Iterable[str], int | None]] = {0: ("ab", 7), 7: ("", 9), 9: ("c", None)}

    assert list(all_pages(pages.__getitem__, 0, what="reading")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "fetch",
    [lambda at: ("x", at), lambda at: ("x", 1 - at), lambda at: ((), at + 1)],
    ids=["same", "two", "on"],
)
def test_pages_without_an_end_are_given_up(fetch: "object") -> None:
    with pytest.raises(ProviderResponseError, match="no end"):
        assert len(list(all_pages(fetch, 0, what="reading"))) <= MAX_PAGES  # type: ignore[arg-type]


# Waits


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30),
        ({"retry-after": "0.5"}, 0.5),
        ({"ratelimit-reset": "12"}, 12),
        ({"retry-after": "5", "x-ratelimit-reset": "9999999999"}, 5),
        ({"retry-after": "1e30"}, LONGEST_WAIT.total_seconds()),
        ({"x-ratelimit-reset": "99999999999"}, LONGEST_WAIT.total_seconds()),
    ],
)
def test_a_wait_is_what_the_headers_say(headers: dict[str, str], seconds: float) -> None:
    assert wait_of(headers) == timedelta(seconds=seconds)


def test_a_limit_that_is_lifted_at_a_time_is_waited_for() -> None:
    wait = wait_of({"x-ratelimit-reset": str(time.time() + 600)})

    assert wait is not None
    assert timedelta(seconds=500) < wait <= timedelta(seconds=600)


@pytest.mark.parametrize(
    "headers", [{}, {"retry-after": "soon"}, {"retry-after": "-1"}, {"x-ratelimit-reset": "inf"}]
)
def test_without_a_number_nobody_says_how_long(headers: dict[str, str]) -> None:
    assert wait_of(headers) is None


# Times and credentials


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-16T13:00:00.000+0100",
        "2026-11-16T12:00:00Z",
        "2026-11-16 12:00:00",
        "2026-11-16T14:00:00+02:00",
    ],
)
def test_every_way_to_write_a_time_comes_out_in_utc(text: str) -> None:
    assert moment(text, what="reading") == datetime(2026, 11, 16, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "0001-01-01T00:00:00+14:00", "2026-13-01"])
def test_what_is_no_time_is_refused_with_what_it_was_read_for(text: str) -> None:
    with pytest.raises(ProviderResponseError, match="reading OPS-1"):
        moment(text, what="reading OPS-1")


def test_no_time_is_none() -> None:
    assert optional_moment(None, what="") is None
    assert optional_moment("", what="") is None


def test_a_user_and_password_are_encoded_whatever_they_hold() -> None:
    assert basic("drift", "pässword\n") == "Basic ZHJpZnQ6cMOkc3N3b3JkCg=="


def test_a_secret_that_no_header_can_hold_is_not_quoted() -> None:
    with pytest.raises(ProviderAccessError) as raised:
        header_text(Secret("glpat-1\n"), what="the token")

    assert "glpat" not in str(raised.value)


# Refusals


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"errorMessages": ["one", "two"], "errors": {}}', "one two"),
        (b'{"error": {"message": "Not Found", "code": 2100}}', "Not Found"),
        (b'{"message": "a\\nb"}', "a b"),
        (b'{"error": "insufficient_scope", "scope": "api"}', "insufficient_scope api"),
        (b"not json", ""),
        (b"[]", ""),
        (b"[" * 10_000, ""),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_a_refusal_is_told_in_its_own_words(body: bytes, said: str) -> None:
    assert Answer(what="reading", status=403, headers={}, body=body).said == said


def test_a_long_refusal_is_cut_short() -> None:
    body = b'{"message": "' + b"x" * 10_000 + b'"}'

    assert len(Answer(what="reading", status=403, headers={}, body=body).said) == 300


def test_a_server_that_is_not_there_may_be_asked_again() -> None:
    api = TicketApi(system="Jira", base_url="http://127.0.0.1:9", headers=dict)

    with pytest.raises(ProviderUnavailableError, match="cannot be reached"):
        api.get("x", what="reading", needs="nothing")


@pytest.mark.parametrize("url", ["http://:x", "nowhere"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    api = TicketApi(system="Jira", base_url=url, headers=dict)

    with pytest.raises(ProviderResponseError, match="the address is none"):
        api.get("x", what="reading", needs="nothing")
