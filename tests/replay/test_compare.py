"""Which changes stand differently by other rules, whichever way they do."""

import re
from collections.abc import Callable

import pytest
from msgspec import structs

from drift.model.event import ChangeEvent, Principal
from drift.model.history import EVER
from drift.model.resource import Resource
from drift.model.verdict import ActorKind, Disposition
from drift.replay.archive import archive_of_log
from drift.replay.backfill import Told, backfill
from drift.replay.compare import Difference, differences
from drift.stages.classify import ChannelRules, Exclusion, PipelineRule
from drift.store.database import Database
from drift.store.migrate import migrate
from tests.builders import NOON, a_principal, an_event, minutes
from tests.scenarios.cloud import ALICE, Log, Watch

ANY_RULES = ChannelRules()

NO_BUCKETS = ChannelRules(exclusions=(Exclusion(reason="buckets", resource=re.compile("bucket.*")),))

DEPLOY = a_principal("arn:aws:iam::111122223333:role/deploy", kind=ActorKind.MACHINE, role="deploy")

DEPLOYS = ChannelRules(pipelines=(PipelineRule(name="deploy", role=re.compile(".*deploy")),))


def to_bucket(name: str = "bucket-1", *, at: float = 0) -> ChangeEvent:
    return an_event(
        event_id=f"{name} {at}",
        at=NOON + minutes(at),
        principal=ALICE,
        resources=(Resource(type="aws_s3_bucket", id=name),),
    )


Judged = Callable[..., Database]


@pytest.fixture
def judged(sqlite_database: Database) -> Judged:
    """Judges records by some rules, each time into a database of its own."""
    made: list[Database] = []

    def judge(rules: ChannelRules, *events: ChangeEvent) -> Database:
        url = str(sqlite_database.engine.url).replace("store.sqlite3", f"{len(made)}.sqlite3")
        database = Database(url)
        made.append(database)
        migrate(database)
        watch = Watch(database=database, channels=rules)
        watch.clock.time = NOON + minutes(24 * 60)
        watch.deliver(*events)
        log: Log = watch.log
        assert backfill(watch.pipeline, archive_of_log("old", log), EVER, Told()).problems == []
        return database

    return judge


def compared(before: Database, after: Database, store: Database | None = None) -> list[Difference]:
    with before.reading() as one, after.reading() as other:
        if store is None:
            return list(differences(one, other, None))
        with store.reading() as recorded:
            return list(differences(one, other, recorded))


def test_what_stands_alike_is_not_told(judged: Judged) -> None:
    events = (to_bucket(), to_bucket("bucket-2", at=60))

    assert compared(judged(ANY_RULES, *events), judged(ANY_RULES, *events)) == []


def test_what_the_other_rules_leave_out_is_told_with_their_reason(judged: Judged) -> None:
    (found,) = compared(judged(ANY_RULES, to_bucket()), judged(NO_BUCKETS, to_bucket()))

    assert found.before.disposition is Disposition.UNTICKETED
    assert found.after.disposition is None
    assert found.after.reasons == ("the policy leaves it out: buckets",)
    assert (found.actor, found.resource.id) == ("alice@example.com", "bucket-1")


def test_what_only_the_other_rules_see_is_told_as_well(judged: Judged) -> None:
    (found,) = compared(judged(NO_BUCKETS, to_bucket()), judged(ANY_RULES, to_bucket()))

    assert found.before.disposition is None
    assert found.before.reasons == ("the policy leaves it out: buckets",)
    assert found.after.disposition is Disposition.UNTICKETED


def test_one_change_that_other_rules_take_for_two_is_told_where_they_part(judged: Judged) -> None:
    """
    Two runs of a pipeline that nobody knows are one machine's doing; of one that is known, they are two.
    """
    first = an_event(event_id="1", principal=with_run("GitHubActions-1111111"))
    second = an_event(event_id="2", principal=with_run("GitHubActions-2222222"), at=NOON + minutes(1))

    found = compared(judged(ANY_RULES, first, second), judged(DEPLOYS, first, second))

    assert {one.before.disposition for one in found} == {Disposition.UNTICKETED}
    assert [one.after.disposition for one in found] == [Disposition.AUTHORISED]


def test_a_change_bears_the_id_by_which_the_store_knows_it(judged: Judged) -> None:
    """
    There it began earlier than in the archive, so that its id is another.
    """
    store = judged(ANY_RULES, to_bucket(at=-10), to_bucket())

    (found,) = compared(judged(ANY_RULES, to_bucket()), judged(NO_BUCKETS, to_bucket()), store)

    assert found.change_id.startswith("chg-20261116T115000-")
    assert found.began_at == NOON


def test_differences_come_in_order_of_time_however_many_there_are(judged: Judged) -> None:
    events = [to_bucket(f"bucket-{number}", at=number * 20) for number in reversed(range(30))]

    found = compared(judged(ANY_RULES, *events), judged(NO_BUCKETS, *events))

    assert [one.began_at for one in found] == sorted(one.began_at for one in found)
    assert len(found) == len(events)


def test_what_history_is_anyway_is_no_reason_to_tell(judged: Judged) -> None:
    (found,) = compared(judged(ANY_RULES, to_bucket()), judged(NO_BUCKETS, to_bucket()))

    assert not any("nobody was told" in reason for reason in found.before.reasons)


def with_run(name: str) -> Principal:
    return structs.replace(DEPLOY, session_name=name)
