"""Providers that stay running between reads, as many as fit.

One is started for each configuration, and shared. Where their number or their memory reaches
the limit, the one that was used longest ago and is idle makes place; if all are at work, whoever
wants another waits.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from drift.errors import ProviderError
from providers.terraform.plugin.provider import Launch, Provider, Start

LOOK_SECONDS = 1.0
"""How often the memory of all is looked at."""

GROWTH = 2
"""How many times its first memory a provider may take before it has to start anew, where memory is short."""

OLDEST_SECONDS = 1800.0
"""Age at which an idle provider starts anew: it may hold credentials that have run out since."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much may run at once."""

    processes: int
    memory: int
    """Bytes, of all providers together. One may run even if it alone takes more."""


@dataclass(kw_only=True, slots=True, eq=False)
class _Slot:
    """A provider, or the place of one that is just being started."""

    provider: Provider | None = None
    failure: ProviderError | None = None
    """Why it could not be started."""
    users: int = 0
    used_at: float = 0.0
    is_retired: bool = False


class Warm:
    """The running providers. May be used by several threads at once."""

    def __init__(self, start: Start, limits: Limits) -> None:
        self._start, self._limits = start, limits
        self._slots: dict[Launch, _Slot] = {}
        self._changed = threading.Condition()
        self._looked_at = 0.0

    @contextmanager
    def lease(self, launch: Launch) -> Iterator[Provider]:
        """Lend a provider that runs, started if need be.

        Raises:
            ProviderError: It does not start, or refuses its configuration.
        """
        slot = self._taken(launch)
        try:
            if slot.provider is None:
                slot.provider = self._started(launch, slot)
            yield slot.provider
        finally:
            self._given_back(launch, slot)

    def end_busy(self) -> None:
        """End the providers that are at work: nobody waits for their answers any more."""
        with self._changed:
            busy = [slot.provider for slot in self._slots.values() if slot.users and slot.provider]
        for provider in busy:
            provider.end()

    def close(self) -> None:
        """End all providers."""
        with self._changed:
            slots, self._slots = list(self._slots.values()), {}
        for slot in slots:
            if slot.provider:
                slot.provider.close()

    def _taken(self, launch: Launch) -> _Slot:
        with self._changed:
            while True:
                slot = self._slots.get(launch)
                if slot is None:
                    if self._has_room():
                        slot = self._slots[launch] = _Slot()
                        break
                elif slot.provider:
                    self._watch_memory()
                    if slot.users == 0 and (slot.is_retired or _is_worn(slot.provider)):
                        del self._slots[launch]
                        slot.provider.close()
                        continue
                    if not slot.is_retired:
                        break
                self._changed.wait()
                if slot and slot.failure:  # to try once more is not for each who waited to decide
                    raise slot.failure
            slot.users += 1
            return slot

    def _given_back(self, launch: Launch, slot: _Slot) -> None:
        with self._changed:
            slot.users -= 1
            slot.used_at = time.monotonic()
            provider = slot.provider
            is_over = provider is None or slot.is_retired or provider.has_ended or provider.is_spent
            slot.is_retired |= is_over
            is_last = is_over and slot.users == 0
            if is_last and self._slots.get(launch) is slot:
                del self._slots[launch]
            self._changed.notify_all()
        if is_last and provider:
            provider.close()

    def _started(self, launch: Launch, slot: _Slot) -> Provider:
        try:
            provider = self._start(launch)
        except ProviderError as error:
            slot.failure = error
            raise
        with self._changed:
            self._changed.notify_all()
        return provider

    def _has_room(self) -> bool:
        """Make room for one more, if an idle one can go."""
        while self._slots and (len(self._slots) >= self._limits.processes or not self._has_memory()):
            idle = [(slot.used_at, launch) for launch, slot in self._slots.items() if slot.users == 0]
            if not idle:
                return False
            _, oldest = min(idle, key=lambda one: one[0])
            if provider := self._slots.pop(oldest).provider:
                provider.close()
        return True

    def _has_memory(self) -> bool:
        """Tell whether one as large as the largest would still fit."""
        taken = [slot.provider.memory() if slot.provider else 0 for slot in self._slots.values()]
        return sum(taken) + max(taken) <= self._limits.memory

    def _watch_memory(self) -> None:
        """Let the one that has grown most start anew, if all together take too much."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        running = [(slot.provider.memory(), slot) for slot in self._slots.values() if slot.provider]
        if sum(memory for memory, _ in running) <= self._limits.memory:
            return
        grown = [
            (memory, slot)
            for memory, slot in running
            if slot.provider and memory > GROWTH * slot.provider.first_memory and not slot.is_retired
        ]
        if grown:
            max(grown, key=lambda one: one[0])[1].is_retired = True


def _is_worn(provider: Provider) -> bool:
    return provider.has_ended or time.monotonic() - provider.started_at > OLDEST_SECONDS
