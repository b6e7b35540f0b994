"""`drift classify`: who made each call in audit-log files, how, and to what. Needs no configuration."""

import sys
from datetime import datetime
from pathlib import Path

import click
import msgspec

from drift.cli.options import config_option, json_option
from drift.model.change import Write
from drift.model.event import Effect, Outcome, Source, UnreadableRecord
from drift.model.resource import Cloud, Resource
from drift.model.verdict import ActorKind, Channel, Confidence, Credential, Lane, Tool
from drift.terminal import inert_json, shown

WIDTH = 240
"""Columns of a line of text: long enough for an ARN or two."""


class _Actor(msgspec.Struct):
    kind: ActorKind
    name: str
    principal: str | None
    chain: tuple[str, ...]


class _Line(msgspec.Struct):
    """One output line, in the order of the documented contract; scripts rely on every key."""

    event_id: str | None
    occurred_at: datetime | None
    cloud: Cloud
    account: str | None
    region: str | None
    service: str | None
    action: str | None
    effect: Effect
    outcome: Outcome
    tool: Tool
    credential: Credential
    actor: _Actor
    channel: Channel
    lane: Lane
    resources: tuple[Resource, ...]
    tickets: tuple[str, ...]
    reasons: tuple[str, ...]
    confidence: Confidence
    source: Source


class _Unreadable(msgspec.Struct):
    unreadable: bool
    error: str
    source: Source


@click.command("classify")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@json_option
@config_option
def command(paths: tuple[str, ...], as_json: bool, config: str | None) -> int:
    """Say of each record in audit-log files or folders who made the call, how, and to what.

    One line comes out for each record, in order; gzip is recognised. A record that cannot
    be read gives a line that says why, and exit code 2 at the end.
    """
    from drift import wiring
    from drift.classifier import classified

    settings = wiring.settings_without_secrets(config)
    line_of = _json if as_json else _text
    readable, unreadable = 0, 0
    first_unreadable = None
    output = sys.stdout.buffer
    for one in classified(
        [Path(path) for path in paths], wiring.translators(), settings.identities, settings.channels
    ):
        output.write(line_of(one) + b"\n")
        if isinstance(one, UnreadableRecord):
            unreadable += 1
            first_unreadable = first_unreadable or one
        else:
            readable += 1
    output.flush()
    return _say_counts(readable, unreadable, first_unreadable)


def _json(one: Write | UnreadableRecord) -> bytes:
    line = _unreadable(one) if isinstance(one, UnreadableRecord) else _line(one)
    return inert_json(msgspec.json.encode(line))


def _text(one: Write | UnreadableRecord) -> bytes:
    return (_gap_text(one) if isinstance(one, UnreadableRecord) else _write_text(one)).encode()


def _line(write: Write) -> _Line:
    event, actor, found = write.event, write.actor, write.classification
    return _Line(
        event_id=event.event_id,
        occurred_at=event.occurred_at,
        cloud=event.cloud,
        account=event.account,
        region=event.region,
        service=event.service,
        action=event.action,
        effect=event.effect,
        outcome=event.outcome,
        tool=found.tool,
        credential=found.credential,
        actor=_Actor(kind=actor.kind, name=actor.name, principal=actor.principal, chain=actor.chain),
        channel=found.channel,
        lane=found.lane,
        resources=event.resources,
        tickets=tuple(reference.key for reference in found.references),
        reasons=found.reasons,
        confidence=found.confidence,
        source=event.source,
    )


def _unreadable(one: UnreadableRecord) -> _Unreadable:
    return _Unreadable(unreadable=True, error=one.error, source=one.source)


def _gap_text(one: UnreadableRecord) -> str:
    return shown(f"unreadable  {one.source.file} record {one.source.index}: {one.error}", WIDTH)


def _write_text(one: Write) -> str:
    event, found = one.event, one.classification
    when = f"{event.occurred_at:%Y-%m-%d %H:%M:%S}" if event.occurred_at else "no time            "
    resources = " ".join(f"{each.type or '?'} {each.id}" for each in event.resources)
    keys = " ".join(reference.key for reference in found.references)
    columns = (
        when,
        f"{event.effect:8}",
        f"{found.channel:10}",
        f"{found.tool:13}",
        one.actor.name,
        event.action or "?",
    )
    return shown("  ".join(part for part in (*columns, resources, keys) if part), WIDTH)


def _say_counts(readable: int, unreadable: int, first: UnreadableRecord | None) -> int:
    if first is None:
        click.echo(f"{readable} records", err=True)
        return 0
    click.echo(
        f"drift: {readable} records read, {unreadable} unreadable (the first: {shown(first.source.file)} "
        f"record {first.source.index}); the lines that say unreadable name each",
        err=True,
    )
    return 2
