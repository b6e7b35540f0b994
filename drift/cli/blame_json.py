"""`drift blame --json`: one object; scripts rely on every key."""

from datetime import datetime

import msgspec

from drift.model.resource import Json
from drift.model.verdict import ActorKind, Channel, Disposition, Tool
from drift.reports.blame import Blame, Maker


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


def blame_object(blame: Blame) -> BlameObject:
    """Return the JSON of everything that is known of an address."""
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


def _maker(maker: Maker) -> MakerLine:
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
