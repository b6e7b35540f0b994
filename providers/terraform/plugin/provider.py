"""A provider that runs and is configured: the unit that is kept warm."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from drift.errors import ProviderError, ProviderUnavailableError
from providers.terraform.plugin.client import Client
from providers.terraform.plugin.configuration import Configuration, packed
from providers.terraform.plugin.failures import LostError
from providers.terraform.plugin.find.finder import Binary
from providers.terraform.plugin.process import Process
from providers.terraform.plugin.schema import Schemas
from providers.terraform.plugin.table import Special

SHORT_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """What a provider is started from. Equal ones share a process."""

    binary: Binary
    configuration: Configuration


ErrorT = TypeVar("ErrorT", bound=ProviderError)

Start: TypeAlias = Callable[[Launch], "Provider"]


class Provider:
    """A running provider. To be closed at the end, whatever became of it."""

    def __init__(self, launch: Launch, special: Special, known: Schemas | None, seconds: float) -> None:
        """Start it and configure it, each step of which may take `seconds`.

        `known` are the types of this binary, if it ran before.

        Raises:
            ProviderError: It does not start, or refuses its configuration.
        """
        self.launch = launch
        self.started_at = time.monotonic()
        self.is_ended_by_us = False
        """Whether we ended it while it was at work."""
        self.is_spent = False
        """Whether it is of no more use: nobody may take it who does not have it yet."""
        self._process = Process(launch.binary.path, dict(launch.configuration.environment))
        self._client: Client | None = None
        try:
            self.client = self._client = Client(self._process.handshake(seconds))
            self._get_ready(known, special, seconds)
        except BaseException:
            self.close()
            raise
        self.first_memory = self.memory()
        """Bytes that it took when it was ready."""

    @property
    def has_ended(self) -> bool:
        """Whether its process is gone."""
        return self._process.has_ended

    def memory(self) -> int:
        """Return the bytes of memory that it takes; 0 where the system does not tell."""
        return self._process.memory()

    def explained(self, error: ErrorT) -> ErrorT | LostError:
        """Return the error, with the last words of the process if it is gone."""
        return self._process.explained(error)

    def end(self) -> None:
        """End it although it is at work; whoever waits for it gets an error. May be called twice."""
        self.is_ended_by_us = self.is_spent = True
        self._process.kill()

    def close(self) -> None:
        """Let it end, else end it. May be called twice."""
        has_heard = False
        if self._client is not None:
            if not (self.is_spent or self.has_ended):
                has_heard = self._client.ask_to_end(SHORT_SECONDS)
            self._client.close()
        self._process.close(SHORT_SECONDS if has_heard else 0.0)

    def _get_ready(self, known: Schemas | None, special: Special, seconds: float) -> None:
        try:
            # Asked even where it is known: some providers need the call before any other.
            answer = self.client.schema(seconds)
            self.schemas = known or Schemas(answer)
            self.client.configure(packed(self.launch.configuration, self.schemas.provider, special), seconds)
        except ProviderError as error:
            self.is_spent = isinstance(error, ProviderUnavailableError)
            raise self.explained(error) from error
