"""What AWS calls its services in permissions, and how often it lets an account ask them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from providers.aws.native.rows import Call
from providers.tables import Row


class Service(Row, frozen=True, kw_only=True):
    """One service."""

    prefix: str | None = None
    """Of its permissions, where that is not boto3's name."""
    per_second: float | None = None
    burst: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """All of them."""

    rows: Mapping[str, Service]

    def actions(self, service: str, call: Call) -> Sequence[str]:
        """Return the permissions that a call takes: they are named like it, unless its row says otherwise."""
        if call.actions:
            return call.actions
        name = call.service or service
        row = self.rows.get(name, Service())
        words = call.call.split("_")
        return (f"{row.prefix or name}:{''.join(word[:1].upper() + word[1:] for word in words)}",)

    def rate(self, service: str) -> tuple[float, float]:
        """Return how many calls AWS allows a second, and at once."""
        row, default = self.rows.get(service, Service()), self.rows["default"]
        return row.per_second or default.per_second or 1.0, row.burst or default.burst or 1.0


@cache
def load_services() -> Services:
    """Return the table that ships with the program."""
    text = files(__package__).joinpath("services.toml").read_text(encoding="utf-8")
    return Services(rows=msgspec.convert(tomllib.loads(text), dict[str, Service]))
