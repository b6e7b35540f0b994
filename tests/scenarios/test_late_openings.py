"""Who opened a session may be told after the writes made in it: these end up where they belong."""

import itertools
import json
from datetime import datetime

import pytest
from msgspec import structs

from drift.model.event import ChangeEvent, Effect, Issuer, OpenedSession, Principal, Risk
from drift.model.evidence import EntryKind
from drift.model.verdict import ActorKind, Channel, Disposition, Statement, Tool, Trust
from drift.store.database import Database
from tests.builders import NOON, a_principal, a_session_opened, a_tool_sign, an_event, minutes
from tests.scenarios.cloud import ALICE, Watch, a_beginning

BOB = a_principal("bob@example.com")

NOBODY = a_principal("session", kind=ActorKind.UNKNOWN, role="Deploy", session_name="session")
"""A session of a role: who acts in it, only the record that opened it tells."""


@pytest.fixture
def watch(database: Database) -> Watch:
    return Watch(database=database)


def test_a_write_that_is_read_before_its_sign_in_moves_to_who_signed_in(watch: Watch) -> None:
    watch.told(a_write_in("ASIA1"))
    assert watch.change().change.actor.kind is ActorKind.UNKNOWN

    watch.told(a_sign_in("ASIA1", ALICE), minute=1)

    before, now = sorted(watch.changes(), key=lambda row: row.change.withdrawn is None)
    assert (now.change.actor.name, now.change.channel) == ("alice@example.com", Channel.CONSOLE)
    assert before.change.withdrawn == "it belongs to another change, as a later record says"
    assert before.judgement is not None
    assert before.judgement.decision.disposition is Disposition.EXPLAINED
    assert sorted("Nothing to do" in headline for headline in watch.headlines()) == [False, True]
    assert watch.counts() == {"change": 1, "auth": 1}


def test_the_correction_is_evidence_and_names_the_record_that_told(watch: Watch) -> None:
    sign_in = a_sign_in("ASIA1", ALICE)
    watch.told(a_write_in("ASIA1"))
    watch.told(sign_in, minute=1)

    [observed], [amended] = watch.ledger(EntryKind.OBSERVATION), watch.ledger(EntryKind.AMENDMENT)
    body = json.loads(amended.body or b"")
    assert (amended.ref, json.loads(amended.leaf)["links"]) == ("aws:write", [observed.seq])
    assert (body["why"], [one["key"] for one in body["records"]]) == ("attributed", [sign_in.key])
    assert (body["write"]["actor"]["name"], body["write"]["parts"]) == ("alice@example.com", [])


def test_a_pipeline_whose_token_is_told_of_late_is_not_taken_for_somebody(watch: Watch) -> None:
    token = Issuer(name="GitHub Actions", is_pipeline=True, subject="repo:example/infra:ref:refs/heads/main")
    pipeline = a_principal("deploy", kind=ActorKind.MACHINE, role="Deploy", issuer=token)
    watch.told(a_write_in("ASIA1"))
    watch.told(a_sign_in("ASIA1", pipeline), minute=1)

    [standing] = [row.change for row in watch.changes() if not row.change.withdrawn]
    assert (standing.actor.subject, standing.channel) == (token.subject, Channel.PIPELINE)


TICKET = Statement(place="session tag ticket", text="OPS-1", trust=Trust.SESSION)

CHAIN = (
    a_session_opened(ALICE, key="ASIA1", statements=[TICKET]),
    a_session_opened(a_principal("hub", kind=ActorKind.UNKNOWN, role="Hub"), key="ASIA2", via="ASIA1"),
    a_session_opened(a_principal("spoke", kind=ActorKind.UNKNOWN, role="Spoke"), key="ASIA3", via="ASIA2"),
)


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_chain_of_roles_is_followed_in_whatever_order_it_is_told(
    sqlite_database: Database, order: tuple[int, ...], one_by_one: bool
) -> None:
    records = (*(an_opening(one) for one in CHAIN), a_write_in("ASIA3", event_id="write"))
    watch = Watch(database=sqlite_database)

    tell(watch, [records[place] for place in order], one_by_one=one_by_one)

    [(name, channel, chain, references, keys)] = what_stands(watch)
    assert (name, channel, keys) == ("alice@example.com", Channel.CONSOLE, ("aws:write",))
    assert chain[1:] == tuple(one.opener.id for one in reversed(CHAIN))
    assert references == ("OPS-1",)


FIRST = structs.replace(a_session_opened(ALICE, key="console|role"), is_renewable=True)
SECOND = structs.replace(a_session_opened(BOB, key="console|role"), is_renewable=True)

