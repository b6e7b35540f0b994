"""Renders the page that a reader of the pack opens first."""

from drift.ledger.note import SigningKey
from drift.reports.controls import points_of_focus
from drift.reports.pack.making import in_words
from drift.reports.pack.pages import render
from drift.reports.pack.view import View


def start_page(view: View, key: SigningKey) -> str:
    """Return the page as HTML without scripts, all of it in one file."""
    return render(
        "start_here.html.j2",
        origin=key.name,
        period=in_words(view.request.period),
        sealed_at=f"{view.sealed.made_at:%Y-%m-%d %H:%M}",
        counts=view.population.counts,
        breakdown=_breakdown,
        verifier_key=key.verifier_key,
        checkpoint_note=view.sealed.note,
        points=points_of_focus(),
        tool_version=view.request.tool_version,
    )


def _breakdown(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"
