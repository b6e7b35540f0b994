"""Handing evidence out while the watch goes on."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from drift.export import export_evidence
from drift.model.ticket import Ticket
from drift.recheck import Asking
from drift.reports.pack.request import PackRequest
from drift.reports.population import Period
from drift.store.database import Database
from tests.builders import minutes
from tests.reports.dossier.stories import LATER, TICKET, Tickets, a_story, judged
from tests.world import KEY, World


class Meanwhile(Tickets):
    """A ticket system that takes so long that more is judged and sealed before it answers."""

    def __init__(self, world: World) -> None:
        super().__init__(TICKET)
        self._world = world

    def find(self, keys: Collection[str], resource_ids: Collection[str]) -> Sequence[Ticket]:
        """Answer late."""
        self._world.happened(by="bob", at=LATER - minutes(60), judged=judged())
        self._world.sealed(at=LATER)
        return super().find(keys, resource_ids)


def test_a_pack_holds_what_was_drawn_for_it_whatever_is_sealed_meanwhile(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """
    Of a change that came later nobody would have been asked for the ticket.
    """
    drawn = a_story(sqlite_database)
    asking = Asking(sources={"jira": Meanwhile(World(database=sqlite_database))})
    request = PackRequest(period=Period(), tool_version="0.1.0")

    summary = export_evidence(sqlite_database, tmp_path / "pack", KEY, request, LATER, asking)

    selection = json.loads((tmp_path / "pack/03_sample/selection.json").read_text())
    assert {one for sample in selection["samples"] for one in sample["chosen"]} == {drawn}
    assert summary.changes == 1
