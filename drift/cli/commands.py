"""The commands by group, each imported only when it is called, so that start-up stays quick."""

import difflib
import importlib
from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    module: str
    help: str


_GROUPS: dict[str, tuple[_Row, ...]] = {
    "Try it": (
        _Row(
            "demo", "drift.cli.demo", "Run the whole product over bundled stories: no cloud, no credentials."
        ),
        _Row(
            "classify", "drift.cli.classify", "Say who made each call in audit-log files, how, and to what."
        ),
        _Row(
            "learn", "drift.cli.learn", "List who makes changes, and propose whom the configuration trusts."
        ),
        _Row("scan", "drift.cli.scan", "Compare what Terraform declares with what is there."),
        _Row("baseline", "drift.cli.baseline", "List what Terraform declares."),
    ),
    "Run it": (
        _Row("check", "drift.cli.check", "Check the configuration, and every source and sink it names."),
        _Row("permissions", "drift.cli.permissions", "Print the policy by which a cloud can be read."),
        _Row("run", "drift.cli.run", "Watch: read, judge, tell and record; --once does one cycle and exits."),
        _Row("replay", "drift.cli.replay", "Take in an archive as history, or try other rules on it."),
        _Row("alarms", "drift.cli.alarms", "List what is wrong with the watch itself."),
        _Row("gaps", "drift.cli.gaps", "List what was not seen, and accept what can never be filled."),
        _Row("quarantine", "drift.cli.quarantine", "List what could not be read, and read it again."),
        _Row("outbox", "drift.cli.outbox", "List messages that wait or were refused, and send them again."),
        _Row("status", "drift.cli.status", "Show whether the watch works: sources, jobs, alerts, evidence."),
    ),
    "Settle it": (
        _Row("enrol", "drift.cli.enrol", "Have a part of the estate alert, or only observe it again."),
        _Row("link", "drift.cli.link", "Say which ticket belongs to a change."),
        _Row("emergency", "drift.cli.emergency", "Declare that a change was an emergency."),
        _Row("approve", "drift.cli.approve", "Approve a change after it was made."),
        _Row("review", "drift.cli.review", "Record the review of an emergency after the incident."),
        _Row("waive", "drift.cli.waive", "Accept a finding or a change as it is, for a while."),
        _Row("acknowledge", "drift.cli.acknowledge", "Say that you have seen it, and see to it."),
        _Row("correct", "drift.cli.correct", "Say who made a change, where the record is wrong."),
        _Row("disown", "drift.cli.disown", "Say that a change under your identity was not yours."),
        _Row("adopt", "drift.cli.adopt", "Print what would make the code match the cloud."),
        _Row("revert", "drift.cli.revert", "Print the plan that would make the cloud match the code."),
    ),
    "Look at it": (
        _Row(
            "changes",
            "drift.cli.changes",
            "List changes: who, what, through which channel, authorised or not.",
        ),
        _Row("around", "drift.cli.around", "List what changed before an incident, the most relevant first."),
        _Row("findings", "drift.cli.findings", "List what differs from the code."),
        _Row("blame", "drift.cli.blame", "Show which write made each attribute of a resource differ."),
        _Row("show", "drift.cli.show", "Show everything known about one change or finding."),
        _Row(
            "report",
            "drift.cli.report",
            "Write the weekly report, the register of emergencies, and sign reviews.",
        ),
        _Row("sign-in", "drift.cli.sign_in", "Print a link that opens the pages, once."),
        _Row("evidence", "drift.cli.evidence", "Export the auditor's pack or verify one, or draw a sample."),
    ),
}

_ROWS = {row.name: row for rows in _GROUPS.values() for row in rows}


class Commands(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the help."""
        return list(_ROWS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; its module calls it `command`."""
        row = _ROWS.get(cmd_name)
        if row is None:
            return None
        command = importlib.import_module(row.module).command
        assert isinstance(command, click.Command)  # noqa: S101 - ours, not a caller's
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which command is unknown, and which one was probably meant."""
        if args and args[0] not in _ROWS:
            near = difflib.get_close_matches(args[0], _ROWS, n=1)
            hint = f'did you mean "{near[0]}"?' if near else "`drift --help` lists the commands"
            raise click.ClickException(f'unknown command "{args[0]}"; {hint}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands under what they are for, without importing them."""
        for title, rows in _GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(row.name, row.help) for row in rows], col_spacing=3)


def one_line(error: click.ClickException) -> str:
    """Return what click says of a wrong call in one line with the next step."""
    message = error.format_message().rstrip(".")
    if not isinstance(error, click.UsageError):
        return message
    path = error.ctx.command_path if error.ctx else "drift"
    name = path.removeprefix("drift").strip()
    return f"{name + ': ' if name else ''}{message}; `{path} --help` explains it"
