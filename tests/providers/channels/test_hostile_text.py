"""Whatever strangers write into names, tags and sessions: it is shown, and nothing else comes of it."""

import json
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import msgspec
from hypothesis import given

from drift.model.alert import Alert
from providers.email.letter import letter
from providers.ocsf.events import events_of
from providers.pagerduty.events import _payload
from providers.telling import telling
from providers.webhook.cloud_events import event_of
from tests.providers.slack.test_blocks import ALERTS, SOME_ALERTS

NOW = datetime(2026, 11, 20, tzinfo=UTC)
OWN_HEADERS = {
    "From",
    "To",
    "Subject",
    "Message-ID",
    "Date",
    "Importance",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
}


class Tags(HTMLParser):
    """The elements of a page, each with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, tuple[str, ...]]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.found.add((tag, tuple(name for name, _ in attrs)))


@SOME_ALERTS
@given(ALERTS)
def test_a_letter_has_our_headers_our_elements_and_no_link(alert: Alert) -> None:
    written = letter(
        alert, sender="drift@example.com", to=("oncall@example.com",), thread=None, now=NOW
    ).as_bytes()

    read = message_from_bytes(written, policy=default)
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    tags = Tags()
    tags.feed(html.get_content())  # type: ignore[union-attr]
    assert set(read) == OWN_HEADERS
    assert read["To"] == "oncall@example.com"
    assert {tag for tag, attributes in tags.found if not attributes} == {tag for tag, _ in tags.found}
    assert {tag for tag, _ in tags.found} <= {
        "html",
        "head",
        "style",
        "body",
        "p",
        "strong",
        "hr",
        "br",
        "pre",
    }
    assert "://" not in plain.get_content() + html.get_content()  # type: ignore[union-attr]
    assert b"\0" not in written
    assert len(written) < 500_000


@SOME_ALERTS
@given(ALERTS)
def test_the_lines_of_a_mail_are_no_longer_than_mail_servers_take(alert: Alert) -> None:
    """
    RFC 5321, 4.5.3.1.6: a line of a mail has at most 1,000 bytes.
    """
    written = letter(
        alert, sender="drift@example.com", to=("oncall@example.com",), thread="<a@example.com>", now=NOW
    ).as_bytes()

    assert max(map(len, written.split(b"\r\n"))) < 998


@SOME_ALERTS
@given(ALERTS)
def test_what_machines_get_can_be_read_has_nothing_unseen_and_is_not_endless(alert: Alert) -> None:
    documents: list[Any] = [event_of(alert, "/driftledger"), _payload(alert), *events_of(alert)]

    for document in documents:
        encoded = msgspec.json.encode(document)
        assert json.loads(encoded)
        assert all(text.isprintable() for text in texts(json.loads(encoded)))
        assert len(encoded) < 400_000


@SOME_ALERTS
@given(ALERTS)
def test_a_page_has_the_size_that_pagerduty_takes(alert: Alert) -> None:
    payload = _payload(alert)

    assert 0 < len(payload["summary"]) <= 1024
    assert payload["source"]


@SOME_ALERTS
@given(ALERTS)
def test_every_line_of_a_telling_is_one_line(alert: Alert) -> None:
    said = telling(alert)

    lines = [said.title, said.call_to_action]
    for part in said.parts:
        lines += [*part.lines, *(fact.text for fact in part.facts)]
    assert not [line for line in lines if re.search(r"[\r\n\x00-\x1f]", line)]


def texts(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for one in value.values() for text in texts(one)]
        case list():
            return [text for one in value for text in texts(one)]
        case _:
            return []
