"""What is watched since when, and what alerts, on both databases."""

from dataclasses import replace
from datetime import timedelta

from drift.model.enrolment import EVERYTHING, Enrolled, EnrolmentRules, Mode, Opening, Scope, ScopeKind
from drift.model.verdict import Disposition, Severity
from drift.store import enrolment, outbox
from drift.store.database import Database
from drift.store.observed import observed_since
from tests.builders import ACCOUNT, NOON, a_finding, a_judgement, an_alert
from tests.world import World

DAY = timedelta(days=1)
OBSERVE = EnrolmentRules(mode=Mode.OBSERVE)


def test_a_watch_begins_once(database: Database) -> None:
    with database.transaction() as connection:
        assert enrolment.begin_watch(connection, enrolment.SOURCE, "trail", NOON)
        assert not enrolment.begin_watch(connection, enrolment.SOURCE, "trail", NOON + DAY)


def test_an_account_is_watched_since_the_earliest_of_its_sources(database: Database) -> None:
    with database.transaction() as connection:
        for source, at in (("late", NOON + DAY), ("early", NOON), ("other", NOON - DAY)):
            enrolment.begin_watch(connection, enrolment.SOURCE, source, at)
        enrolment.note_accounts(connection, "late", [ACCOUNT, "new", ""])
        enrolment.note_accounts(connection, "early", [ACCOUNT])
        enrolment.note_accounts(connection, "early", [ACCOUNT])
        now = enrolment.enrolment_now(connection, OBSERVE)

        assert enrolment.accounts_seen(connection) == [ACCOUNT, "new"]
    assert now.watched_since == {ACCOUNT: NOON, "new": NOON + DAY, "": NOON + DAY}


def test_a_scope_is_kept_as_it_was_said_last(database: Database) -> None:
    one = Enrolled(scope=EVERYTHING, mode=Mode.ENFORCE, since=NOON, by="alice", ledger_seq=1)
    state = Scope(kind=ScopeKind.STATE, name="s3://states/" + "x" * 2000)
    with database.transaction() as connection:
        enrolment.keep_enrolled(connection, one)
        enrolment.keep_enrolled(connection, replace(one, mode=Mode.OBSERVE, ledger_seq=2))
        enrolment.keep_enrolled(connection, replace(one, scope=state))

        assert enrolment.enrolled(connection, EVERYTHING) == [replace(one, mode=Mode.OBSERVE, ledger_seq=2)]
        assert enrolment.enrolment_now(connection, OBSERVE).treatment(None, None, [state.name]).since == NOON


def test_what_was_observed_is_counted_with_the_most_severe_first(database: Database) -> None:
    world = World(database=database)
    withheld = a_judgement(alert=False)
    withheld = replace(withheld, decision=replace(withheld.decision, is_withheld=True))
    world.happened(at=NOON, judged=withheld)
    worse = replace(withheld, decision=replace(withheld.decision, severity=Severity.CRITICAL))
    change = world.happened(at=NOON + DAY, judged=worse)
    world.happened(at=NOON - DAY, judged=a_judgement(Disposition.BEFORE_ENROLMENT, alert=False))
    opening = Opening(baselines=frozenset({"prod"}), rules=OBSERVE)
    world.compared(a_finding("f-old"), opening=opening)
    world.compared(a_finding("f-old"), a_finding("f-new"))

    with database.reading() as connection:
        observed = observed_since(connection, 0)

    assert observed.judged == {Disposition.UNTICKETED: 2, Disposition.BEFORE_ENROLMENT: 1}
    assert observed.withheld == {Severity.CRITICAL: 1, Severity.HIGH: 1}
    assert observed.worst_withheld[0].change.change_id == change.change_id
    assert (observed.register, observed.new_drift) == ({Severity.HIGH: 1}, 1)
    assert [row.finding.finding_id for row in observed.worst_registered] == ["f-old"]
    assert observed.first_due_at == NOON + OBSERVE.due[Severity.HIGH]


def test_waiting_messages_of_a_kind_give_way_and_others_stay(database: Database) -> None:
    with database.transaction() as connection:
        for session in ("digest-1", "ses-1"):
            outbox.queue(connection, ["oncall"], an_alert(session), NOON)
        outbox.give_way(connection, "digest-")

        assert outbox.counts(connection) == {"superseded": 1, "queued": 1}
