"""`drift findings`: what differs from the code, as the last comparison saw it."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from drift.cli.lines import encoded, finding_line
from drift.cli.options import config_option, exit_code_option, json_option
from drift.cli.words import finding_lines
from drift.model.finding import FindingKind
from drift.reports.wording import counted, moment

if TYPE_CHECKING:
    from drift.store.findings import FindingRow


@click.command("findings")
@click.option("--all", "with_resolved", is_flag=True, help="Also those that a later comparison resolved.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([one.value for one in FindingKind]),
    help="Only findings of this kind; may be given again.",
)
@exit_code_option
@json_option
@config_option
def command(
    with_resolved: bool, kinds: tuple[str, ...], exit_code: bool, as_json: bool, config: str | None
) -> int:
    """List what differs from the code, the newest last."""
    from drift import wiring
    from drift.store.lookup import findings_of

    listed: Counter[str] = Counter()
    with wiring.open_database(wiring.settings_of(config)) as database, database.reading() as connection:
        for row in findings_of(connection, [FindingKind(one) for one in kinds], with_resolved=with_resolved):
            listed[row.finding.kind] += 1
            click.echo(encoded(finding_line(row)) if as_json else _text(row))
    by_kind = ", ".join(f"{number} {name}" for name, number in sorted(listed.items()))
    click.echo(counted(listed.total(), "finding") + (f": {by_kind}" if by_kind else ""), err=True)
    return 1 if exit_code and listed else 0


def _text(row: "FindingRow") -> str:
    first, *rest = finding_lines(row.finding)
    life = f"open since {moment(row.first_seen_at)}"
    if row.resolved_at:
        life = f"{moment(row.first_seen_at)} to {moment(row.resolved_at)}, resolved"
    return "\n".join([first, f"{'':10}{row.finding.finding_id}  {life}", *rest])
