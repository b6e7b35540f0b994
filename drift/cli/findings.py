"""`drift findings`: what differs from the code, as the last comparison saw it."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from drift.cli.lines import encoded, finding_line
from drift.cli.options import config_option, exit_code_option, json_option
from drift.cli.words import finding_lines, width
from drift.errors import UsageError
from drift.model.action import Action, Waived
from drift.model.finding import FindingKind, FindingStatus
from drift.reports.wording import counted, identity, moment
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.reports.writers import Writer
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
@click.option("--new", "only_new", is_flag=True, help="Only what is not in the opening register.")
@click.option("--register", "only_register", is_flag=True, help="Only the opening register.")
@exit_code_option
@json_option
@config_option
def command(
    with_resolved: bool,
    kinds: tuple[str, ...],
    only_new: bool,
    only_register: bool,
    exit_code: bool,
    as_json: bool,
    config: str | None,
) -> int:
    """List what differs from the code, the worst first, and of these the oldest.

    What was there before the watch began, the opening register, stands behind what is new.
    """
    from drift import wiring
    from drift.reports.writers import last_writers
    from drift.store.actions import waivers
    from drift.store.lookup import findings_of

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database, database.reading() as connection:
        now = wiring.clock(settings, database).now()
        chosen = [FindingKind(one) for one in kinds]
        found = list(findings_of(connection, chosen, with_resolved=with_resolved))
        rows = _in_order(found, with_new=not only_register, with_register=not only_new)
        writers = last_writers(connection, rows)
        waived = waivers(connection, [row.finding.finding_id for row in rows])
    for row in rows:
        writer = writers.get(row.finding.finding_id)
        waiver = waived.get(row.finding.finding_id)
        line = encoded(finding_line(row, writer, waiver, now)) if as_json else _text(row, writer, waiver, now)
        click.echo(line)
    click.echo(_counts(rows), err=True)
    if left := len(found) - len(rows):
        click.echo(f"not listed: {counted(left, 'finding')}{_which(only_new=only_new)}", err=True)
    return 1 if exit_code and rows else 0


def _in_order(found: "list[FindingRow]", *, with_new: bool, with_register: bool) -> "list[FindingRow]":
    if not (with_new or with_register):
        raise UsageError("--new and --register leave nothing", hint="leave one of them out")
    new = [row for row in found if with_new and not row.is_pre_existing]
    return new + [row for row in found if with_register and row.is_pre_existing]


def _counts(rows: "list[FindingRow]") -> str:
    """Count by kind, the opening register apart: it says how things were, not how they go."""
    listed = Counter(row.finding.kind for row in rows if not row.is_pre_existing)
    register = Counter(row.finding.kind for row in rows if row.is_pre_existing)
    text = counted(listed.total(), "finding") + _kinds(listed)
    if not register:
        return text
    return f"{text}; and {register.total():,} in the opening register{_kinds(register)}"


def _kinds(numbers: Counter[FindingKind]) -> str:
    kinds = ", ".join(f"{number} {name}" for name, number in sorted(numbers.items()))
    return f": {kinds}" if kinds else ""


def _which(*, only_new: bool) -> str:
    return " in the opening register" if only_new else " outside the opening register"


def _text(row: "FindingRow", writer: "Writer | None", waiver: Action | None, now: datetime) -> str:
    first, *rest = finding_lines(row.finding)
    life = [f"{row.finding.finding_id}  found {moment(row.first_seen_at)}"]
    if row.status in (FindingStatus.PRE_EXISTING, FindingStatus.ACKNOWLEDGED, FindingStatus.REOPENED):
        life.append(row.status)
    if row.owner:
        life.append(f"owner {row.owner}")
    if row.due_at:
        life.append(f"due {row.due_at:%Y-%m-%d}")
    if row.resolved_at:
        life.append(f"resolved {moment(row.resolved_at)}")
    if writer:
        how = "written" if writer.is_explanation else "last written"
        life.append(f"{how} {moment(writer.change.began_at)} by {identity(writer.change)}")
    indent = " " * 10
    beside = [", ".join(life), *_waiver(waiver, now)]
    return "\n".join([first, *(indent + shown(line, width() - len(indent)) for line in beside), *rest])


def _waiver(waiver: Action | None, now: datetime) -> Iterator[str]:
    if waiver and isinstance(waiver.deed, Waived):
        ends = "waived until" if waiver.deed.counts(now) else "its waiver ended"
        by = f"by {waiver.by.name}, owner {waiver.deed.owner}: {waiver.deed.reason}"
        yield f"{ends} {moment(waiver.deed.expires_at)} {by}"
