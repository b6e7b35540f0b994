"""Draws an alert as a Block Kit message.

The first line answers whether somebody must act now and how. Everything else is there to be
checked: who, where, when, what, and where to look it up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from drift.model.alert import Alert, AlertedChange
from providers import wording
from providers.difference import difference
from providers.slack import elements
from providers.slack.alarm_blocks import alarm_blocks
from providers.slack.elements import IDENTITY, LINE, NAME, NOTICE, PARAGRAPH, SENTENCE, Block
from providers.slack.text import escaped
from providers.visible import shortened

EVENT_TYPE: Final = "driftledger_alert"
"""Marks our messages, so that one in doubt can be looked up in the channel."""

LISTED_CHANGES: Final = 5
"""How many changes of a session are described, the worst first; the rest is counted."""

_MOST_BYTES = 12_000
"""Of the blocks together, as JSON. Slack documents no total; messages were seen accepted with
15,561 and refused (`msg_blocks_too_long`) with 17,694: https://github.com/slackapi/bolt-js/issues/2867
"""
_NOTIFICATION = 700
"""Escaped, it stays below the 4,000 characters that Slack advises for the text of a message."""
_ACTIONS = 4
_REASONS = 4
_PARAGRAPHS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A message in the form that Slack takes, new or edited."""

    text: str
    """What notifications show and screen readers say; escaped."""
    blocks: list[Block]
    metadata: Block
    """Travels unseen with the message and names it and its session."""


def render(alert: Alert) -> Message:
    """Draw the alert, within Slack's limits whatever it says."""
    return Message(
        text=escaped(shortened(alert.fallback_text or alert.headline, _NOTIFICATION)) or "Driftledger",
        blocks=_blocks_that_fit(alert),
        metadata={
            "event_type": EVENT_TYPE,
            "event_payload": {"client_id": alert.client_id, "session_id": alert.session_id},
        },
    )


def _blocks_that_fit(alert: Alert) -> list[Block]:
    blocks = _blocks(alert, LISTED_CHANGES)
    for listed in range(LISTED_CHANGES - 1, -1, -1):
        if len(msgspec.json.encode(blocks)) <= _MOST_BYTES:
            break
        blocks = _blocks(alert, listed)
    return blocks


def _blocks(alert: Alert, listed: int) -> list[Block]:
    if alert.alarm is not None:
        return alarm_blocks(alert, alert.alarm)
    call_to_action = [elements.literal(alert.call_to_action, SENTENCE, style="bold")]
    if alert.mention:
        call_to_action += [elements.own(" "), elements.mention(alert.mention)]
    if alert.notice:
        return [*_notice(alert, call_to_action), *elements.page(alert.link)]
    headline = f"{wording.LIGHTS[alert.severity]} {alert.severity.upper()}: {alert.headline}"
    blocks = [
        elements.header(headline),
        elements.rich_text(elements.section([call_to_action])),
        elements.rich_text(elements.section(_facts(alert))),
        *elements.page(alert.link),
    ]
    worst_first = sorted(alert.changes, key=lambda change: -change.severity.rank)
    reasons: tuple[str, ...] = ()
    for change in worst_first[:listed]:
        blocks += _change(change, reasons_above=reasons, is_alone=len(alert.changes) == 1)
        reasons = change.reasons
    if (rest := len(alert.changes) - listed) > 0:
        changes = "changes" if rest > 1 else "change"
        blocks.append(elements.context(f"and {rest} more {changes} in this session"))
    return blocks


def _notice(alert: Alert, call_to_action: list[Block]) -> list[Block]:
    """Draw what is about no change session, and so names nobody."""
    shown = alert.notice[:_PARAGRAPHS]
    if (rest := len(alert.notice) - len(shown)) > 0:
        shown = (*shown, f"and {rest} more")
    return [
        elements.header(f"{wording.LIGHTS[alert.severity]} {alert.headline}"),
        elements.rich_text(elements.section([call_to_action])),
        elements.rich_text(elements.section([[elements.literal(one, NOTICE)] for one in shown])),
    ]


def _facts(alert: Alert) -> Iterator[list[Block]]:
    yield [*elements.label("Who"), elements.literal(wording.who(alert), NAME)]
    yield [*elements.label("Identity"), elements.literal(alert.identity, IDENTITY)]
    yield [*elements.label("Where"), elements.literal(wording.where(alert), SENTENCE)]
    yield [*elements.label("When"), elements.literal(wording.when(alert), SENTENCE)]
    if alert.team:
        yield [*elements.label("Owner"), elements.literal(alert.team, NAME)]


def _change(change: AlertedChange, *, reasons_above: tuple[str, ...], is_alone: bool) -> list[Block]:
    parts = [elements.section(_what(change, is_alone=is_alone))]
    if change.drift:
        parts.append(elements.section([[elements.literal("Diff, declared → live:", NAME, style="bold")]]))
        parts.append(elements.preformatted(difference(change.drift)))
    if notes := list(_notes(change, reasons_above)):
        parts.append(elements.section(notes))
    reference = f"Ref: {shortened(change.change_id, NAME)} · ledger entry {change.ledger_seq}"
    return [elements.divider(), elements.rich_text(*parts), elements.context(reference)]


def _what(change: AlertedChange, *, is_alone: bool) -> Iterator[list[Block]]:
    resource = elements.literal(change.resource, LINE, style="code")
    done = wording.listing(change.actions, _ACTIONS, NAME)
    yield [*elements.label("What"), resource, elements.own(" – "), elements.literal(done, PARAGRAPH)]
    standing = f"{change.disposition}, {wording.STANDINGS[change.disposition]}"
    status = standing if is_alone else f"{change.severity} · {standing}"
    line = [*elements.label("Status"), elements.literal(status, LINE)]
    if change.ticket:
        line += [elements.own(" · "), elements.link(change.ticket, change.ticket_url)]
    yield line


def _notes(change: AlertedChange, reasons_above: tuple[str, ...]) -> Iterator[list[Block]]:
    if change.declared_at:
        yield [*elements.label("Declared at"), elements.literal(change.declared_at, NAME, style="code")]
    if change.reasons:
        is_repeated = change.reasons == reasons_above
        reasons = "as above" if is_repeated else wording.listing(change.reasons, _REASONS, LINE)
        yield [*elements.label("Why flagged"), elements.literal(reasons, PARAGRAPH)]
