"""How a pack was made: what every statement about one of its listings repeats."""

from dataclasses import dataclass

from drift.ledger.entry import format_time
from drift.model.evidence import Checkpoint
from drift.reports.pack.request import PackRequest
from drift.reports.population import Period


@dataclass(frozen=True, kw_only=True, slots=True)
class Making:
    """What a pack was made from, by what. Nothing of it tells when, where or by whom it was made."""

    origin: str
    """Name of the key that signs the ledger and the pack."""
    sealed: Checkpoint
    request: PackRequest

    @property
    def tool(self) -> str:
        """The program and its version."""
        return f"driftledger {self.request.tool_version}"

    @property
    def command(self) -> str:
        """The command that makes the same pack again from the same ledger; `DIR` is any new folder."""
        period = self.request.period
        since = f" --since {format_time(period.since)}" if period.since else ""
        until = f" --until {format_time(period.until)}" if period.until else ""
        return f"drift evidence export --out DIR{since}{until}"

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What people read of it, each under its name."""
        return (
            ("Evidence of", self.origin),
            ("Period", in_words(self.request.period)),
            ("As the ledger stood at", f"{self.sealed.made_at:%Y-%m-%d %H:%M:%S} UTC"),
            ("Entries of the ledger", str(self.sealed.size)),
            ("Root of the ledger", self.sealed.root),
            ("Made by", self.tool),
            ("Made with", self.command),
        )


def in_words(period: Period) -> str:
    """Return a period for people; times are UTC."""
    match period.since, period.until:
        case None, None:
            return "The whole ledger"
        case since, None:
            return f"From {since:%Y-%m-%d %H:%M}"
        case None, until:
            return f"Until {until:%Y-%m-%d %H:%M}"
        case since, until:
            return f"From {since:%Y-%m-%d %H:%M} until {until:%Y-%m-%d %H:%M}"
