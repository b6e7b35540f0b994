"""Options that say which changes are looked at closely."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from drift.errors import UsageError

if TYPE_CHECKING:
    # Slow to import, and `--help` needs neither.
    from drift.model.sampling import Sampling
    from drift.reports.sampling.profiles import Profiles

Command = TypeVar("Command", bound=Callable[..., Any])

MOST_CHARACTERS = 200
"""Of a line that becomes part of a seed."""

HEADINGS = frozenset({"change_id", "change", "id", "change_ids", "changes", "ids"})
"""What the first line of a list may be instead of an id."""


def sampling_options(command: Command) -> Command:
    """Add `--engagement`, `--profile`, `--seed` and `--ids`."""
    options = (
        click.option("--engagement", default="", metavar="NAME", help="What the audit is called."),
        click.option("--profile", metavar="NAME", help="The rule for the size of the sample."),
        click.option("--seed", metavar="TEXT", help="The auditor's own, instead of the sealed ledger's."),
        click.option("--ids", metavar="FILE", help="The changes that the auditor wants to see, one a line."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def sampling_of(
    profiles: "Profiles", *, engagement: str, profile: str | None, seed: str | None, ids: str | None
) -> "Sampling":
    """Return what these options ask for.

    Raises:
        UsageError: They cannot be used.
    """
    from drift.model.sampling import Sampling
    from drift.reports.sampling.profiles import DEFAULT

    if seed is not None and ids is not None:
        raise UsageError("--seed and --ids exclude each other", hint="a list of changes needs no seed")
    chosen = profiles.get(profile or DEFAULT)
    if chosen is None:
        raise UsageError(
            f'no profile is called "{profile}"', hint=f"there are: {', '.join(sorted(profiles))}"
        )
    return Sampling(
        profile=chosen,
        engagement=_one_line("--engagement", engagement),
        own_seed=None if seed is None else _own_seed(seed),
        ids=None if ids is None else _ids_in(Path(ids)),
    )


def _own_seed(seed: str) -> str:
    if not seed.strip():
        raise UsageError("--seed is blank", hint="leave it out, or write what the auditor chose")
    return _one_line("--seed", seed)


def _one_line(option: str, text: str) -> str:
    if not text.isprintable() or len(text) > MOST_CHARACTERS:
        raise UsageError(
            f"{option} takes one line of at most {MOST_CHARACTERS} characters",
            hint="it becomes part of the seed, as it is written",
        )
    return text


def _ids_in(path: Path) -> tuple[str, ...]:
    """Return the first cell of each line: a pasted column, or a table."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}", hint="--ids takes a text file with the id of a change a line"
        ) from error
    cells = (row[0].strip() for row in csv.reader(text.replace(";", ",").splitlines()) if row)
    ids = [cell for cell in cells if cell and not cell.startswith("#")]
    if ids and "_".join(re.findall("[a-z]+", ids[0].lower())) in HEADINGS:
        del ids[0]
    if not ids:
        raise UsageError(f"{path} names no change", hint="write the id of a change a line into it")
    return tuple(ids)
