"""`drift learn`: who writes here, what they look like, and the configuration that would say so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.learn_lines import json_line, text_lines
from drift.cli.options import MomentOrAge, config_option, json_option, time_of
from drift.cli.words import progress, width
from drift.errors import UsageError
from drift.learn.calls import each_call_once
from drift.learn.gather import gathered
from drift.learn.propose import Proposal, proposals
from drift.learn.toml import toml_of
from drift.model.change import Write
from drift.model.event import ChangeEvent, UnreadableRecord
from drift.reports.wording import counted
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.config import Settings


@dataclass(kw_only=True, slots=True)
class _Unreadable:
    """The records of the files that nothing could be learned from."""

    count: int = 0
    first: UnreadableRecord | None = None


@click.command("learn")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--since",
    type=MomentOrAge(),
    metavar="TIME",
    help="Instead of files, the writes in the store since this time: 14d, 2026-11-16.",
)
@click.option("--toml", "as_toml", is_flag=True, help="Print only the configuration to paste.")
@json_option
@config_option
def command(
    paths: tuple[str, ...],
    since: datetime | timedelta | None,
    as_toml: bool,
    as_json: bool,
    config: str | None,
) -> int:
    """List who changed something, by how much, with what they look like and what to configure.

    PATH are audit-log files or folders. Nothing is trusted until it stands in the
    configuration: look at each proposal before you paste it.
    """
    if bool(paths) == (since is not None):
        raise UsageError("say from what to learn", hint="give audit-log files or folders, or --since 14d")
    if as_json and as_toml:
        raise UsageError("--json and --toml contradict each other", hint="leave one of them out")
    from drift import wiring

    unreadable = _Unreadable()
    settings = wiring.settings_without_secrets(config) if paths else wiring.settings_for_reading(config)
    with progress("reading the writes"):
        found = gathered(
            each_call_once(_in_files(settings, paths, unreadable))
            if since is None
            else _in_store(settings, since)
        )
    proposed = list(proposals(found, settings.channels))
    for line in _output(proposed, as_json=as_json, as_toml=as_toml):
        click.echo(line)
    return _say_counts(proposed, unreadable)


def _in_files(
    settings: "Settings", paths: tuple[str, ...], unreadable: _Unreadable
) -> Iterator[tuple[ChangeEvent, Write]]:
    """Yield every record with its verdict."""
    from drift import wiring
    from drift.classifier import raw_records
    from drift.judge import Judge
    from drift.records import files_under
    from drift.stages.translate import Translators

    translators = Translators(wiring.translators(settings))
    judge = Judge(identities=settings.identities, channels=settings.channels)
    for file in files_under([Path(path) for path in paths]):
        for raw in raw_records(file, translators.all):
            event = translators.translate(raw)
            if isinstance(event, UnreadableRecord):
                unreadable.count += 1
                unreadable.first = unreadable.first or event
            else:
                yield event, judge.judge(event)


def _in_store(settings: "Settings", since: datetime | timedelta) -> Iterator[Write]:
    from drift import wiring
    from drift.store.lookup import writes_since

    with wiring.open_database(settings) as database, database.reading() as connection:
        start = time_of(since, wiring.clock(settings, database))
        if start is not None:
            yield from writes_since(connection, start)


def _output(proposed: list[Proposal], *, as_json: bool, as_toml: bool) -> Iterator[str]:
    if as_json:
        for one in proposed:
            yield json_line(one)
        return
    if not as_toml:
        for one in proposed:
            yield from (shown(line, width()) for line in text_lines(one))
            yield ""
    toml = list(toml_of(proposed))
    if toml and not as_toml:
        yield "# For config.toml, after you have looked at each:"
        yield ""
    yield from toml
    if proposed and not toml and not as_toml:
        yield "Nothing to add to the configuration."


def _say_counts(proposed: list[Proposal], unreadable: _Unreadable) -> int:
    writes = sum(one.seen.writes for one in proposed)
    told = f"{counted(len(proposed), 'principal')} made {counted(writes, 'write')}"
    if unreadable.first is None:
        click.echo(told, err=True)
        return 0
    first = unreadable.first.source
    click.echo(
        f"drift: {told}; {counted(unreadable.count, 'record')} unreadable (the first: {shown(first.file)} "
        f"record {first.index}); `drift classify` says what is wrong with each",
        err=True,
    )
    return 2
