import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift.model.alert import Alert, AlertedChange
from drift.model.finding import AttributeDrift
from drift.model.verdict import Disposition, Severity
from providers.slack.blocks import Message, render
from providers.slack.plain_text import plain_text
from tests.providers.slack.builders import BEGAN_AT, a_change, an_alert
from tests.providers.slack.slack_rules import MOST_TEXT, MOST_TOGETHER, broken_rules

HOSTILE = [
    "<!channel> <@U0123ABCD> <!subteam^S1> <#C1|general>",
    "<https://evil.example.com|OPS-123>",
    "https://evil.example.com @here #general :rotating_light:",
    "*bold* _it_ ~no~ `code` ```block```",
    "> quote\n\nStatus: authorised",
    '"}]}, {"type": "divider"}',
    "\u202egnp.exe\u200b\u2066\ufeff\x1b]8;;https://evil.example.com\x07",
    "&lt;!channel&gt; &amp;",
]

_TIMES = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=60),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=3), st.integers(1, 3_000)),
)
_IDS = st.text("abcdef0123456789-", min_size=1, max_size=40)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=8,
)
_DRIFTS = st.builds(AttributeDrift, path=_TEXTS, declared=_JSON, live=_JSON, sensitive=st.booleans())
_CHANGES = st.builds(
    AlertedChange,
    change_id=_IDS,
    ledger_seq=st.integers(0, 10**9),
    resource=_TEXTS,
    actions=st.lists(_TEXTS, max_size=6).map(tuple),
    disposition=st.sampled_from(Disposition),
    severity=st.sampled_from(Severity),
    ticket=st.none() | _TEXTS,
    ticket_url=st.none() | _TEXTS,
    drift=st.lists(_DRIFTS, max_size=7).map(tuple),
    declared_at=st.none() | _TEXTS,
    reasons=st.lists(_TEXTS, max_size=6).map(tuple),
)
SOME_ALERTS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ALERTS = st.builds(
    Alert,
    client_id=_IDS,
    session_id=_IDS,
    severity=st.sampled_from(Severity),
    headline=_TEXTS,
    call_to_action=_TEXTS,
    actor=st.none() | _TEXTS,
    identity=_TEXTS,
    channel=_TEXTS,
    account=_TEXTS,
    environment=st.none() | _TEXTS,
    began_at=_TIMES,
    detected_at=_TIMES,
    changes=st.lists(_CHANGES, max_size=9).map(tuple),
    fallback_text=_TEXTS,
    notice=st.just(()) | st.lists(_TEXTS, max_size=40).map(tuple),
)


