"""What takes longer than anybody waits for a page: put together beside, and kept for a while."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

KeptT = TypeVar("KeptT")

KEPT_FOR = timedelta(minutes=5)

MOST_KEPT = 16

PATIENCE = timedelta(milliseconds=80)
"""Whoever asks first waits so long for it. In a store of usual size it is there by then."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Begun(Generic[KeptT]):
    at: datetime
    result: "Future[KeptT]"


class Prepared(Generic[KeptT]):
    """Results by their keys. Safe to use from any thread."""

    def __init__(self, now: Callable[[], datetime], *, patience: timedelta = PATIENCE) -> None:
        """Keep results by the time that `now` says, and wait for new ones so long."""
        self._now = now
        self._patience = patience
        self._begun: dict[str, _Begun[KeptT]] = {}
        self._changing = threading.Lock()

    def ask(self, key: str, make: Callable[[], KeptT]) -> KeptT | None:
        """Return what `make` makes, or has made lately; `None` while it is being made.

        It is never made twice at once, and only who asks first waits: it is known by then that it takes
        long. What it raises, it raises once, and is tried anew.
        """
        one, is_new = self._one(key, make)
        try:
            return one.result.result(self._patience.total_seconds() if is_new else 0)
        except TimeoutError:
            # It may be there just now, and may itself have failed so.
            return one.result.result() if one.result.done() else None
        finally:
            if one.result.done() and one.result.exception() is not None:
                self._forget(key, one)

    def _one(self, key: str, make: Callable[[], KeptT]) -> tuple[_Begun[KeptT], bool]:
        """Return what was begun, and whether that was just now."""
        now = self._now()
        with self._changing:
            known = self._begun.get(key)
            if known and (not known.result.done() or now - known.at < KEPT_FOR):
                return known, False
            while len(self._begun) >= MOST_KEPT:
                del self._begun[min(self._begun, key=lambda one: self._begun[one].at)]
            one = self._begun[key] = _Begun(at=now, result=Future())
        threading.Thread(target=_run, args=(one.result, make), name="prepare", daemon=True).start()
        return one, True

    def _forget(self, key: str, one: _Begun[KeptT]) -> None:
        with self._changing:
            if self._begun.get(key) is one:
                del self._begun[key]


def _run(result: "Future[KeptT]", make: Callable[[], KeptT]) -> None:
    try:
        result.set_result(make())
    except BaseException as error:  # noqa: BLE001 - raised to whoever asks
        result.set_exception(error)
