"""An audit log in memory that breaks, comes late, and for which the cloud vouches."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import BinaryIO

from drift.errors import ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.coverage import AskedSince, Attestation, Trail
from drift.ports import Delivery
from tests.builders import ACCOUNT, NOON
from tests.scenarios.cloud import Log

DOWN = ProviderUnavailableError("the bucket does not answer", hint="wait")
DAMAGED = ProviderResponseError("it is no gzip", hint="look at it")


class TroubledLog(Log):
    """A log whose deliveries stay, and of which some, or all, cannot be read."""

    def __init__(self, delay: timedelta = timedelta()) -> None:
        super().__init__()
        self.delay = delay
        self.is_down = False
        self.error: ProviderError = DOWN
        self.broken: dict[str, ProviderError] = {}
        self.opened: list[str] = []
        self.settled: list[str] = []
        self.gives_only_once = False
        self.version = "1"
        self.keeps_cursor = True

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """Deliver every file after the cursor, or nothing."""
        if self.is_down:
            raise self.error
        begins = int(cursor) + 1 if cursor is not None and self.keeps_cursor else 0
        for number in range(begins, len(self.files)):
            yield self._deliver(f"{number}.json")

    def again(self, name: str) -> Delivery | None:  # type: ignore[override]
        """Deliver one of them once more."""
        return None if self.gives_only_once else self._deliver(name)

    def _deliver(self, name: str) -> Delivery:
        delivery = super().again(name)
        return replace(
            delivery,
            version=self.version,
            cursor=name.removesuffix(".json"),
            open=partial(self._open, delivery),
            settle=partial(self.settled.append, name),
        )

    def _open(self, delivery: Delivery) -> BinaryIO:
        self.opened.append(delivery.name)
        if delivery.name in self.broken:
            raise self.broken[delivery.name]
        return delivery.open()


class AttestedLog(TroubledLog):
    """A log for which the cloud vouches, hour by hour."""

    def __init__(self) -> None:
        super().__init__()
        self.word: list[Attestation] = []
        self.asked: list[datetime] = []
        self.verified = 0
        """How often a span was gone through, each with all of its files."""

    def attested(self, since: AskedSince) -> Iterator[Attestation]:
        """Say what the cloud says of the time since."""
        self.asked.append(since.of(Trail(account=ACCOUNT, region="eu-west-1", name="org")))
        for one in sorted(self.word, key=lambda one: one.from_at):
            if one.to_at > since.of(one.of_trail):
                self.verified += 1
                yield one


def an_hour(
    number: int, *, problem: str | None = None, region: str = "eu-west-1", trail: str = "org"
) -> Attestation:
    """What the cloud says of an hour after noon."""
    begins = NOON + timedelta(hours=number)
    return Attestation(
        account=ACCOUNT,
        region=region,
        from_at=begins,
        to_at=begins + timedelta(hours=1),
        document=f"s3://trail/digest-{number}.json.gz",
        files=2,
        problem=problem,
        trail=trail,
    )
