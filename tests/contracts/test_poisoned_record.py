"""What becomes of a record that nobody understands, whatever source delivers it: the rows are `SOURCES`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from drift.model.event import ChangeEvent, Effect, RawRecord, UnreadableRecord
from drift.model.evidence import EntryKind
from drift.model.resource import Cloud
from drift.retry import retry
from drift.store.database import Database
from drift.store.quarantine import set_aside
from tests.builders import NOON, an_event
from tests.contracts.test_audit_log import SOURCES, Trail
from tests.scenarios import cloud
from tests.scenarios.cloud import Watch

POISON = b'{"is": "poison"}'
GOOD = b'{"is": "good"}'


class Anything:
    """Takes every record for a read, but for what it does not understand yet."""

    cloud = Cloud.AWS
    record_heads = ()
    understands = False
    content: Callable[[bytes], bytes] = staticmethod(bytes)
    """What was delivered, of what a record holds."""

    def unwrap(self, document: bytes) -> Sequence[bytes] | None:
        """Return nothing: there are no envelopes."""
        return None

    def may_open(self, body: bytes) -> bool:
        """Tell that nothing opens a session."""
        return False

    def translate(self, raw: RawRecord) -> ChangeEvent | UnreadableRecord:
        """Understand it, or say why not."""
        if self._is_poisoned(raw.body) and not Anything.understands:
            return UnreadableRecord(error="a field of an unknown form", source=raw.source)
        return an_event(event_id=raw.source.sha256, at=NOON, effect=Effect.READ)

    def _is_poisoned(self, body: bytes) -> bool:
        """Look into what the source wraps, unless it wraps whole deliveries."""
        with suppress(LookupError, TypeError, ValueError):
            body += self.content(body)
        return b"poison" in body

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Add nothing."""
        return event


@pytest.fixture(params=SOURCES)
def trail(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trail]:
    """Each source in turn, with a poisoned record between two good ones."""
    with SOURCES[request.param](tmp_path) as opened:
        for content in (GOOD, POISON, GOOD.replace(b"good", b"fine")):
            opened.deliver(content)
        yield opened


@pytest.fixture
def watch(trail: Trail, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """The real program, which has read them."""
    monkeypatch.setattr(cloud, "Format", Anything)
    monkeypatch.setattr(Anything, "understands", False)
    monkeypatch.setattr(Anything, "content", staticmethod(trail.delivered))
    watch = Watch(database=sqlite_database, log=trail.log)  # type: ignore[arg-type]
    [problem] = watch.problems(24 * 60)
    assert "1 unreadable" in problem
    return watch


def in_quarantine(watch: Watch) -> list[str]:
    with watch.database.reading() as connection:
        return [one.error for one in set_aside(connection)]


def test_it_goes_to_quarantine_is_a_gap_and_hides_no_neighbour(watch: Watch) -> None:
    assert in_quarantine(watch) == ["a field of an unknown form"]
    assert watch.counts() == {"read": 2, "unreadable": 1}
    assert len(watch.ledger(EntryKind.GAP)) == 1
    assert watch.ledger(EntryKind.COVERAGE)


def test_it_is_not_read_again_by_itself(watch: Watch) -> None:
    watch.cycle(25 * 60)

    assert watch.counts() == {"read": 2, "unreadable": 1}
    assert len(watch.ledger(EntryKind.GAP)) == 1


def test_a_newer_program_reads_it_where_the_source_has_it_still(watch: Watch, trail: Trail) -> None:
    Anything.understands = True

    [done] = retry(watch.pipeline, None, watch.clock.time)

    if trail.comes_with_content and not trail.can_be_asked_again:
        assert done.problem == "neither the vault nor the source has these bytes"
        return
    assert done.problem is None
    assert in_quarantine(watch) == []
    assert watch.counts() == {"read": 3}
