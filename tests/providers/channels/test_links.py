"""The one link of a message: to our own page, and to nothing that somebody else chose."""

from datetime import UTC, datetime

import pytest

from drift.model.alert import page_of_change
from drift.model.secret import Secret
from providers.email.letter import letter
from providers.pagerduty.events import PagerDuty, PagerDutySettings
from providers.slack.blocks import render
from providers.slack.plain_text import plain_text
from providers.webhook.cloud_events import event_of
from tests.providers.channels.fake_pagerduty import KEY, FakePagerDuty
from tests.providers.channels.http_server import serving
from tests.providers.slack.builders import an_alert
from tests.providers.slack.test_blocks import parts

PAGE = "https://drift.example.com/changes/chg-20261120T021112-7f3c9e21"
NOT_OURS = [
    None,
    "javascript:alert(1)",
    'https://drift.example.com/changes/x"><script>',
    "https://a b/",
    "https://drift.example.com/\u202e",
    "ftp://x/",
]


def mail(link: str | None) -> tuple[str, str]:
    """Return the text and the HTML of a letter."""
    now, to = datetime(2026, 11, 20, tzinfo=UTC), ("o@example.com",)
    written = letter(an_alert(link=link), sender="d@example.com", to=to, thread=None, now=now)
    text, html = (part.get_content() for part in written.iter_parts())  # type: ignore[attr-defined]
    return text, html


def test_slack_shows_a_link_and_no_button() -> None:
    message = render(an_alert(link=PAGE))

    links = [part for part in parts(message.blocks) if part.get("type") == "link"]
    assert links == [{"type": "link", "url": PAGE, "text": "Open in Driftledger"}]
    assert f"Open in Driftledger ({PAGE})" in plain_text(message)


@pytest.mark.parametrize("link", [None, "javascript:alert(1)", "https://a b/", "ftp://x/"])
def test_slack_shows_no_link_that_is_no_page(link: str | None) -> None:
    message = render(an_alert(link=link))

    assert not [part for part in parts(message.blocks) if part.get("type") == "link"]


def test_a_letter_has_one_link() -> None:
    text, html = mail(PAGE)

    assert f"Open in Driftledger: {PAGE}\n" in text
    assert f'<a href="{PAGE}">Open in Driftledger</a>' in html
    assert html.count("<a ") == 1
    assert html.count("://") == text.count("://") == 1


@pytest.mark.parametrize("link", NOT_OURS)
def test_a_letter_has_no_link_that_is_none_of_ours(link: str | None) -> None:
    text, html = mail(link)

    assert "://" not in text
    assert "<a " not in html


def test_an_event_bears_the_link() -> None:
    assert event_of(an_alert(link=PAGE), "/d")["data"]["link"] == PAGE
    assert event_of(an_alert(), "/d")["data"]["link"] is None


def test_the_name_of_the_client_leads_there_in_pagerduty() -> None:
    server = FakePagerDuty()
    with serving(server.answer) as url:
        pager = PagerDuty(PagerDutySettings(routing_key=Secret(KEY), base_url=url))
        pager.send(an_alert(link=PAGE), replaces=None)

    assert list(server.client_urls.values()) == [PAGE]


def test_no_id_leads_out_of_its_page() -> None:
    assert page_of_change("../x?y#z /\u202e") == "/changes/..%2Fx%3Fy%23z%20%2F%E2%80%AE"
