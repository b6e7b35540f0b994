"""What the cloud takes back, and what several accounts are told of, changes what was judged before."""

import json
import re
from datetime import datetime

import pytest
from msgspec import structs

from drift.model.event import ChangeEvent, Effect, OpenedSession, Outcome, Principal
from drift.model.evidence import EntryKind
from drift.model.verdict import Disposition, Severity
from drift.own_resources import own_resource
from drift.stages.classify import ChannelRules, Exclusion
from drift.stages.decide import DecisionRules
from drift.store.database import Database
from tests.builders import ACCOUNT, NOON, SECURITY_GROUP, a_principal, an_event, minutes
from tests.scenarios.cloud import ALICE, Watch

OTHER_ACCOUNT = "444455556666"

ORIGINAL = an_event(event_id="original", principal=ALICE)


@pytest.fixture
def watch(database: Database) -> Watch:
    return Watch(database=database)


# Corrections


def test_a_correction_takes_the_place_of_what_it_corrects(watch: Watch) -> None:
    watch.told(ORIGINAL)
    watch.told(corrected(action="RevokeSecurityGroupIngress"), minute=1)

    [write] = watch.change().change.writes
    assert (write.event.key, write.event.call.action) == ("aws:original", "RevokeSecurityGroupIngress")
    [headline] = watch.headlines()
    assert "called RevokeSecurityGroupIngress" in headline
    assert watch.counts() == {"change": 1, "part": 1}


def test_a_correction_is_evidence_beside_the_original(watch: Watch) -> None:
    watch.told(ORIGINAL)
    watch.told(corrected(action="RevokeSecurityGroupIngress"), minute=1)

    [observed], [amended] = watch.ledger(EntryKind.OBSERVATION), watch.ledger(EntryKind.AMENDMENT)
    body = json.loads(amended.body or b"")
    assert (amended.ref, json.loads(amended.leaf)["links"]) == ("aws:original", [observed.seq])
    assert (body["why"], [one["key"] for one in body["records"]]) == ("corrected", ["aws:correction"])
    assert watch.hashes_in_evidence() == watch.hashes_delivered()
    *_, disposition = watch.ledger(EntryKind.DISPOSITION)
    assert json.loads(disposition.body or b"")["events"] == ["aws:original", "aws:correction"]


def test_what_a_correction_says_to_have_failed_never_happened(watch: Watch) -> None:
    watch.told(ORIGINAL)
    watch.told(corrected(error="AccessDenied"), minute=1)

    row = watch.change()
    assert row.judgement is not None
    assert (row.judgement.decision.disposition, row.judgement.decision.alert) == (
        Disposition.EXPLAINED,
        False,
    )
    [write] = row.change.writes
    assert write.event.outcome is Outcome.FAILURE, "it is shown all the same"


def test_what_a_correction_says_to_have_happened_is_a_change(watch: Watch) -> None:
    watch.told(an_event(event_id="original", principal=ALICE, error="Throttled"))
    assert watch.changes() == []

    watch.told(corrected(), minute=1)

    assert len(watch.change().change.writes) == 1


def test_a_change_that_turns_out_to_be_somebody_elses_moves_to_them(watch: Watch) -> None:
    watch.told(ORIGINAL)
    watch.told(corrected(principal=a_principal("bob@example.com")), minute=1)

    alices, bobs = sorted(watch.changes(), key=lambda row: row.change.withdrawn is None)
    assert (alices.change.withdrawn, bobs.change.actor.name) == (
        "it belongs to another change, as a later record says",
        "bob@example.com",
    )
    assert alices.judgement is not None
    assert alices.judgement.decision.disposition is Disposition.EXPLAINED
    assert sorted("Nothing to do" in headline for headline in watch.headlines()) == [False, True]


def test_a_correction_of_what_was_never_delivered_is_a_write_of_its_own(watch: Watch) -> None:
    watch.told(corrected())

    [write] = watch.change().change.writes
    assert write.event.key == "aws:correction"


def test_what_comes_after_its_correction_is_named_and_changes_nothing(watch: Watch) -> None:
    watch.told(corrected(action="RevokeSecurityGroupIngress"))
    watch.told(ORIGINAL, minute=1)
    watch.told(ORIGINAL, minute=2)

    [write] = watch.change().change.writes
    assert write.event.call.action == "RevokeSecurityGroupIngress"
    assert len(watch.ledger(EntryKind.AMENDMENT)) == 1
    assert watch.hashes_in_evidence() == watch.hashes_delivered()
    assert watch.counts() == {"change": 1, "duplicate": 2}


