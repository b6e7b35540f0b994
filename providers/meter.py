"""Counts what adapters ask their services for, with the hooks that each SDK has.

An adapter opens its clients when it first needs them, often in a thread of its own. So the meter is taken
when the adapter is made, and goes along with what opens its clients; nothing is counted for the process.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Any

from drift.model.api_calls import ApiCalls

if TYPE_CHECKING:
    from httpx import Response

TOO_MANY = 429
"""The status of HTTP by which every service says that it was asked too often."""


class Meter:
    """Counts the calls of one adapter, from any thread."""

    def __init__(self, kind: str = "", name: str = "") -> None:
        self._kind, self._name = kind, name
        self._made = self._throttled = 0
        self._counting = Lock()

    def count(self, *, is_throttled: bool = False) -> None:
        """Count a call, and whether the service wanted fewer."""
        with self._counting:
            self._made += 1
            self._throttled += is_throttled

    def count_throttled(self) -> None:
        """Note of a call that was counted when it was made that the service wanted fewer."""
        with self._counting:
            self._throttled += 1

    def read(self) -> ApiCalls:
        """Return what was counted since it was made."""
        with self._counting:
            return ApiCalls(kind=self._kind, name=self._name, made=self._made, throttled=self._throttled)


_GIVEN: ContextVar[Meter] = ContextVar("meter")


def given_meter() -> Meter:
    """Return the meter of the adapter that is just being made; elsewhere one that nobody reads."""
    return _GIVEN.get(None) or Meter()


@contextmanager
def metered(meter: Meter) -> Iterator[None]:
    """Let the adapter that is made within the block count with this meter."""
    token = _GIVEN.set(meter)
    try:
        yield
    finally:
        _GIVEN.reset(token)


def httpx_hooks(meter: Meter) -> "dict[str, list[Callable[[Any], None]]]":
    """Return the event hooks by which a client of httpx counts each attempt with a meter."""

    def asked(_: object) -> None:
        meter.count()

    def answered(response: "Response") -> None:
        if response.status_code == TOO_MANY:
            meter.count_throttled()

    return {"request": [asked], "response": [answered]}