SHARED_ROLE = (
    an_event(event_id="too early", at=NOON - minutes(60), principal=NOBODY, session_key="console|role"),
    an_event(event_id="switch 1", at=NOON, effect=Effect.AUTH, opens=FIRST),
    an_event(event_id="alices", at=NOON + minutes(1), principal=NOBODY, session_key="console|role"),
    an_event(event_id="switch 2", at=NOON + minutes(60), effect=Effect.AUTH, opens=SECOND),
    an_event(event_id="bobs", at=NOON + minutes(61), principal=NOBODY, session_key="console|role"),
)
"""Two people switch to one role one after the other: each answers for what comes after his switch."""


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::3])
def test_of_several_openings_the_one_before_the_write_counts_in_whatever_order(
    sqlite_database: Database, order: tuple[int, ...], one_by_one: bool
) -> None:
    watch = Watch(database=sqlite_database)

    tell(watch, [SHARED_ROLE[place] for place in order], one_by_one=one_by_one)

    assert [(name, keys) for name, *_, keys in what_stands(watch)] == [
        ("session", ("aws:too early",)),
        ("alice@example.com", ("aws:alices",)),
        ("bob@example.com", ("aws:bobs",)),
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_whoever_began_an_action_first_answers_for_what_followed(
    sqlite_database: Database, order: tuple[int, ...]
) -> None:
    """
    Azure names the action in every record, and the earliest tells who it was.
    """
    records = (
        an_event(event_id="began", effect=Effect.AUTH, opens=a_session_opened(ALICE)),
        an_event(event_id="later", at=NOON + minutes(1), effect=Effect.AUTH, opens=a_session_opened(BOB)),
        a_write_in("ASIA1", at=NOON + minutes(2)),
    )
    watch = Watch(database=sqlite_database)

    tell(watch, [records[place] for place in order], one_by_one=True)

    assert [name for name, *_ in what_stands(watch)] == ["alice@example.com"]


def test_a_call_before_the_one_that_shows_its_session_is_recognised_too(watch: Watch) -> None:
    """
    The first calls of a console session may lack the mark that a later one bears.
    """
    unmarked = an_event(event_id="write", principal=ALICE, tool=None, session_key="signed-in")
    shown = a_session_opened(ALICE, key="signed-in", tools=[a_tool_sign(Tool.CONSOLE)])
    watch.told(unmarked)
    assert watch.change().change.channel is Channel.MANUAL

    watch.told(an_event(event_id="marked", effect=Effect.READ, opens=shown), minute=1)

    change = watch.change().change
    assert (change.channel, change.withdrawn) == (Channel.CONSOLE, None)
    assert len(watch.headlines()) == 1


def test_an_attempt_is_told_of_again_as_well_and_stays_no_change(watch: Watch) -> None:
    denied = an_event(event_id="write", principal=NOBODY, session_key="ASIA1", error="AccessDenied")
    watch.told(denied)
    watch.told(a_sign_in("ASIA1", ALICE), minute=1)

    [amended] = watch.ledger(EntryKind.AMENDMENT)
    assert json.loads(amended.body or b"")["write"]["actor"]["name"] == "alice@example.com"
    assert watch.changes() == []


def test_an_opening_that_is_told_again_or_says_nothing_new_is_no_evidence(watch: Watch) -> None:
    watch.told(a_sign_in("ASIA1", ALICE), a_write_in("ASIA1"))
    before = watch.ledger(*EntryKind)

    watch.told(a_sign_in("ASIA1", ALICE), minute=1)
    watch.told(an_event(event_id="again", at=NOON + minutes(1), effect=Effect.AUTH, opens=FIRST), minute=2)

    grown = watch.ledger(*EntryKind)[len(before) :]
    assert {entry.kind for entry in grown} <= {EntryKind.COVERAGE, EntryKind.TALLY}


def test_writes_older_than_sessions_last_are_not_judged_again(watch: Watch) -> None:
    a_day_and_a_half = 60 * 36 + 1
    newest = a_write_in("ASIA2", event_id="newest", at=NOON + minutes(a_day_and_a_half))
    watch.told(a_write_in("ASIA1"), newest, minute=a_day_and_a_half)

    watch.told(a_sign_in("ASIA1", ALICE), minute=a_day_and_a_half + 1)

    assert watch.ledger(EntryKind.AMENDMENT) == []


def test_what_waits_for_the_rest_of_its_operation_is_judged_by_an_opening_that_came_meanwhile(
    watch: Watch,
) -> None:
    begun = a_beginning()
    call = structs.replace(begun.call, principal=NOBODY, session_keys=("ASIA1",))
    watch.told(structs.replace(begun, call=call), minute=1)
    watch.told(a_sign_in("ASIA1", BOB), minute=2)
    watch.cycle(16)

    assert watch.change().change.actor.name == "bob@example.com"
    assert watch.ledger(EntryKind.AMENDMENT) == []


def test_what_was_told_of_a_write_stays_but_for_who_made_it(watch: Watch) -> None:
    """
    Its secrets are cut out by then, and what is risky about it may be told by one of them.
    """
    risk = Risk(slug="public-access", text="lets anybody in")
    begun = a_beginning(risks=[risk], request={"password": "hunter2-correct"})
    call = structs.replace(begun.call, principal=NOBODY, session_keys=("ASIA1",))
    watch.told(structs.replace(begun, call=call), minute=16)
    [before] = [row.change.first for row in watch.changes()]

    watch.told(a_sign_in("ASIA1", BOB), minute=17)

    [after] = [row.change.first for row in watch.changes() if not row.change.withdrawn]
    assert after.event == before.event
    assert after.event.summary.count("(in progress)") == 1
    assert (after.actor.name, after.is_in_progress) == ("bob@example.com", True)


def a_write_in(session_key: str, *, event_id: str = "write", at: datetime = NOON) -> ChangeEvent:
    return an_event(event_id=event_id, at=at, principal=NOBODY, session_key=session_key)


def a_sign_in(key: str, opener: Principal) -> ChangeEvent:
    return an_opening(a_session_opened(opener, key=key))


def an_opening(opened: OpenedSession) -> ChangeEvent:
    at = NOON - minutes(1)
    return an_event(event_id=f"opens {opened.key}", at=at, effect=Effect.AUTH, opens=opened)


def tell(watch: Watch, events: list[ChangeEvent], *, one_by_one: bool) -> None:
    for event in events:
        watch.deliver(event)
        if one_by_one:
            watch.cycle(62)
    watch.cycle(62)


def what_stands(watch: Watch) -> list[tuple[str, Channel, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """Return who answers for what: the same, in whatever order it was told."""
    return [
        (
            change.actor.name,
            change.channel,
            change.actor.chain,
            tuple(one.key for one in change.last.classification.references),
            tuple(write.event.key for write in change.writes),
        )
        for change in (row.change for row in watch.changes())
        if not change.withdrawn
    ]
