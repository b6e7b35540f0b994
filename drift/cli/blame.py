"""`drift blame`: who made each attribute of a resource differ from the code."""

import difflib
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from drift.cli.lines import encoded
from drift.cli.makers import made_by, maker_text
from drift.cli.options import config_option, json_option
from drift.cli.words import attribute_lines, width
from drift.errors import UsageError
from drift.reports.wording import DIFFERENCE, moment
from drift.terminal import shown

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from drift.reports.blame import Blame
    from drift.store.addresses import DeclaredRow

MOST_NAMED = 3
"""How many addresses are named that could be meant."""

_LONGEST = 1000


@click.command("blame")
@click.argument("address", metavar="ADDRESS")
@click.option("--state", metavar="FILE|URI", help="The state that declares it, where several do.")
@json_option
@config_option
def command(address: str, state: str | None, as_json: bool, config: str | None) -> None:
    """Show how the resource at ADDRESS differs from the code, and which write made each attribute so.

    It is told as the last comparison saw it.
    """
    from drift import wiring
    from drift.cli.blame_json import blame_object
    from drift.reports.blame import blame_of

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database, database.reading() as connection:
        blame = blame_of(connection, _row_at(connection, address, state))
    click.echo(encoded(blame_object(blame)) if as_json else "\n".join(_lines(blame)))


def _row_at(connection: "Connection", address: str, state: str | None) -> "DeclaredRow":
    from drift.store.addresses import addresses, declared_at

    found = [row for row in declared_at(connection, address) if state in (None, row.state)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{len(found)} states declare {address}: {', '.join(row.state for row in found)}",
            hint="add --state with the one you mean",
        )
    elsewhere = f" in {state}" if state else ""
    raise UsageError(
        f"nothing is declared at {address}{elsewhere}", hint=_hint(address, addresses(connection))
    )


def _hint(address: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(address, known, n=MOST_NAMED, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return "`drift baseline` lists what is declared" if known else "compare first: `drift run --once`"


def _lines(blame: "Blame") -> Iterator[str]:
    row = blame.row
    where = ", ".join(part for part in (row.account, row.region) if part)
    at = f", at {row.source}" if row.source else ""
    yield shown(f"{row.address}  {row.type} {row.resource_id or 'without id'}", width())
    yield shown(f"declared in {row.state}{at}{f' ({where})' if where else ''}", width())
    yield _stand(blame)
    for one in blame.attributes:
        yield ""
        yield from attribute_lines(one.attribute, "  ")
        keys = {maker.write.event.key: maker for maker in one.makers}
        for line in made_by(tuple(keys), keys, one.attribute.is_explained):
            yield from _wrapped(line, " " * 6)
    for maker in blame.removers:
        yield from _wrapped(maker_text(maker), " " * 6)
    yield ""
    yield "last writes to it" if blame.last else "no write to it is known"
    for maker in blame.last:
        yield from _wrapped(maker_text(maker), " " * 2)


def _wrapped(line: str, indent: str) -> list[str]:
    """Break a line between words: nothing is cut that somebody may have to copy."""
    return textwrap.wrap(
        shown(line, _LONGEST),
        width(),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _stand(blame: "Blame") -> str:
    """Say how it stands, and when it was looked at."""
    compared = f"compared {moment(blame.row.compared_at)}" if blame.row.compared_at else "not compared"
    differs = [f"{DIFFERENCE[one.finding.kind]} ({one.finding.finding_id})" for one in blame.findings]
    if differs:
        return f"{compared}: {', '.join(differs)}"
    return f"{compared}: as declared" if blame.row.compared_at else compared
