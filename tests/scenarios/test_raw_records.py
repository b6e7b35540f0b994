"""What evidence rests on is kept as it was delivered, before the evidence says so."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from drift.equipment import Vault
from drift.errors import ProviderUnavailableError
from drift.model.event import Effect, RawRecord, Source
from drift.model.evidence import EntryKind
from drift.ports import KeptBatch
from drift.store.database import Database
from tests.builders import NOON, an_event, minutes
from tests.scenarios.cloud import ALICE, Watch, a_beginning, an_end

YEAR = timedelta(days=365)


class Safe:
    """A vault in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, datetime]] = {}
        self.is_shut = False

    def keep(self, records: Sequence[RawRecord], kept_at: datetime) -> None:
        """Keep records, unless it is shut."""
        if self.is_shut:
            raise ProviderUnavailableError("the vault is shut", hint="open it")
        self.kept |= {record.source.sha256: (record.body, kept_at) for record in records}

    def check(self) -> str:
        """Say that it is there, unless it is shut."""
        if self.is_shut:
            raise ProviderUnavailableError("the vault is shut", hint="open it")
        return "a safe"

    def read(self, sha256: str) -> bytes | None:
        """Return a record."""
        found = self.kept.get(sha256)
        return found[0] if found else None

    def batches(self, since: datetime, until: datetime | None = None) -> Iterator[KeptBatch]:
        """Yield each record by itself, in the order of time."""
        for sha256, (body, kept_at) in sorted(self.kept.items(), key=lambda item: item[1][1]):
            if since <= kept_at and (until is None or kept_at <= until):
                record = RawRecord(body=body, source=Source(file="safe", index=0, sha256=sha256))
                yield KeptBatch(name=sha256, open=partial(tuple, [record]))

    def forget(self, is_meant: Callable[[bytes], bool]) -> int:
        """Erase the records that are meant."""
        meant = [sha256 for sha256, (body, _) in self.kept.items() if is_meant(body)]
        for sha256 in meant:
            del self.kept[sha256]
        return len(meant)

    def count(self, before: datetime) -> int:
        """Count old records."""
        return sum(kept_at < before for _, kept_at in self.kept.values())

    def erase(self, before: datetime) -> int:
        """Erase old records."""
        old = [sha256 for sha256, (_, kept_at) in self.kept.items() if kept_at < before]
        for sha256 in old:
            del self.kept[sha256]
        return len(old)


def test_every_record_of_a_write_is_kept_and_no_other(sqlite_database: Database) -> None:
    safe, begun = Safe(), a_beginning()
    watch = Watch(database=sqlite_database, vault=Vault(records=safe, keep_for=YEAR))

    watch.told(
        an_event(event_id="read", effect=Effect.READ, principal=ALICE),
        an_event(event_id="attempt", error="AccessDenied", principal=ALICE),
        begun,
        an_end(begun, event_id="end", at=NOON + minutes(1)),
    )

    assert set(safe.kept) == watch.hashes_in_evidence()
    assert len(safe.kept) == 3


def test_nothing_is_recorded_while_it_cannot_be_kept(sqlite_database: Database) -> None:
    safe = Safe()
    watch = Watch(database=sqlite_database, vault=Vault(records=safe, keep_for=YEAR))
    watch.deliver(an_event(principal=ALICE))
    safe.is_shut = True

    [problem] = watch.pipeline.run_once()

    assert "the vault is shut" in problem
    assert watch.ledger(EntryKind.OBSERVATION) == []
    safe.is_shut = False
    watch.cycle(1)
    assert set(safe.kept) == watch.hashes_in_evidence() != set()


def test_what_the_policy_keeps_no_longer_is_erased_and_that_is_sealed(sqlite_database: Database) -> None:
    safe = Safe()
    watch = Watch(database=sqlite_database, vault=Vault(records=safe, keep_for=timedelta(minutes=30)))
    watch.told(an_event(principal=ALICE))

    watch.cycle(60)

    assert safe.kept == {}
    assert len(watch.ledger(EntryKind.ERASURE)) == 1
