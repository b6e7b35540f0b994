"""Nobody is accused by a machine: what every channel says of who made a change; the channels are `CHANNELS`.

The messages are those of the program itself, from what a cloud recorded.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.model.action import Action, CorrectedActor, Doer, Origin
from drift.model.alert import Alert
from drift.model.change import Change
from drift.model.judgement import Judged
from drift.model.ticket import Coverage
from drift.model.verdict import Confidence, Severity
from drift.stages.compose import compose
from tests import builders
from tests.builders import NOON, a_judgement, a_match, a_principal, a_session, a_write, an_actor, an_event
from tests.contracts.notifiers import CHANNELS, Channel

OTHER_NAME = "m.smith"

APPROVED_BY_MAKER = f"OPS-1 was approved by nobody but {OTHER_NAME}, who made the change"


@pytest.fixture(params=CHANNELS)
def channel(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Channel]:
    """Each channel in turn, with nothing delivered yet."""
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(variable, raising=False)
    with CHANNELS[request.param](tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("confidence", [Confidence.MEDIUM, Confidence.LOW])
def test_nobody_is_named_who_is_not_known_for_sure(
    channel: Channel, tmp_path: Path, confidence: Confidence
) -> None:
    """
    Whoever opened the session may have called it after somebody else.
    """
    channel.notifier.send(an_alert_about("mallory", confidence), replaces=None)

    text = all_that_is_said(channel, tmp_path)
    assert "mallory" not in text.lower()
    assert OTHER_NAME not in text
    assert "assumed-role/Deploy/" in text
    assert f"confidence {confidence}" in text


def test_who_is_known_for_sure_is_named_with_what_was_recorded(channel: Channel, tmp_path: Path) -> None:
    channel.notifier.send(an_alert_about("mallory", Confidence.HIGH), replaces=None)

    text = all_that_is_said(channel, tmp_path)
    assert "recorded under" in text
    assert "assumed-role/Deploy/mallory" in text
    assert "confidence high" in text


def test_a_correction_is_shown_as_what_it_is(channel: Channel, tmp_path: Path) -> None:
    by = Doer(name="erin@example.com", origin=Origin.CLI)
    deed = CorrectedActor(actor="dave@example.com", reason="he was at her desk")
    correction = Action(key="a-1", ref="chg-1", by=by, at=NOON, deed=deed)

    channel.notifier.send(an_alert_about("mallory", Confidence.MEDIUM, correction), replaces=None)

    text = all_that_is_said(channel, tmp_path)
    assert "dave@example.com (by correction)" in text
    assert "mallory" not in text


def all_that_is_said(channel: Channel, folder: Path) -> str:
    """Return what arrived, and for channels that are files whatever stands in them."""
    (message,) = channel.inbox()
    files = [one.read_text() for one in folder.rglob("*") if one.is_file()]
    return "\n".join([message.text, *files])


def an_alert_about(name: str, confidence: Confidence, *actions: Action) -> Alert:
    """What is told of a person who opened a session of a role under this name."""
    principal = a_principal(name, role="Deploy", session_name=name)
    actor = an_actor(name, principal=principal.id, confidence=confidence)
    write = a_write(an_event(principal=principal, summary="opened tcp/22"), actor)
    change = Change(
        change_id="chg-1",
        session_id="ses-1",
        resource=builders.SECURITY_GROUP,
        writes=(write,),
        actions=actions,
    )
    judgement = a_judgement(
        match=a_match(Coverage.NOT_APPROVED, APPROVED_BY_MAKER), severity=Severity.CRITICAL
    )
    return compose(
        a_session(change),
        [Judged(change=change, judgement=judgement, ledger_seq=7, is_news=True)],
        due_at=lambda _: NOON,
        now=NOON,
        names_of=lambda known: (known, OTHER_NAME),
    )