def test_a_correction_that_is_delivered_twice_is_recorded_once(watch: Watch) -> None:
    watch.told(ORIGINAL)
    watch.told(corrected(), corrected(), minute=1)

    assert len(watch.ledger(EntryKind.AMENDMENT)) == 1
    assert watch.counts() == {"change": 1, "part": 1, "duplicate": 1}


def test_a_correction_of_a_correction_reaches_the_same_write(watch: Watch) -> None:
    watch.told(ORIGINAL)
    watch.told(corrected(), minute=1)
    watch.told(
        structs.replace(corrected(action="DeleteSecurityGroup"), event_id="again", corrects="correction"),
        minute=2,
    )

    [write] = watch.change().change.writes
    assert write.event.call.action == "DeleteSecurityGroup"


def test_a_correction_that_says_the_same_is_recorded_and_tells_nobody_again(watch: Watch) -> None:
    watch.told(ORIGINAL)
    before = watch.ledger(EntryKind.DISPOSITION, EntryKind.ALERT)

    watch.told(corrected(), minute=1)

    assert len(watch.ledger(EntryKind.AMENDMENT)) == 1
    assert watch.ledger(EntryKind.DISPOSITION, EntryKind.ALERT) == before


def test_who_stood_behind_a_session_is_not_lost_when_a_correction_comes_after_days(watch: Watch) -> None:
    machine = a_principal("session", role="Deploy", session_name="session")
    call = structs.replace(ORIGINAL.call, principal=machine, session_keys=("ASIA1",))
    opened = OpenedSession(key="ASIA1", opener=ALICE, via=None, role="Deploy")
    watch.told(an_event(event_id="sign-in", effect=Effect.AUTH, opens=opened))
    watch.told(structs.replace(ORIGINAL, call=call))
    assert watch.change().change.actor.chain

    watch.told(sign_in("ASIA2", at=NOON + minutes(60 * 24 * 3)), minute=60 * 24 * 3)
    watch.told(
        structs.replace(ORIGINAL, call=call, event_id="correction", corrects="original", lane=ORIGINAL.lane),
        minute=60 * 24 * 3 + 1,
    )

    change = watch.change().change
    assert ALICE.id in change.actor.chain
    assert change.withdrawn is None


# Copies


def test_a_call_that_two_accounts_are_told_of_is_one_write_of_the_owner(watch: Watch) -> None:
    watch.told(a_copy("callers", account=OTHER_ACCOUNT, is_owners=False))
    watch.told(a_copy("owners", is_owners=True), minute=1)

    standing = [row.change for row in watch.changes() if not row.change.withdrawn]
    [write] = standing[0].writes
    assert len(standing) == 1
    assert (write.event.key, write.event.call.account) == ("aws:callers", ACCOUNT)
    assert watch.counts() == {"change": 1, "duplicate": 1}
    assert watch.hashes_in_evidence() == watch.hashes_delivered()


@pytest.mark.parametrize("is_owners", [False, True])
def test_a_further_copy_is_named_and_changes_nothing(watch: Watch, *, is_owners: bool) -> None:
    watch.told(a_copy("owners", is_owners=True))
    before = watch.change()

    watch.told(a_copy("another", account=OTHER_ACCOUNT, is_owners=is_owners), minute=1)

    after = watch.change()
    assert after.ledger_seq == before.ledger_seq
    assert [part.key for part in after.change.first.parts] == ["aws:another"]
    [amended] = watch.ledger(EntryKind.AMENDMENT)
    assert json.loads(amended.body or b"")["why"] == "copied"
    assert watch.counts() == {"change": 1, "duplicate": 1}


def test_the_correction_of_the_other_accounts_copy_does_not_undo_the_owners(watch: Watch) -> None:
    watch.told(a_copy("owners", is_owners=True))
    watch.told(a_copy("callers", account=OTHER_ACCOUNT, is_owners=False), minute=1)

    others = a_copy("others-correction", account=OTHER_ACCOUNT, is_owners=False)
    watch.told(structs.replace(others, corrects="callers"), minute=2)

    [write] = watch.change().change.writes
    assert write.event.call.account == ACCOUNT


# What the policy leaves out


