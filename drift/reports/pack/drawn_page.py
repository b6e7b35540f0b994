"""Renders the page that leads from a sample to its dossiers."""

from collections.abc import Mapping
from dataclasses import dataclass

from drift.model.sampling import Sample, Sampled, SeedOrigin, Selection
from drift.reports.pack.dossiers import folder_of
from drift.reports.pack.listing import Fields
from drift.reports.pages import template

_TITLE = {Sampled.CHANGES: "Changes", Sampled.EMERGENCIES: "Emergencies"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """One change that was drawn, as the page tells it."""

    began_at: str
    who: str
    what: str
    stands: str
    folder: str | None
    """Of its dossier, beside the page; `None`: its entry was erased."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnSample:
    """What was drawn of one population."""

    title: str
    says: str
    rows: tuple[Drawn, ...]


def drawn_page(selection: Selection, changes: Mapping[str, Fields]) -> bytes:
    """Return the page as HTML without scripts; `changes` are the rows of what was drawn, by their ids."""
    samples = [
        DrawnSample(
            title=_TITLE[sample.of],
            says=_says(sample),
            rows=tuple(_drawn(one, changes[one]) for one in sample.chosen),
        )
        for sample in selection.samples
    ]
    return template("dossiers.html.j2").render(how=_how(selection), samples=samples).encode()


def _how(selection: Selection) -> str:
    audit = f"For the engagement {selection.engagement}. " if selection.engagement else ""
    seed = selection.samples[0].seed
    if seed is None:
        return f"{audit}The auditor named the changes."
    size = f'The profile "{selection.profile.name}" says how many ({selection.profile.source}).'
    if seed.origin is SeedOrigin.AUDITOR:
        return f"{audit}{size} The auditor's own seed decided which."
    at = f"{selection.checkpoint_size} entries, root {selection.checkpoint_root}"
    return f"{audit}{size} The ledger as it was sealed at {at}, decided which."


def _says(sample: Sample) -> str:
    of = f"{len(sample.chosen)} of {sample.population}"
    left_out = ", ".join(f"{count} {name}" for name, count in sample.left_out.items())
    besides = f" Nobody must answer for {left_out}: they are in no sample." if left_out else ""
    missing = f" Not in the population: {', '.join(sample.not_found)}." if sample.not_found else ""
    return f"{of}.{besides}{missing}"


def _drawn(change_id: str, fields: Fields) -> Drawn:
    if "disposition" not in fields:
        return Drawn(began_at="", who="", what=f"{change_id}: its entry was erased", stands="", folder=None)
    began_at = str(fields["began_at"])
    return Drawn(
        began_at=f"{began_at[:10]} {began_at[11:19]}",
        who=str(fields.get("corrected_actor") or fields["actor"]),
        what=str(fields["summary"]),
        stands=f"{fields['disposition']}, {fields['severity']}",
        folder=f"dossiers/{folder_of(change_id).name}",
    )
