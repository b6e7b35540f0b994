"""Spells a selection as JSON: in the pack, and on the command line."""

from typing import Any

from drift.ledger.entry import format_time
from drift.model.sampling import Profile, Sample, Seed, Selection


def selection_as_json(selection: Selection) -> dict[str, Any]:
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