def test_what_the_policy_leaves_out_is_on_record_with_the_reason_and_no_change(database: Database) -> None:
    rule = Exclusion(reason="the autoscaler tags what it makes", action=re.compile("CreateTags"))
    watch = Watch(database=database, channels=ChannelRules(exclusions=(rule,)))

    watch.told(an_event(event_id="tags", action="CreateTags", principal=ALICE), ORIGINAL)

    assert len(watch.changes()) == 1
    [tags, _] = watch.ledger(EntryKind.OBSERVATION)
    assert json.loads(tags.body or b"")["classification"]["exclusion"] == "the autoscaler tags what it makes"
    assert watch.counts() == {"change": 1, "excluded": 1}


def test_what_the_watch_depends_on_is_told_and_counted_as_told_whatever_leaves_it_out(
    database: Database,
) -> None:
    rule = Exclusion(reason="security groups are somebody else's", action=re.compile("Authorize.*"))
    own = (own_resource(SECURITY_GROUP.id),)
    watch = Watch(
        database=database,
        channels=ChannelRules(exclusions=(rule,), own_resources=own),
        decision=DecisionRules(own_resources=own),
    )

    watch.told(ORIGINAL)

    row = watch.change()
    assert row.judgement is not None
    assert (row.judgement.decision.severity, row.judgement.decision.alert) == (Severity.CRITICAL, True)
    [observed] = watch.ledger(EntryKind.OBSERVATION)
    assert json.loads(observed.body or b"")["classification"]["exclusion"] is None
    assert watch.counts() == {"change": 1}


def test_erasing_the_log_that_the_watch_reads_is_told(database: Database) -> None:
    own = DecisionRules(own_resources=(own_resource("arn:aws:s3:::trail"),))
    watch = Watch(database=database, decision=own)
    erased = {"bucketName": "trail", "key": "AWSLogs/x.json.gz"}

    watch.told(
        an_event(
            event_id="erased",
            service="s3",
            action="DeleteObject",
            effect=Effect.DATA,
            principal=ALICE,
            request=erased,
        ),
        an_event(event_id="other", service="s3", action="DeleteObject", effect=Effect.DATA, request={}),
    )

    row = watch.change()
    assert row.judgement is not None
    assert (row.judgement.decision.severity, row.judgement.decision.alert) == (Severity.CRITICAL, True)
    assert watch.counts() == {"change": 1, "data": 1}


def test_an_attempt_that_the_policy_leaves_out_is_still_an_attempt(database: Database) -> None:
    rule = Exclusion(reason="the autoscaler tags what it makes", action=re.compile("CreateTags"))
    watch = Watch(database=database, channels=ChannelRules(exclusions=(rule,)))

    watch.told(an_event(action="CreateTags", principal=ALICE, error="AccessDenied"))

    assert watch.counts() == {"attempt": 1}


# Sessions


def test_sessions_are_forgotten_a_day_and_a_half_after_they_were_opened(watch: Watch) -> None:
    later = NOON + minutes(60 * 36 + 1)
    watch.told(
        sign_in("old", at=NOON),
        sign_in("grant", at=NOON, expires_at=later + minutes(60)),
        sign_in("new", at=later),
        minute=60 * 36 + 2,
    )

    assert remembered(watch) == {"grant", "new"}


def test_an_archive_is_read_within_its_own_time(watch: Watch) -> None:
    """
    All of it is older than a day and a half, and what was read last is told by who signed in then.
    """
    watch.told(sign_in("first", at=NOON), sign_in("last", at=NOON + minutes(60)), minute=60 * 24 * 300)

    assert remembered(watch) == {"first", "last"}


def corrected(
    *, action: str = "AuthorizeSecurityGroupIngress", principal: Principal = ALICE, error: str | None = None
) -> ChangeEvent:
    """The same call, as the cloud says later that it was."""
    event = an_event(event_id="correction", action=action, principal=principal, error=error)
    return structs.replace(event, corrects="original")


def a_copy(event_id: str, *, account: str = ACCOUNT, is_owners: bool) -> ChangeEvent:
    """What one of several accounts was told of the call."""
    event = an_event(event_id=event_id, account=account, principal=ALICE)
    return structs.replace(event, shared_id="shared-1", is_owners=is_owners)


def sign_in(key: str, *, at: datetime, expires_at: datetime | None = None) -> ChangeEvent:
    opened = OpenedSession(key=key, opener=ALICE, via=None, role=None, expires_at=expires_at)
    return an_event(event_id=f"sign-in {key}", at=at, effect=Effect.AUTH, opens=opened)


def remembered(watch: Watch) -> set[str]:
    with watch.database.reading() as connection:
        return set(connection.exec_driver_sql("SELECT key FROM opened_session").scalars())
