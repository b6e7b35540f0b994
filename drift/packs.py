"""Packs that people have made on a page: one at a time beside the watch, and held for a day.

They lie in a folder that is gone when the service ends: a pack can be made again, and the ledger tells
of each that was.
"""

import queue
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from drift.errors import DriftError, RefusedError
from drift.export import Handed

HELD_FOR = timedelta(days=1)

MOST_HELD = 8
"""Packs that are held or awaited at once: each may take as much room as the whole evidence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody wants a pack of."""

    since: datetime | None
    """Changes that began at or after this time; `None`: from the first."""
    until: datetime | None
    """Changes that began before; `None`: to the last."""
    engagement: str = ""
    """What the audit is called, in one line."""
    seed: str | None = None
    """The auditor's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MadePack:
    """A pack that was made."""

    archive: Path
    """The zip file."""
    changes: int
    findings: int
    entries: int
    manifest_sha256: str
    """Hex; it names the pack in the ledger."""


Making = Callable[[Wish, Handed, Path], MadePack]
"""Makes a pack below a folder, and records that it was handed out. Raises `DriftError`."""


class PackState(StrEnum):
    """How far a pack is."""

    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldPack:
    """A pack that somebody asked for."""

    pack_id: str
    """Which nobody guesses."""
    wish: Wish
    handed: Handed
    asked_at: datetime
    state: PackState = PackState.MAKING
    made: MadePack | None = None
    error: str | None = None
    """Why there is none, and what to do next."""

    def is_for(self, name: str) -> bool:
        """Tell whether it was made for somebody. Case means nothing in an address."""
        return self.handed.to.lower() == name.lower()

    def is_of(self, name: str) -> bool:
        """Tell whether somebody had it made, or it was made for them."""
        return self.is_for(name) or self.handed.by.name.lower() == name.lower()


class Packs:
    """The packs that are held. Safe to use from any thread."""

    def __init__(self, make: Making, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Have `make` make them; nothing is written before the first is asked for."""
        self._make = make
        self._now = now
        self._held: dict[str, HeldPack] = {}
        self._waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._changing = threading.Lock()
        self._folder: Path | None = None

    def ask(self, wish: Wish, handed: Handed) -> str:
        """Have a pack made for somebody; return its id.

        Raises:
            RefusedError: So many are held already that there may be no room for another.
        """
        with self._changing:
            self._forget_old()
            if len(self._held) >= MOST_HELD:
                raise RefusedError(
                    f"{MOST_HELD} packs are held already", hint="drop one of yours, or wait a day"
                )
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="driftledger-packs-"))
                threading.Thread(target=self._work, name="packs", daemon=True).start()
            one = HeldPack(pack_id=secrets.token_urlsafe(12), wish=wish, handed=handed, asked_at=self._now())
            self._held[one.pack_id] = one
        self._waiting.put(one.pack_id)
        return one.pack_id

    def of(self, name: str) -> tuple[HeldPack, ...]:
        """Return the packs that somebody had made, or that were made for them, the newest first."""
        with self._changing:
            self._forget_old()
            return tuple(one for one in reversed(self._held.values()) if one.is_of(name))

    def called(self, pack_id: str, name: str) -> HeldPack:
        """Return a pack that somebody had made, or that was made for them.

        Raises:
            RefusedError: There is none of this id, or it is somebody else's.
        """
        for one in self.of(name):
            if secrets.compare_digest(one.pack_id.encode(), pack_id.encode("utf-8", "replace")):
                return one
        raise RefusedError("there is no such pack", hint="packs are held for a day; make another one")

    def drop(self, pack_id: str, name: str) -> None:
        """Hold a pack no more.

        Raises:
            RefusedError: There is no such pack, or it is still being made.
        """
        one = self.called(pack_id, name)
        if one.state is PackState.MAKING:
            raise RefusedError("this pack is still being made", hint="wait until it is")
        with self._changing:
            self._remove(one.pack_id)

    def close(self) -> None:
        """Hold nothing any more."""
        self._waiting.put(None)
        with self._changing:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _work(self) -> None:
        while (pack_id := self._waiting.get()) is not None:
            self._make_one(pack_id)

    def _make_one(self, pack_id: str) -> None:
        one, folder = self._held[pack_id], self._place(pack_id)
        try:
            folder.mkdir()
            done = replace(one, state=PackState.READY, made=self._make(one.wish, one.handed, folder))
        except DriftError as error:
            done = replace(one, state=PackState.FAILED, error=str(error))
        except Exception as error:  # noqa: BLE001 - whoever asked is told, and the next one is made
            done = replace(
                one, state=PackState.FAILED, error=f"it broke off: {type(error).__name__}: {error}"
            )
        with self._changing:
            self._held[pack_id] = done

    def _forget_old(self) -> None:
        before = self._now() - HELD_FOR
        old = [one.pack_id for one in self._held.values() if one.asked_at < before]
        for pack_id in old:
            if self._held[pack_id].state is not PackState.MAKING:
                self._remove(pack_id)

    def _remove(self, pack_id: str) -> None:
        del self._held[pack_id]
        shutil.rmtree(self._place(pack_id), ignore_errors=True)

    def _place(self, pack_id: str) -> Path:
        assert self._folder is not None  # noqa: S101 - it is made before the first pack
        return self._folder / pack_id
