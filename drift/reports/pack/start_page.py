"""Renders the page that a reader of the pack opens first."""

from drift.ledger.note import SigningKey
from drift.reports.controls import points_of_focus
from drift.reports.pack.view import View
from drift.reports.population import Period


def start_page(view: View, key: SigningKey) -> str:
    """Return the page as HTML without scripts, all of it in one file."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("drift.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template("start_here.html.j2").render(
        origin=key.name,
        period=_in_words(view.request.period),
        sealed_at=f"{view.sealed.made_at:%Y-%m-%d %H:%M}",
        counts=view.population.counts,
        breakdown=_breakdown,
        verifier_key=key.verifier_key,
        checkpoint_note=view.sealed.note,
        points=points_of_focus(),
        tool_version=view.request.tool_version,
    )


def _in_words(period: Period) -> str:
    match period.since, period.until:
        case None, None:
            return "The whole ledger"
        case since, None:
            return f"From {since:%Y-%m-%d %H:%M}"
        case None, until:
            return f"Until {until:%Y-%m-%d %H:%M}"
        case since, until:
            return f"From {since:%Y-%m-%d %H:%M} until {until:%Y-%m-%d %H:%M}"


def _breakdown(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"