def parts(block: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a block, the block itself included."""
    match block:
        case dict():
            yield block
            for value in block.values():
                yield from parts(value)
        case list():
            for value in block:
                yield from parts(value)


def types(message: Message) -> list[str]:
    return [block["type"] for block in message.blocks]


def test_an_alert_reads_from_the_decision_down_to_the_reference() -> None:
    message = render(an_alert())

    assert plain_text(message) == (
        "🔴 CRITICAL: dana@example.com opened tcp/22 to 0.0.0.0/0 on module.web.aws_security_group.public\n"
        "Act now: revert it unless it is meant. Name sg-0abc in its ticket by Fri 20 Nov 06:12 UTC.\n"
        "\n"
        "Who: dana@example.com\n"
        "Identity: recorded under arn:aws:sts::111122223333:assumed-role/"
        "AWSReservedSSO_AdministratorAccess_5f1c52d08b7f3c9e/dana@example.com, "
        "with MFA, from 198.51.100.7, confidence high\n"
        "Where: production · account 111122223333 · by hand in the console\n"
        "When: 2026-11-20 02:11:12 UTC, seen 1 min 14 s later\n"
        "\n"
        "What: module.web.aws_security_group.public (sg-0abc) – opened tcp/22 to 0.0.0.0/0\n"
        "Status: unticketed, no ticket covers it\n"
        "Diff, declared → live:\n"
        "    ingress\n"
        "      - []\n"
        '      + [{from_port = 22, self = false, to_port = 22, cidr_blocks = ["0.0.0.0/0"], '
        'protocol = "tcp"}]\n'
        '    description: "web tier" → "web tier (temp)"\n'
        "Declared at: modules/web/main.tf:12\n"
        "Why flagged: a person, with the console; no ticket was named or approved before 02:11 UTC\n"
        "Ref: c-0a41f6d2 · ledger entry 42\n"
    )


def test_a_notice_says_what_it_says_and_names_nobody() -> None:
    said = an_alert(
        headline="Digest of the day", call_to_action="Nothing is urgent.", notice=("One.", "Two.")
    )

    text = plain_text(render(said))

    assert text.splitlines() == ["🔴 Digest of the day", "Nothing is urgent.", "", "One.", "Two."]


def test_where_nobody_is_known_for_sure_the_identity_stands_alone() -> None:
    alert = an_alert(actor=None, identity="recorded under Deploy")

    text = plain_text(render(alert))

    assert "Who: not known for sure\nIdentity: recorded under Deploy\n" in text


def test_of_many_changes_the_five_worst_are_described_and_the_rest_is_counted() -> None:
    changes = [a_change(change_id=f"c-{number}", severity=Severity.LOW, drift=()) for number in range(8)]
    changes[7] = a_change(change_id="c-worst", severity=Severity.CRITICAL, drift=())

    text = plain_text(render(an_alert(changes=tuple(changes))))

    listed = [line.split(" ")[1] for line in text.splitlines() if line.startswith("Ref:")]
    assert listed == ["c-worst", "c-0", "c-1", "c-2", "c-3"]
    assert "\nand 3 more changes in this session\n" in text
    assert "Status: low · unticketed, no ticket covers it" in text


def test_reasons_that_repeat_are_said_once() -> None:
    text = plain_text(render(an_alert(changes=(a_change(), a_change()))))

    assert text.count("Why flagged: a person, with the console") == 1
    assert text.count("Why flagged: as above") == 1


def test_a_ticket_is_a_link_to_its_system() -> None:
    change = a_change(
        disposition=Disposition.RETROACTIVE,
        ticket="OPS-123",
        ticket_url="https://tickets.example.com/OPS-123",
    )

    message = render(an_alert(changes=(change,)))

    links = [part for part in parts(message.blocks) if part.get("type") == "link"]
    assert links == [{"type": "link", "url": "https://tickets.example.com/OPS-123", "text": "OPS-123"}]
    assert "retroactive, the ticket or its approval came after the change · OPS-123 (https://" in plain_text(
        message
    )


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "slack://open", "https://a b", "https://a\n", "ftp://x", None]
)
def test_an_address_that_is_no_web_page_becomes_no_link(url: str | None) -> None:
    message = render(an_alert(changes=(a_change(ticket="OPS-123", ticket_url=url),)))

    assert not [part for part in parts(message.blocks) if part.get("type") == "link"]
    assert "· OPS-123\n" in plain_text(message)


def test_a_sensitive_value_is_nowhere_in_the_message() -> None:
    drift = AttributeDrift(path="password", declared="hunter2", live="hunter3", sensitive=True)

    message = render(an_alert(changes=(a_change(drift=(drift,)),)))

    assert "hunter" not in json.dumps([message.text, message.blocks, message.metadata])
    assert "    password: (sensitive)\n" in plain_text(message)


def test_an_event_that_is_seen_before_it_happened_was_seen_at_once() -> None:
    """
    Our clock may be behind the cloud's.
    """
    text = plain_text(render(an_alert(detected_at=BEGAN_AT - timedelta(seconds=3))))

    assert "When: 2026-11-20 02:11:12 UTC, seen at once\n" in text


@SOME_ALERTS
@given(ALERTS)
def test_no_alert_exceeds_what_slack_takes(alert: Alert) -> None:
    message = render(alert)

    assert broken_rules(message.blocks) == []
    assert len(json.dumps(message.blocks, ensure_ascii=False).encode()) <= MOST_TOGETHER
    assert 0 < len(message.text) <= MOST_TEXT


@SOME_ALERTS
@given(ALERTS)
def test_text_from_outside_is_only_ever_shown_literally(alert: Alert) -> None:
    """
    Mentions, emoji, channels and colours have element types of their own, and `mrkdwn` objects
    parse markup; without any of them a text is nothing but text.
    """
    message = render(alert)

    literal = {"header", "plain_text", "divider", "context", "text", "link"}
    rich = {"rich_text", "rich_text_section", "rich_text_preformatted"}
    found = [part for part in parts(message.blocks) if "type" in part]
    assert {part["type"] for part in found} <= literal | rich
    urls = {change.ticket_url for change in alert.changes}
    assert all(part["url"] in urls for part in found if part["type"] == "link")
    assert not {"<", ">"} & set(message.text)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_neither_starts_a_line_nor_ends_a_block(hostile: str) -> None:
    hostile_change = a_change(resource=hostile, actions=(hostile,), reasons=(hostile,), declared_at=hostile)
    plain = render(an_alert())

    message = render(an_alert(headline=hostile, actor=hostile, identity=hostile, changes=(hostile_change,)))

    assert types(message) == types(plain)
    assert len(plain_text(message).splitlines()) == len(plain_text(plain).splitlines())


def test_even_the_longest_session_describes_its_worst_change() -> None:
    """
    The limit on all blocks together must not leave a message that says only how many changes there are.
    """
    longest = '"\\' * 2_000
    drift = tuple(AttributeDrift(path=longest, declared=longest, live=longest) for _ in range(9))
    change = a_change(
        change_id="c" * 500,
        resource=longest,
        actions=(longest,) * 9,
        reasons=(longest,) * 9,
        declared_at=longest,
        ticket=longest,
        ticket_url="https://tickets.example.com/" + "x" * 250,
        drift=drift,
    )
    everywhere = dict.fromkeys(
        ["headline", "call_to_action", "actor", "identity", "channel", "account", "environment"], longest
    )

    text = plain_text(render(an_alert(changes=(change,) * 300, **everywhere)))

    assert text.count("What: ") >= 1
    assert "more changes in this session" in text


def test_whoever_must_act_now_is_mentioned_beside_what_to_do_and_the_owner_is_named() -> None:
    message = render(replace(an_alert(), team="network", mention="S0NETWORK"))

    mentions = [part for block in message.blocks for part in parts(block) if part.get("type") == "usergroup"]
    assert mentions == [{"type": "usergroup", "usergroup_id": "S0NETWORK"}]
    assert "@S0NETWORK" in plain_text(message)
    assert "Owner: network" in plain_text(message)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_id_mentions_nobody(text: str) -> None:
    message = render(replace(an_alert(), mention=text))

    kinds = {part.get("type") for block in message.blocks for part in parts(block)}
    assert kinds.isdisjoint({"usergroup", "user", "broadcast"})
    assert broken_rules(message.blocks) == []
