"""`drift blame`: who made each attribute of a resource differ from the code."""

import difflib
import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click
import msgspec

from drift.cli.lines import encoded
from drift.cli.makers import made_by, maker_text
from drift.cli.options import config_option, json_option
from drift.cli.words import attribute_lines, width
from drift.errors import UsageError
from drift.model.resource import Json
from drift.model.verdict import ActorKind, Channel, Disposition, Tool
from drift.reports.wording import DIFFERENCE, moment
from drift.terminal import shown

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from drift.reports.blame import Blame, Maker
    from drift.store.declared import DeclaredRow

MOST_NAMED = 3
"""How many addresses are named that could be meant."""

_LONGEST = 1000


class MakerLine(msgspec.Struct, kw_only=True):
    """One write, and how the change that it belongs to stands."""

    event: str
    occurred_at: datetime | None
    service: str | None
    action: str | None
    summary: str
    actor: str
    actor_kind: ActorKind
    principal: str | None
    channel: Channel
    tool: Tool
    change_id: str
    disposition: Disposition | None
    ticket: str | None


class BlamedLine(msgspec.Struct, kw_only=True):
    """One attribute that differs."""

    path: str
    declared: Json
    live: Json
    sensitive: bool
    is_explained: bool
    writes: tuple[MakerLine, ...]


class BlameObject(msgspec.Struct, kw_only=True):
    """The one object that `--json` prints; scripts rely on every key."""

    address: str
    type: str
    resource_id: str | None
    account: str | None
    region: str | None
    state: str
    source: str | None
    compared_at: datetime | None
    stands: str
    findings: tuple[str, ...]
    attributes: tuple[BlamedLine, ...]
    removed_by: tuple[MakerLine, ...]
    last_writes: tuple[MakerLine, ...]


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
    from drift.reports.blame import blame_of

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database, database.reading() as connection:
        blame = blame_of(connection, _row_at(connection, address, state))
    click.echo(encoded(_object(blame)) if as_json else "\n".join(_lines(blame)))


def _row_at(connection: "Connection", address: str, state: str | None) -> "DeclaredRow":
    from drift.store.declared import addresses, declared_at

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


def _object(blame: "Blame") -> BlameObject:
    row = blame.row
    return BlameObject(
        address=row.address,
        type=row.type,
        resource_id=row.resource_id,
        account=row.account,
        region=row.region,
        state=row.state,
        source=row.source,
        compared_at=row.compared_at,
        stands=blame.stand.value,
        findings=tuple(one.finding.finding_id for one in blame.findings),
        attributes=tuple(
            BlamedLine(
                path=one.attribute.path,
                declared=one.attribute.declared,
                live=one.attribute.live,
                sensitive=one.attribute.sensitive,
                is_explained=one.attribute.is_explained,
                writes=tuple(map(_maker, one.makers)),
            )
            for one in blame.attributes
        ),
        removed_by=tuple(map(_maker, blame.removers)),
        last_writes=tuple(map(_maker, blame.last)),
    )


def _maker(maker: "Maker") -> MakerLine:
    event, change, judgement = maker.write.event, maker.change, maker.judgement
    return MakerLine(
        event=event.key,
        occurred_at=event.occurred_at,
        service=event.call.service,
        action=event.call.action,
        summary=event.summary,
        actor=change.actor.name,
        actor_kind=change.actor.kind,
        principal=change.actor.principal,
        channel=maker.write.classification.channel,
        tool=maker.write.classification.tool,
        change_id=change.change_id,
        disposition=judgement.decision.disposition if judgement else None,
        ticket=judgement.match.ticket.key if judgement and judgement.match.ticket else None,
    )
