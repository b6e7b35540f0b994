"""How a pack was made: what every statement about one of its listings repeats."""

import base64
import re
import shlex
from dataclasses import dataclass

from drift.ledger.entry import format_time
from drift.model.evidence import Checkpoint
from drift.reports.pack.request import PackRequest
from drift.reports.population import Period


@dataclass(frozen=True, kw_only=True, slots=True)
class Making:
    """What a pack was made from, by what. It tells neither when, where nor by whom.

    When tickets were asked for again, their dossiers tell.
    """

    origin: str
    """Name of the key that signs the ledger and the pack."""
    sealed: Checkpoint
    request: PackRequest

    @property
    def tool(self) -> str:
        """The program and its version."""
        return f"driftledger {self.request.tool_version}"

    @property
    def hashes(self) -> tuple[tuple[str, str | None], ...]:
        """What tells this program and its configuration from others; `None` where it is not known."""
        asked = self.request
        return (
            ("commit", asked.commit),
            ("rules_sha256", asked.rules_sha256),
            ("config_sha256", asked.config_sha256),
        )

    @property
    def name(self) -> str:
        """What the folder is called in a zip file: `soc2pack_example_2026-01-01_2026-07-01_9f2c41d0`."""
        period = self.request.period
        since = f"{period.since:%Y-%m-%d}" if period.since else "beginning"
        until = f"{period.until or self.sealed.made_at:%Y-%m-%d}"
        who = re.sub(r"[^A-Za-z0-9.-]+", "-", self.origin.rpartition("/")[2]).strip("-.")
        return f"soc2pack_{who}_{since}_{until}_{base64.b64decode(self.sealed.root).hex()[:8]}"

    @property
    def command(self) -> str:
        """The command that makes the same pack again; `DIR` is any new folder.

        It takes the same ledger and configuration, the same documents of the company, and the same vault.
        `FILE` is the auditor's list of changes, which stands in `03_sample/selection.json`.
        """
        period, asked = self.request.period, self.request.sampling
        given = (
            ("--out", "DIR"),
            ("--since", format_time(period.since) if period.since else None),
            ("--until", format_time(period.until) if period.until else None),
            ("--engagement", asked.engagement or None),
            ("--profile", asked.profile.name),
            ("--seed", asked.own_seed),
            ("--ids", None if asked.ids is None else "FILE"),
        )
        options = (f"{name} {shlex.quote(value)}" for name, value in given if value is not None)
        return f"drift evidence export {' '.join(options)}"

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
            *((_NAMES[name], value or "not known") for name, value in self.hashes),
            ("Made with", self.command),
        )


_NAMES = {
    "commit": "Commit of the program",
    "rules_sha256": "Rules that come with it, SHA-256",
    "config_sha256": "Configuration, SHA-256",
}


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
