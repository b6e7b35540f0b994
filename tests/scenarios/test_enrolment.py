"""The first day decides whether the tool stays: an estate full of drift and history wakes nobody."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from drift.errors import ProviderUnavailableError
from drift.model.baseline import Declaration, DeclaredResource, Moved, StateLock
from drift.model.coverage import CoverageRules
from drift.model.enrolment import EVERYTHING, EnrolmentRules, Mode, Scope, ScopeKind
from drift.model.environment import Environment
from drift.model.event import ChangeEvent, Risk
from drift.model.evidence import EntryKind
from drift.model.finding import FindingStatus
from drift.model.resource import Found, LiveReading, LiveResource, Resource
from drift.model.state_map import Fact, MappedState
from drift.model.ticket import Ticket
from drift.ports import Watched
from drift.stages.classify import ChannelRules
from drift.stages.decide import OBSERVED, DecisionRules
from drift.stages.record import record_enrolment
from drift.store.database import Database
from drift.store.findings import FindingRow, findings
from tests.builders import ACCOUNT, an_event, minutes
from tests.scenarios.cloud import ALICE, NOON, Watch

OBSERVE = EnrolmentRules(mode=Mode.OBSERVE, owner="platform@example.com")

ROOT = Risk(slug="root-user", text="the root user acted")
TAMPERS = Risk(slug="blinds-monitoring", text="stops the trail")

DAY = 24 * 60


@dataclass(kw_only=True)
class Estate:
    """Databases: how many there are, and the class of each where it is not the declared one."""

    size: int = 3
    live: dict[int, str] = field(default_factory=dict)
    name: str = "prod"
    is_held: bool = False
    is_down: bool = False
    unmanaged: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """Where its state is."""
        return f"s3://states/{self.name}"

    def declared(self) -> Iterator[Declaration]:
        """Read the state."""
        if self.is_down:
            raise ProviderUnavailableError("the bucket does not answer", hint="try again later")
        resources = tuple(
            DeclaredResource(
                address=f"aws_db_instance.{self.name}[{number}]",
                type="aws_db_instance",
                resource_id=f"{self.name}-{number}",
                provider="hashicorp/aws",
                account=ACCOUNT,
                region="eu-west-1",
                attributes={"identifier": f"{self.name}-{number}", "instance_class": "small"},
                source="main.tf:1",
            )
            for number in range(self.size)
        )
        yield Declaration(
            name=self.name,
            origin=self.origin,
            lineage=None,
            serial=1,
            sha256="1",
            resources=resources,
            lock=StateLock(who="an apply", since=None) if self.is_held else None,
        )

    def moved(self, declared: Sequence[Declaration]) -> Sequence[Moved]:
        """Stay as it was read."""
        return ()

    def mapped(self) -> Iterator[MappedState]:
        """Tell who owns the code."""
        owner = Fact(value="@example/data", how="CODEOWNERS")
        yield MappedState(baseline=self.name, state=self.origin, owner=owner)

    def read(self, declared: Sequence[DeclaredResource]) -> Iterator[LiveReading]:
        """Read what is there."""
        for number, one in enumerate(declared):
            attributes = {**one.attributes, "instance_class": self.live.get(number, "small")}
            yield Found(address=one.address, resource=_live(one.type, str(one.resource_id), attributes))

    def discover(
        self, declared: Sequence[DeclaredResource], types: Sequence[str] = (), *, is_read: bool = False
    ) -> Iterator[LiveResource]:
        """List what no code declares."""
        for name in self.unmanaged:
            yield _live("aws_s3_bucket", name, {"bucket": name})


def _live(type_: str, id_: str, attributes: dict[str, object]) -> LiveResource:
    return LiveResource(type=type_, id=id_, account=ACCOUNT, region="eu-west-1", attributes=attributes)


def a_resize(at: float, number: int = 0, **facts: object) -> ChangeEvent:
    """Somebody sets the class of a database, so many minutes after noon."""
    return an_event(
        event_id=f"resize {number} at {at:g}",
        at=NOON + minutes(at),
        principal=ALICE,
        action="ModifyDBInstance",
        resources=(Resource(type="aws_db_instance", id=f"prod-{number}"),),
        summary="",
        **facts,  # type: ignore[arg-type]  # what the builder takes
    )


@pytest.fixture
def estate() -> Estate:
    return Estate()


@pytest.fixture
def watch(sqlite_database: Database, estate: Estate) -> Watch:
    return Watch(
        database=sqlite_database,
        watched=(Watched(baseline=estate, live=estate),),
        enrolment=OBSERVE,
        coverage=CoverageRules(silent_after=timedelta(days=99)),  # here nobody writes for days
    )


def enrol(watch: Watch, scope: Scope = EVERYTHING, mode: Mode = Mode.ENFORCE, *, minute: float) -> None:
    with watch.database.transaction() as connection:
        record_enrolment(connection, scope, mode, "alice", NOON + minutes(minute))


def an_account(name: str = ACCOUNT) -> Scope:
    return Scope(kind=ScopeKind.ACCOUNT, name=name)


def register(watch: Watch) -> list[FindingRow]:
    return [row for row in _findings(watch) if row.is_pre_existing]


def _findings(watch: Watch) -> list[FindingRow]:
    with watch.database.reading() as connection:
        return list(findings(connection))


def dispositions(watch: Watch) -> Counter[str]:
    judged = (row.judgement for row in watch.changes())
    return Counter(one.decision.disposition.value for one in judged if one)


def alerts(watch: Watch) -> list[str]:
    """The messages about changes, without the digests."""
    return [line for line in watch.headlines() if not line.startswith("Digest")]


# The first day


def test_an_estate_full_of_drift_and_history_sends_one_message_on_its_first_day(
    watch: Watch, estate: Estate
) -> None:
    estate.size = 3000
    estate.live = dict.fromkeys(range(3000), "big")
    history = [a_resize(-hour * 60, hour % 3000) for hour in range(1, 90 * 24, 3)]
    watch.deliver(*history)
    for minute in (0, 1, 60, DAY - 1):
        watch.cycle(minute)

    [message] = watch.board.messages.values()
    assert "3,000 findings from before the watch" in message.headline
    assert f"Made before the watch began: {len(watch.changes()):,} changes" in " ".join(message.notice)
    assert dispositions(watch) == {"before-enrolment": len(watch.changes())}
    assert len(register(watch)) == 3000

    enrol(watch, minute=DAY)
    estate.live[7] = "huge"
    watch.told(a_resize(DAY + 5, 7), minute=DAY + 6)

    [alert] = alerts(watch)
    assert alert.startswith("alice@example.com called ModifyDBInstance (aws_db_instance.prod[7])")
    assert len(watch.board.messages) == 2
    assert len(register(watch)) == 2999


def test_what_was_made_before_the_watch_never_alerts_whatever_it_was(watch: Watch) -> None:
    """
    Not even the root user: nobody can be woken for last month.
    """
    enrol(watch, minute=-1)
    failed = a_resize(-20, 2, risks=(TAMPERS,), error="AccessDenied")
    watch.told(a_resize(-60, risks=(ROOT,)), a_resize(-40, 1, risks=(TAMPERS,)), failed)
    watch.cycle(DAY)

    assert alerts(watch) == []
    assert dispositions(watch) == {"before-enrolment": 2, "explained": 1}


def test_nobody_is_asked_about_what_was_made_before_the_watch(watch: Watch) -> None:
    """
    Months of history would use up what a ticket system answers in a day.
    """
    asked: list[Sequence[str]] = []

    class Tickets:
        def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
            asked.append(sorted(resource_ids))
            return ()

    pipeline = replace(watch.pipeline, have=replace(watch.pipeline.have, ticket_sources={"jira": Tickets()}))
    watch.deliver(a_resize(-60), a_resize(-1, 1), a_resize(1, 1))
    assert pipeline.run_once() == ()

    assert asked == [["prod-1"]]
    [before, _] = [row.judgement for row in watch.changes()]
    assert before
    assert before.match.reasons == ("nobody was asked what covers it: it was made before the watch began",)


def test_a_change_that_goes_on_after_the_watch_began_is_not_from_before(watch: Watch) -> None:
    watch.cycle(0)
    enrol(watch, minute=0)
    watch.told(a_resize(-5), a_resize(5), minute=6)

    assert len(alerts(watch)) == 1


def test_an_account_that_a_watched_source_tells_of_later_was_watched_before(watch: Watch) -> None:
    """
    A new account of an organisation's trail has no history that was missed: its first write counts.
    """
    watch.cycle(0)
    enrol(watch, minute=0)
    watch.told(a_resize(DAY, account="444455556666"), minute=DAY + 10)

    assert len(alerts(watch)) == 1


# While it is only observed


def test_what_is_only_observed_is_judged_and_recorded_and_wakes_nobody(watch: Watch) -> None:
    watch.cycle(0)
    watch.told(a_resize(10), minute=11)
    watch.cycle(10 + 5 * 60)

    assert alerts(watch) == []
    assert dispositions(watch) == {"unticketed": 1}
    [judgement] = [row.judgement for row in watch.changes() if row.judgement]
    assert judgement.decision.is_withheld
    assert judgement.decision.reasons[-1] == OBSERVED
    *_, entry = watch.ledger(EntryKind.DISPOSITION)
    body = json.loads(entry.body or b"")
    assert (body["alert"], body["reasons"][-1]) == (False, OBSERVED)


@pytest.mark.parametrize("risk", [ROOT, TAMPERS], ids=["root", "tampering"])
def test_tampering_and_the_root_user_wake_somebody_all_the_same(watch: Watch, risk: Risk) -> None:
    watch.cycle(0)
    watch.told(a_resize(10, risks=(risk,)), minute=11)

    assert len(alerts(watch)) == 1


def test_emergency_access_wakes_somebody_all_the_same(watch: Watch) -> None:
    rules = ChannelRules(break_glass=(re.compile(".*alice.*"),))
    watch = replace(watch, channels=rules)
    watch.cycle(0)
    watch.told(a_resize(10), minute=11)

    assert len(alerts(watch)) == 1


# The digest


def test_a_digest_comes_once_a_day_however_often_the_watch_looks(watch: Watch) -> None:
    watch.told(a_resize(-1))
    for minute in range(0, 3 * DAY, 60):
        watch.cycle(minute)

    assert len(watch.board.messages) == 3


def test_digests_do_not_move_when_one_comes_late(watch: Watch) -> None:
    watch.told(a_resize(-1))
    watch.cycle(DAY + 300)
    watch.cycle(2 * DAY)

    assert len(watch.board.messages) == 3


def test_the_digest_says_what_would_have_alerted_and_how_to_enrol(watch: Watch, estate: Estate) -> None:
    estate.live = {0: "big"}
    watch.cycle(0)
    watch.told(a_resize(10), a_resize(50, 1), minute=51)
    watch.cycle(DAY)

    first, digest = watch.board.messages.values()
    assert "1 finding from before the watch" in first.headline
    assert digest.headline.startswith("Digest of the day: 2 changes would have alerted")
    assert digest.call_to_action.endswith(f"drift enrol account:{ACCOUNT}")
    said = "\n".join(digest.notice)
    assert "Judged since Mon 16 Nov 12:00 UTC: 2 changes (2 unticketed)." in said
    assert "• medium: alice@example.com called ModifyDBInstance (aws_db_instance.prod[1]), chg-" in said
    assert "Opening register, what differed before the watch began: 1 medium, the first due on" in said
    assert "• medium: aws_db_instance.prod[0] (drifted), @example/data" in said
    assert "New drift since Mon 16 Nov 12:00 UTC: 0 findings." in said


def test_a_digest_counts_what_was_judged_since_the_last_one(watch: Watch, estate: Estate) -> None:
    estate.live = {0: "big"}
    watch.cycle(0)
    watch.told(a_resize(10), minute=11)
    watch.cycle(DAY)
    watch.cycle(2 * DAY)

    *_, yesterday, today = watch.board.messages.values()
    assert "1 change would have alerted" in yesterday.headline
    assert "nothing would have alerted" in today.headline


def test_nothing_is_sent_before_anything_was_seen(sqlite_database: Database) -> None:
    watch = Watch(database=sqlite_database, enrolment=OBSERVE)
    watch.cycle(0)

    assert not watch.board.messages


def test_there_is_no_digest_where_everything_alerts(watch: Watch) -> None:
    watch.told(a_resize(-1))
    enrol(watch, an_account(), minute=1)
    watch.cycle(DAY)

    assert len(watch.board.messages) == 1


def test_digests_that_could_not_be_sent_do_not_pile_up(watch: Watch) -> None:
    pipeline = replace(watch.pipeline, have=replace(watch.pipeline.have, notifiers={}))
    watch.deliver(a_resize(-1))
    for day in range(5):
        watch.clock.time = NOON + timedelta(days=day)
        assert pipeline.run_once() == ()
    watch.cycle(4 * DAY + 1)

    [message] = watch.board.messages.values()
    assert message.session_id == "digest-20261120T120000Z"


# The opening register


def test_the_register_says_who_wrote_last_who_owns_it_and_when_it_is_due(
    watch: Watch, estate: Estate
) -> None:
    estate.live, estate.unmanaged = {0: "big"}, ("leftovers",)
    watch.told(a_resize(-60))

    drifted, unmanaged = sorted(register(watch), key=lambda row: row.finding.kind)
    assert (drifted.owner, unmanaged.owner) == ("@example/data", "platform@example.com")
    assert drifted.due_at == NOON + OBSERVE.due[drifted.finding.severity]
    bodies = {entry.ref: json.loads(entry.body or b"") for entry in watch.ledger(EntryKind.FINDING)}
    body = bodies[drifted.finding.finding_id]
    assert (body["status"], body["last_writer"]) == ("pre-existing", "alice@example.com")
    assert bodies[unmanaged.finding.finding_id]["last_writer"] is None


def test_what_differs_otherwise_afterwards_is_new_drift(watch: Watch, estate: Estate) -> None:
    estate.live = {0: "big", 1: "big"}
    watch.cycle(0)
    estate.live[0] = "huge"
    watch.cycle(1)

    changed, same = sorted(_findings(watch), key=lambda row: str(row.finding.address))
    assert (changed.status, changed.owner, changed.due_at) == (FindingStatus.OPEN, None, None)
    assert same.is_pre_existing


def test_what_is_found_later_is_new_drift_and_what_is_settled_leaves_the_register(
    watch: Watch, estate: Estate
) -> None:
    estate.live = {0: "big"}
    watch.cycle(0)
    estate.live = {1: "big"}
    watch.cycle(1)

    gone, new = sorted(_findings(watch), key=lambda row: str(row.finding.address))
    assert (gone.status, new.status) == (FindingStatus.RESOLVED, FindingStatus.OPEN)


def test_a_baseline_that_comes_later_has_a_register_of_its_own(watch: Watch, estate: Estate) -> None:
    watch.cycle(0)
    later = Estate(name="later", live={0: "big"}, unmanaged=("theirs",))
    watch = replace(watch, watched=(*watch.watched, Watched(baseline=later, live=later)))
    estate.live = {0: "big"}
    watch.cycle(1)

    status = {row.finding.resource_id: row.status.value for row in _findings(watch)}
    assert status == {"later-0": "pre-existing", "theirs": "pre-existing", "prod-0": "open"}


@pytest.mark.parametrize("trouble", ["is_held", "is_down"])
def test_a_register_stays_open_until_the_baseline_could_be_read_whole(
    watch: Watch, estate: Estate, trouble: str
) -> None:
    estate.live = {0: "big"}
    setattr(estate, trouble, True)
    watch.clock.time = NOON
    watch.pipeline.run_once()
    setattr(estate, trouble, False)
    watch.cycle(1)

    assert len(register(watch)) == 1


def test_evidence_tells_when_the_watch_began_and_what_its_register_holds(
    watch: Watch, estate: Estate
) -> None:
    estate.live = {0: "big"}
    watch.cycle(0)
    watch.cycle(1)

    told = [
        (body["scope"], body["turn"], body["pre_existing"])
        for entry in watch.ledger(EntryKind.ENROLMENT)
        for body in [json.loads(entry.body or b"")]
    ]
    assert told == [
        ("source:trail", "watched", None),
        ("baseline:prod", "watched", None),
        ("baseline:prod", "registered", 1),
    ]


@pytest.mark.parametrize(
    "step",
    [
        "drift.compare.record_opening",
        "drift.compare.record_sweep",
        "drift.conclude.record_judgement",
        "drift.stages.digest.meta.write",
        "drift.pipeline.notify",
    ],
)
def test_a_crash_at_any_step_of_the_first_day_changes_nothing_about_it(
    watch: Watch, estate: Estate, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.live, estate.unmanaged = {0: "big"}, ("leftovers",)
    watch.deliver(a_resize(-60), a_resize(-200, 1))
    with monkeypatch.context() as broken:
        broken.setattr(step, crash)
        with pytest.raises(Crash):
            watch.cycle(0)
    watch.cycle(1)
    watch.cycle(2)

    assert len(watch.board.messages) == 1
    assert len(register(watch)) == len(_findings(watch)) == 2
    assert dispositions(watch) == {"before-enrolment": 2}
    assert len(watch.ledger(EntryKind.ENROLMENT)) == 3


class Crash(BaseException):
    """Ends the program where it stands."""


def crash(*_: object, **__: object) -> None:
    raise Crash


# Enrolling


PROD = Environment(name="production", accounts=(re.compile(ACCOUNT),), is_production=True)


@pytest.mark.parametrize(
    "scope",
    [
        EVERYTHING,
        an_account(),
        Scope(kind=ScopeKind.ENVIRONMENT, name="production"),
        Scope(kind=ScopeKind.STATE, name="s3://states/prod"),
        Scope(kind=ScopeKind.STATE, name="prod"),
    ],
    ids=str,
)
def test_what_is_enrolled_alerts_from_then_on_and_not_about_before(watch: Watch, scope: Scope) -> None:
    watch = replace(watch, decision=DecisionRules(environments=(PROD,)))
    watch.cycle(0)
    watch.told(a_resize(10), minute=11)
    enrol(watch, scope, minute=12)
    watch.cycle(13)
    assert alerts(watch) == []

    watch.told(a_resize(60, 1), minute=61)

    [alert] = alerts(watch)
    assert "aws_db_instance.prod[1]" in alert


@pytest.mark.parametrize(
    "scope",
    [
        an_account("444455556666"),
        Scope(kind=ScopeKind.ENVIRONMENT, name="staging"),
        Scope(kind=ScopeKind.STATE, name="other"),
    ],
    ids=str,
)
def test_what_is_enrolled_is_nothing_else(watch: Watch, scope: Scope) -> None:
    watch.cycle(0)
    enrol(watch, scope, minute=1)
    watch.told(a_resize(10), minute=11)

    assert alerts(watch) == []


def test_the_narrower_scope_decides(watch: Watch) -> None:
    watch.cycle(0)
    enrol(watch, minute=1)
    enrol(watch, an_account(), Mode.OBSERVE, minute=2)
    watch.told(a_resize(10), a_resize(10, 1, account="444455556666"), minute=11)

    assert len(alerts(watch)) == 1
    assert "444455556666" in {message.account for message in watch.board.messages.values()}


def test_enrolling_again_changes_nothing(watch: Watch) -> None:
    enrol(watch, minute=1)
    enrol(watch, minute=2)
    [entry] = watch.ledger(EntryKind.ENROLMENT)
    enrol(watch, mode=Mode.OBSERVE, minute=3)

    body = json.loads(entry.body or b"")
    assert (body["scope"], body["turn"], body["by"]) == ("everything", "enforce", "alice")
    assert len(watch.ledger(EntryKind.ENROLMENT)) == 2


def test_what_is_observed_again_alerts_no_more(watch: Watch) -> None:
    watch.cycle(0)
    enrol(watch, minute=1)
    enrol(watch, mode=Mode.OBSERVE, minute=2)
    watch.told(a_resize(10), minute=11)

    assert alerts(watch) == []


def test_a_message_stays_true_although_its_account_is_only_observed_again(watch: Watch) -> None:
    watch.cycle(0)
    enrol(watch, minute=1)
    watch.told(a_resize(10), minute=11)
    enrol(watch, mode=Mode.OBSERVE, minute=12)
    watch.cycle(10 + 5 * 60)

    [alert] = alerts(watch)
    assert "was due" in alert
    [row] = watch.changes()
    assert row.judgement
    assert row.judgement.decision.alert


def test_all_alerts_from_the_first_record_on_where_the_configuration_says_so(
    sqlite_database: Database, estate: Estate
) -> None:
    estate.live = {0: "big"}
    watch = Watch(database=sqlite_database, watched=(Watched(baseline=estate, live=estate),))
    watch.told(a_resize(-60), minute=0)

    assert len(alerts(watch)) == len(watch.board.messages) == 1
    assert [row.status for row in _findings(watch)] == [FindingStatus.OPEN]
