"""Reads are not kept, but every record that was delivered is counted once, with what became of it."""

import re
from collections import Counter

from sqlalchemy import select

from drift.equipment import Vault
from drift.model.event import Effect
from drift.stages.classify import ChannelRules, Exclusion
from drift.store.database import Database
from drift.store.schema import funnel
from tests.builders import ACCOUNT, NOON, an_event, minutes
from tests.scenarios.cloud import ALICE, Watch, a_beginning, an_end
from tests.scenarios.test_raw_records import YEAR, Safe

OTHER = "444455556666"


def counted(database: Database) -> Counter[tuple[str, str, str, str]]:
    """Return the counts by source, account, hour and rule."""
    columns = (funnel.c.source, funnel.c.account, funnel.c.hour, funnel.c.rule, funnel.c.records)
    with database.reading() as connection:
        rows = connection.execute(select(*columns)).all()
    return Counter({tuple(row[:4]): row.records for row in rows if row.records})


def test_each_record_is_counted_under_its_account_its_hour_and_the_rule_that_took_it(
    sqlite_database: Database,
) -> None:
    safe, begun = Safe(), a_beginning(at=NOON + minutes(70))
    fleet = Exclusion(reason="the fleet scales", account=re.compile(OTHER))
    watch = Watch(
        database=sqlite_database,
        vault=Vault(records=safe, keep_for=YEAR),
        channels=ChannelRules(exclusions=(fleet,)),
    )
    reads = [an_event(event_id=f"read-{number}", effect=Effect.READ) for number in range(7)]
    write = an_event(event_id="write", principal=ALICE)

    watch.deliver(
        *reads,
        an_event(event_id="late read", effect=Effect.READ, at=NOON + minutes(61)),
        an_event(event_id="elsewhere", effect=Effect.READ, account=OTHER),
        an_event(event_id="sign-in", effect=Effect.AUTH),
        an_event(event_id="object", effect=Effect.DATA),
        write,
        an_event(event_id="attempt", error="AccessDenied", principal=ALICE),
        an_event(event_id="scaled", account=OTHER, principal=ALICE),
        begun,
    )
    watch.deliver(write, an_end(begun, event_id="end", at=NOON + minutes(71)))
    watch.cycle(80)
    watch.cycle(90)

    assert counted(sqlite_database) == {
        ("trail", ACCOUNT, "2026-11-16T12", "read"): 7,
        ("trail", ACCOUNT, "2026-11-16T13", "read"): 1,
        ("trail", OTHER, "2026-11-16T12", "read"): 1,
        ("trail", ACCOUNT, "2026-11-16T12", "auth"): 1,
        ("trail", ACCOUNT, "2026-11-16T12", "data"): 1,
        ("trail", ACCOUNT, "2026-11-16T12", "change"): 1,
        ("trail", ACCOUNT, "2026-11-16T12", "duplicate"): 1,
        ("trail", ACCOUNT, "2026-11-16T12", "attempt"): 1,
        ("trail", OTHER, "2026-11-16T12", "excluded"): 1,
        ("trail", ACCOUNT, "2026-11-16T13", "part"): 1,
        ("trail", ACCOUNT, "2026-11-16T13", "change"): 1,
    }
    assert counted(sqlite_database).total() == len(reads) + 10
    assert set(safe.kept) == watch.hashes_in_evidence()


def test_a_record_that_cannot_be_read_is_counted_as_well_and_kept(sqlite_database: Database) -> None:
    safe = Safe()
    watch = Watch(database=sqlite_database, vault=Vault(records=safe, keep_for=YEAR))
    watch.log.files.append(b'{"a": 1}\n{"b": 2}')

    [problem] = watch.pipeline.run_once()

    assert "2 unreadable" in problem
    assert counted(sqlite_database) == {("trail", "", "", "unreadable"): 2}
    assert {body for body, _ in safe.kept.values()} == {b'{"a": 1}', b'{"b": 2}'}


def test_a_call_that_waited_in_vain_is_counted_once_under_what_became_of_it(
    sqlite_database: Database,
) -> None:
    watch = Watch(database=sqlite_database)

    watch.told(a_beginning())
    assert counted(sqlite_database) == {("trail", ACCOUNT, "2026-11-16T12", "part"): 1}
    watch.cycle(60)

    assert counted(sqlite_database) == {("trail", ACCOUNT, "2026-11-16T12", "change"): 1}
