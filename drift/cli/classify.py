"""`drift classify`: who made each call in audit-log files, how, and to what. Needs no configuration."""

import gc
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from drift.cli.options import config_option, json_option
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.model.event import UnreadableRecord
    from drift.worker import Lines, Worker

GARBAGE_THRESHOLD = 200_000
"""New objects after which Python looks for cycles among them."""

LARGEST_FREED = 16 * 1024 * 1024
"""glibc keeps freed blocks for the next ones up to the size of the largest that was ever freed."""


@click.command("classify")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@json_option
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, metavar="N", help="Use N processes; by default 1."
)
@config_option
def command(paths: tuple[str, ...], as_json: bool, jobs: int, config: str | None) -> int:
    """Say of each record in audit-log files or folders who made the call, how, and to what.

    One line comes out for each record, in order; gzip is recognised. A record that cannot
    be read gives a line that says why, and exit code 2 at the end.
    """
    from drift.jobs import lines_of
    from drift.records import files_under

    # What is read makes hardly a cycle, and looking for some takes a tenth of the time.
    gc.set_threshold(GARBAGE_THRESHOLD)
    # The texts of the files are freed one by one: asking the system for each anew costs as much again.
    bytes(LARGEST_FREED)
    files = list(files_under([Path(path) for path in paths]))
    code = _write(lines_of(files, partial(_worker, config, as_json), jobs))
    # All that was kept ends with the process: nothing of it needs to be looked through once more.
    gc.freeze()
    return code


def _worker(config: str | None, as_json: bool) -> "Worker":
    from drift import wiring
    from drift.cli.classify_lines import JsonLines, TextLines
    from drift.judge import Judge
    from drift.stages.translate import Translators
    from drift.worker import Worker

    judging = wiring.judging(config)
    return Worker(
        translators=Translators(judging.translators),
        judge=Judge(judging.identities, judging.channels),
        writer=JsonLines() if as_json else TextLines(),
    )


def _write(pieces: Iterable["Lines"]) -> int:
    readable, unreadable = 0, 0
    first = None
    for lines in pieces:
        sys.stdout.buffer.write(lines.text)
        readable += lines.readable
        unreadable += lines.unreadable
        first = first or lines.first_unreadable
    sys.stdout.buffer.flush()
    return _say_counts(readable, unreadable, first)


def _say_counts(readable: int, unreadable: int, first: "UnreadableRecord | None") -> int:
    if first is None:
        click.echo(f"{readable} records", err=True)
        return 0
    click.echo(
        f"drift: {readable} records read, {unreadable} unreadable (the first: {shown(first.source.file)} "
        f"record {first.source.index}); the lines that say unreadable name each",
        err=True,
    )
    return 2
