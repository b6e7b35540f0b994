"""PagerDuty: one alert for each session, from trigger to resolve, and what each refusal means."""

import json
from collections.abc import Iterator

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.alert import AlertState
from drift.model.secret import Secret
from drift.model.verdict import Severity
from providers.pagerduty.events import PagerDuty, PagerDutySettings
from tests.providers.channels.fake_pagerduty import KEY, FakePagerDuty
from tests.providers.channels.http_server import Reply, serving
from tests.providers.slack.builders import an_alert


@pytest.fixture
def server() -> FakePagerDuty:
    """The stand-in, with nothing triggered."""
    return FakePagerDuty()


@pytest.fixture
def pager(server: FakePagerDuty) -> Iterator[PagerDuty]:
    """The adapter against it."""
    with serving(server.answer) as url:
        yield PagerDuty(PagerDutySettings(routing_key=Secret(KEY), base_url=url))


def test_a_session_is_triggered_acknowledged_and_resolved_under_one_key(
    pager: PagerDuty, server: FakePagerDuty
) -> None:
    seen, reference = [], None
    for state in (AlertState.OPEN, AlertState.OPEN, AlertState.ANSWERED, AlertState.SETTLED):
        reference = pager.send(an_alert(state=state), replaces=reference)
        seen.append(server.status["driftledger/s-1c52d08b"])

    assert seen == ["triggered", "triggered", "acknowledged", "resolved"]
    assert list(server.events) == ["driftledger/s-1c52d08b"]


def test_what_is_open_again_is_triggered_again(pager: PagerDuty, server: FakePagerDuty) -> None:
    reference = pager.send(an_alert(state=AlertState.OPEN), replaces=None)
    pager.send(an_alert(state=AlertState.SETTLED), replaces=reference)
    pager.send(an_alert(state=AlertState.OPEN), replaces=reference)

    assert server.status["driftledger/s-1c52d08b"] == "triggered"


def test_an_emergency_that_somebody_declared_before_we_saw_it_pages_all_the_same(
    pager: PagerDuty, server: FakePagerDuty
) -> None:
    """
    What nobody was paged for cannot be acknowledged: it would be dropped without a word.
    """
    pager.send(an_alert(state=AlertState.ANSWERED), replaces=None)

    assert server.status["driftledger/s-1c52d08b"] == "triggered"


def test_a_page_says_what_to_do(pager: PagerDuty, server: FakePagerDuty) -> None:
    pager.send(an_alert(), replaces=None)

    [[payload]] = server.events.values()
    assert "opened tcp/22" in payload["summary"]
    assert "Act now" in payload["summary"]
    assert (payload["severity"], payload["source"], payload["group"]) == (
        "critical",
        "111122223333",
        "production",
    )


@pytest.mark.parametrize(
    ("severity", "is_taken"),
    [(Severity.CRITICAL, True), (Severity.HIGH, True), (Severity.MEDIUM, False), (Severity.LOW, False)],
)
def test_nobody_is_paged_for_what_is_milder_than_configured(
    pager: PagerDuty, severity: Severity, is_taken: bool
) -> None:
    assert pager.takes(an_alert(severity=severity)) is is_taken


def test_nobody_is_paged_for_what_is_settled_or_a_digest(pager: PagerDuty) -> None:
    assert not pager.takes(an_alert(state=AlertState.SETTLED))
    assert not pager.takes(an_alert(notice=("Judged: nothing.",)))


@pytest.mark.parametrize("session", ["s" * 300, "\ud800", "a\nb", "é"])
def test_whatever_a_session_is_called_its_key_is_one(
    pager: PagerDuty, server: FakePagerDuty, session: str
) -> None:
    pager.send(an_alert(session_id=session), replaces=None)
    pager.send(an_alert(session_id=session), replaces=None)

    [key] = server.events
    assert key.isascii()
    assert len(key) <= 255


def test_a_check_pages_nobody(pager: PagerDuty, server: FakePagerDuty) -> None:
    assert pager.check() == "pages for what is high or worse"
    assert (server.events, server.status) == ({}, {})


@pytest.mark.parametrize("key", ["f" * 32, "too-short", "", "two\nlines"])
def test_a_wrong_key_is_named_and_not_shown(server: FakePagerDuty, key: str) -> None:
    with serving(server.answer) as url:
        pager = PagerDuty(PagerDutySettings(routing_key=Secret(key), base_url=url))
        with pytest.raises(ProviderAccessError, match="routing key") as refused:
            pager.check()

    assert not key or key not in str(refused.value)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(status=400, body=b'{"errors": ["something else"]}'), ProviderResponseError),
        (Reply(status=413), ProviderResponseError),
        (Reply(status=401), ProviderAccessError),
        (Reply(status=403), ProviderAccessError),
        (Reply(status=404), ProviderAccessError),
        (Reply(status=410), ProviderAccessError),
        (Reply(status=302, headers={"Location": "https://elsewhere.example"}), ProviderAccessError),
        (Reply(status=429), ProviderUnavailableError),
        (Reply(status=500), ProviderUnavailableError),
        (Reply(status=503), ProviderUnavailableError),
        (Reply(status=None), ProviderUnavailableError),
    ],
)
def test_a_refusal_says_whether_it_may_pass(
    pager: PagerDuty, server: FakePagerDuty, reply: Reply, error: type[Exception]
) -> None:
    server.problems.append(reply)

    with pytest.raises(error):
        pager.send(an_alert(), replaces=None)


def test_the_key_is_not_shown_though_the_service_quotes_it(pager: PagerDuty, server: FakePagerDuty) -> None:
    server.problems.append(Reply(status=400, body=json.dumps({"event": {"key": KEY}}).encode()))

    with pytest.raises(ProviderResponseError) as refused:
        pager.send(an_alert(), replaces=None)

    assert KEY not in str(refused.value)


def test_the_key_goes_over_no_line_that_others_can_read() -> None:
    with pytest.raises(ValueError, match="must begin with https"):
        PagerDutySettings(routing_key=Secret(KEY), base_url="http://events.pagerduty.com")
