"""The samples of the pack: how they were drawn, in a file that a verifier draws again, and as a table."""

import json
from collections.abc import Iterator
from typing import Any

from drift.ledger.entry import format_time
from drift.model.sampling import Profile, Sample, Seed, Selection
from drift.reports.pack.listing import Document, Fields, Listing
from drift.reports.pack.view import View
from drift.reports.sampling.draw import draw, rank

COLUMNS = (
    *("sample_of", "number", "change_id", "run_begin", "run_end", "rank_sha256"),
    *("began_at", "account", "resource_type", "resource_id", "summary", "actor", "channel", "lane"),
    *("disposition", "ticket", "approver", "ledger_seq", "leaf_hash"),
)


def samples(view: View) -> Iterator[Listing | Document]:
    """Yield what was drawn of the changes of the period, and how."""
    asked = view.request.sampling
    selection = draw(view.connection, view.sealed, view.request.period, view.population.changes, asked)
    content = json.dumps(as_json(selection), indent=1, sort_keys=True) + "\n"
    yield Document(path="03_sample/selection.json", content=content.encode())
    yield Listing(
        path="03_sample/selection",
        title="Samples",
        lists="Each change that was drawn, or that the auditor named, of each population in its order, with"
        " the run of the population that it was drawn from and what decided: `selection.json` says how.",
        columns=COLUMNS,
        rows=_rows(view, selection),
        limits=("Whether a control operated for what was drawn, only the reader concludes.",),
    )


def as_json(selection: Selection) -> dict[str, Any]:
    """Return a selection as `selection.json` has it; docs/ledger-format.md says what each key means."""
    since, until = selection.since, selection.until
    return {
        "v": 1,
        "engagement": selection.engagement,
        "since": format_time(since) if since else None,
        "until": format_time(until) if until else None,
        "profile": _profile(selection.profile),
        "checkpoint": {"size": selection.checkpoint_size, "root": selection.checkpoint_root},
        "samples": [_sample(one) for one in selection.samples],
    }


def _profile(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "source": profile.source,
        "bands": [{"up_to": one.up_to, "take": one.take, "percent": one.percent} for one in profile.bands],
        "confidence_percent": profile.confidence_percent,
        "tolerable_percent": profile.tolerable_percent,
    }


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "of": sample.of.value,
        "population": sample.population,
        "left_out": sample.left_out,
        "population_sha256": sample.population_sha256,
        "seed": _seed(sample.seed) if sample.seed else None,
        "runs": [{"begin": one.begin, "end": one.end, "chosen": one.chosen} for one in sample.strata],
        "chosen": list(sample.chosen),
        "not_found": list(sample.not_found),
    }


def _seed(seed: Seed) -> dict[str, str]:
    return {"origin": seed.origin.value, "text": seed.text, "sha256": seed.sha256}


def _rows(view: View, selection: Selection) -> Iterator[Fields]:
    wanted = set(selection.chosen)
    changes = {row.entry.ref: row.fields for row in view.changes() if row.entry.ref in wanted}
    for sample in selection.samples:
        run_of = {one.chosen: one for one in sample.strata}
        for number, change_id in enumerate(sample.chosen, 1):
            run = run_of.get(change_id)
            yield {
                **changes[change_id],
                "change_id": change_id,
                "sample_of": sample.of.value,
                "number": number,
                "run_begin": run.begin if run else None,
                "run_end": run.end if run else None,
                "rank_sha256": rank(sample.seed, change_id) if sample.seed else None,
            }
