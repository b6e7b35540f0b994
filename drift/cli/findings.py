"""`drift findings`: what differs from the code, as the last comparison saw it."""

from collections import Counter
from typing import TYPE_CHECKING

import click

from drift.cli.lines import encoded, finding_line
from drift.cli.options import config_option, exit_code_option, json_option
from drift.cli.words import finding_lines, width
from drift.model.change import Change
from drift.model.finding import FindingKind
from drift.reports.wording import counted, identity, moment
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.store.findings import FindingRow


@click.command("findings")
@click.option("--all", "with_resolved", is_flag=True, help="Also those that are resolved or ignored.")
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
    """List what differs from the code, the worst first, and of these the oldest."""
    from drift import wiring
    from drift.reports.writers import last_writers
    from drift.store.lookup import changes_with, findings_of

    with (
        wiring.open_database(wiring.settings_for_reading(config)) as database,
        database.reading() as connection,
    ):
        chosen = [FindingKind(one) for one in kinds]
        rows = list(findings_of(connection, chosen, with_resolved=with_resolved))
        keys = () if as_json else {key for row in rows for key in row.finding.explained_by}
        writers = last_writers(rows, changes_with(connection, keys))
    for row in rows:
        writer = writers.get(row.finding.finding_id)
        click.echo(encoded(finding_line(row)) if as_json else _text(row, writer))
    listed = Counter(row.finding.kind for row in rows)
    by_kind = ", ".join(f"{number} {name}" for name, number in sorted(listed.items()))
    click.echo(counted(listed.total(), "finding") + (f": {by_kind}" if by_kind else ""), err=True)
    return 1 if exit_code and listed else 0


def _text(row: "FindingRow", writer: Change | None) -> str:
    first, *rest = finding_lines(row.finding)
    life = [f"{row.finding.finding_id}  found {moment(row.first_seen_at)}"]
    if row.resolved_at:
        life.append(f"resolved {moment(row.resolved_at)}")
    if writer:
        life.append(f"written {moment(writer.began_at)} by {identity(writer)}")
    indent = " " * 10
    return "\n".join([first, indent + shown(", ".join(life), width() - len(indent)), *rest])
