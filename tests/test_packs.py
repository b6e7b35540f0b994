"""Packs that are held for a day."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from drift.errors import RefusedError, UsageError
from drift.export import Handed
from drift.model.action import Doer, Origin
from drift.packs import HELD_FOR, MOST_HELD, MadePack, Packs, PackState, Wish
from tests.builders import NOON

ALICE = Handed(by=Doer(name="alice@example.com", origin=Origin.WEB), to="alice@example.com")
ALL = Wish(since=None, until=None)


def made(_wish: Wish, _handed: Handed, folder: Path) -> MadePack:
    archive = folder / "pack.zip"
    archive.write_bytes(b"zip")
    return MadePack(archive=archive, changes=1, findings=0, entries=9, manifest_sha256="ab")


def waited(packs: Packs, pack_id: str) -> PackState:
    for _ in range(500):
        state = packs.called(pack_id, "alice@example.com").state
        if state is not PackState.MAKING:
            return state
        threading.Event().wait(0.01)
    raise AssertionError("it was never made")


def test_a_pack_is_held_for_a_day() -> None:
    now = [NOON]
    packs = Packs(made, now=lambda: now[0])
    pack_id = packs.ask(ALL, ALICE)
    waited(packs, pack_id)
    archive = packs.called(pack_id, "alice@example.com").made
    assert archive is not None
    assert archive.archive.exists()

    now[0] = NOON + HELD_FOR + timedelta(seconds=1)

    with pytest.raises(RefusedError, match="there is no such pack"):
        packs.called(pack_id, "alice@example.com")
    assert not archive.archive.exists()
    packs.close()


def test_so_many_packs_are_held_and_no_more() -> None:
    packs = Packs(made)
    for _ in range(MOST_HELD):
        packs.ask(ALL, ALICE)

    with pytest.raises(RefusedError, match="packs are held already"):
        packs.ask(ALL, ALICE)
    packs.close()


def test_one_that_fails_stops_no_other() -> None:
    def fails(wish: Wish, handed: Handed, folder: Path) -> MadePack:
        if wish.engagement:
            return made(wish, handed, folder)
        raise UsageError("nothing is sealed", hint="run drift")

    packs = Packs(fails)
    bad, good = packs.ask(ALL, ALICE), packs.ask(Wish(since=None, until=None, engagement="x"), ALICE)

    assert (waited(packs, bad), waited(packs, good)) == (PackState.FAILED, PackState.READY)
    assert packs.called(bad, "alice@example.com").error == "nothing is sealed (run drift)"
    packs.close()


def test_a_pack_of_somebody_else_is_no_pack() -> None:
    packs = Packs(made)
    pack_id = packs.ask(ALL, ALICE)

    with pytest.raises(RefusedError, match="there is no such pack"):
        packs.called(pack_id, "bob@example.com")
    packs.close()


def test_nothing_is_left_when_the_service_ends() -> None:
    packs = Packs(made)
    pack_id = packs.ask(ALL, ALICE)
    waited(packs, pack_id)
    kept = packs.called(pack_id, "alice@example.com").made

    packs.close()

    assert kept is not None
    assert not kept.archive.parent.parent.exists()
