"""The nouns of the estate."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ENVIRONMENTS = ("production", "staging", "development", "sandbox")
REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-2")
AWS_VERSIONS = ("3.39.0", "4.67.0", "5.31.0")
TEAMS = ("payments", "search", "identity", "data", "platform")


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account of the organisation; the numbers of one environment begin alike."""

    number: int

    @property
    def id(self) -> str:
        """Twelve digits."""
        return f"{ENVIRONMENTS.index(self.environment) + 1}{self.number:011d}"

    @property
    def name(self) -> str:
        """What folders call it."""
        return f"{TEAMS[self.number % len(TEAMS)]}-{self.number:02d}"

    @property
    def environment(self) -> str:
        """Each account serves one."""
        return ENVIRONMENTS[self.number % len(ENVIRONMENTS)]

    @property
    def region(self) -> str:
        """Where most of it stands."""
        return REGIONS[self.number % len(REGIONS)]

    @property
    def version(self) -> str:
        """The provider's version that its code asks for."""
        return AWS_VERSIONS[self.number % len(AWS_VERSIONS)]


ACCOUNTS = tuple(Account(number=number) for number in range(40))


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What belongs to a state."""

    code: str
    account: str
    region: str
    environment: str


@dataclass(kw_only=True)
class Estate:
    """A checkout with the code, a folder with the states, and the truth by the path of each state."""

    code: Path
    states: Path
    truth: dict[str, Truth] = field(default_factory=dict)

    def write(self, path: str, text: str) -> None:
        """Write a file of the code."""
        file = self.code / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def keep(self, path: str, content: bytes, truth: Truth) -> None:
        """Keep a state as a copy of its bucket holds it."""
        file = self.states / path
        file.parent.mkdir(parents=True, exist_ok=True)
        assert not file.exists(), path
        file.write_bytes(content)
        self.truth[path] = truth


def of(account: Account, code: str, *, region: str | None = None) -> Truth:
    """Return the truth about a state of an account."""
    return Truth(
        code=code,
        account=account.id,
        region=region or account.region,
        environment=account.environment,
    )


Json = Any
