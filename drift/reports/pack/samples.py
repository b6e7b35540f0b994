"""The samples of the pack: how they were drawn, in a file that a verifier draws again, and as a table."""

import json
from collections.abc import Iterator, Mapping

from drift.model.sampling import Selection
from drift.reports.pack.dossiers import dossiers, folder_of
from drift.reports.pack.drawn_page import drawn_page
from drift.reports.pack.listing import Document, Fields, Listing
from drift.reports.pack.view import View
from drift.reports.sampling.draw import draw, rank
from drift.reports.sampling.spelling import selection_as_json

COLUMNS = (
    *("sample_of", "number", "change_id", "run_begin", "run_end", "rank_sha256", "dossier"),
    *("began_at", "account", "resource_type", "resource_id", "summary", "actor", "channel", "lane"),
    *("disposition", "ticket", "approver", "ledger_seq", "leaf_hash"),
)


def samples(view: View) -> Iterator[Listing | Document]:
    """Yield what was drawn of the changes of the period, and how."""
    asked = view.request.sampling
    selection = draw(view.connection, view.sealed, view.request.period, view.population.changes, asked)
    wanted = set(selection.chosen)
    changes = {row.entry.ref: row.fields for row in view.changes() if row.entry.ref in wanted}
    yield from dossiers(view, selection)
    yield Document(path="03_sample/dossiers.html", content=drawn_page(selection, changes))
    content = json.dumps(selection_as_json(selection), indent=1, sort_keys=True) + "\n"
    yield Document(path="03_sample/selection.json", content=content.encode())
    yield Listing(
        path="03_sample/selection",
        title="Samples",
        lists="Each change that was drawn, or that the auditor named, of each population in its order, with"
        " the run of the population that it was drawn from and what decided: `selection.json` says how.",
        columns=COLUMNS,
        rows=_rows(selection, changes),
        limits=("Whether a control operated for what was drawn, only the reader concludes.",),
    )


def _rows(selection: Selection, changes: Mapping[str, Fields]) -> Iterator[Fields]:
    for sample in selection.samples:
        run_of = {one.chosen: one for one in sample.strata}
        for number, change_id in enumerate(sample.chosen, 1):
            run, fields = run_of.get(change_id), changes[change_id]
            yield {
                **fields,
                "change_id": change_id,
                "sample_of": sample.of.value,
                "number": number,
                "run_begin": run.begin if run else None,
                "run_end": run.end if run else None,
                "dossier": str(folder_of(change_id)) if "disposition" in fields else None,
                "rank_sha256": rank(sample.seed, change_id) if sample.seed else None,
            }
