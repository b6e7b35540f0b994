"""Makes packs while the service runs: by the rules in force, with the key and the systems of the start."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from drift.config import Settings

if TYPE_CHECKING:
    from drift.export import Handed
    from drift.model.sampling import Sampling
    from drift.packs import MadePack, Wish
    from drift.reports.pack.export import PackSummary
    from drift.reports.population import Period
    from drift.store.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Exporting:
    """What a pack is made with."""

    database: "Database"
    started: Settings
    in_force: Callable[[], Settings]

    def export(
        self,
        folder: Path,
        period: "Period",
        sampling: "Sampling | None" = None,
        handed: "Handed | None" = None,
    ) -> "PackSummary":
        """Write a pack of a period into a folder, and record that it was handed out.

        Raises:
            DriftError: It cannot be made.
        """
        from drift import wiring
        from drift.export import export_evidence

        key = wiring.signing_key(self.started, self.database)
        request = wiring.pack_request(self.in_force(), self.database, period, sampling)
        request, asking = wiring.with_open_sources(request, self.started)
        now = wiring.clock(self.started, self.database).now()
        return export_evidence(self.database, folder, key, request, now, asking, handed)

    def make(self, wish: "Wish", handed: "Handed", folder: Path) -> "MadePack":
        """Make the pack that somebody asked for, as a zip file below a folder.

        Raises:
            DriftError: It cannot be made.
        """
        from drift.packs import MadePack
        from drift.reports.pack.archive import write_archive
        from drift.reports.population import Period
        from drift.reports.sampling.profiles import sampling_by

        drawn = sampling_by(self.in_force().profiles)
        drawn = replace(drawn, engagement=wish.engagement, own_seed=wish.seed)
        summary = self.export(folder / "pack", Period(since=wish.since, until=wish.until), drawn, handed)
        archive = folder / f"{summary.name}.zip"
        write_archive(folder / "pack", archive, summary.name)
        return MadePack(
            archive=archive,
            changes=summary.changes,
            findings=summary.findings,
            entries=summary.entries,
            manifest_sha256=summary.manifest_sha256,
        )
