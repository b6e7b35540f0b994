"""What arrived late: a pack is never made anew, so the next one tells what it could not have told."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from drift.ledger.entry import format_time
from drift.model.evidence import EntryKind, ExportRecord
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.view import Recorded, View
from drift.reports.population import Period

COLUMNS = (
    *("arrived", "change_id", "began_at", "account", "channel", "lane", "actor", "resource_id", "summary"),
    *("disposition_then", "disposition", "recorded_at"),
    *("pack_manifest_sha256", "pack_since", "pack_until", "pack_entries", "ledger_seq", "leaf_hash"),
)


class _Said(msgspec.Struct):
    began_at: datetime | None = None
    account: str | None = None
    channel: str | None = None
    lane: str | None = None
    actor: str | None = None
    resource_id: str | None = None
    summary: str | None = None
    disposition: str | None = None


def late_arrivals(view: View) -> Iterator[Listing]:
    """Yield the changes of earlier packs that those do not have, or have otherwise."""
    yield Listing(
        path="02_population/late_arrivals",
        title="Late arrivals",
        lists="Each change that began before this period and within that of a pack that was handed out"
        " earlier, if it was recorded, or judged otherwise, after that pack was made; of several packs, the"
        " last. `disposition_then` is how that pack has it, empty where it does not have it.",
        columns=COLUMNS,
        rows=_rows(view),
        totals=("arrived", "channel", "lane"),
        dated_by="began_at",
        limits=("Earlier packs are those of `export` entries: of what none was made, nothing is late.",),
    )


def _rows(view: View) -> Iterator[Fields]:
    since = view.request.period.since
    packs = [one.body for one in view.entries(EntryKind.EXPORT, ExportRecord)]
    if since is None or not packs:
        return
    then, late = dict[str, str | None](), dict[str, tuple[Recorded[_Said], ExportRecord]]()
    for one in view.entries(EntryKind.DISPOSITION, _Said):
        began_at, change_id = one.body.began_at, one.entry.ref
        pack = None if began_at is None or began_at >= since else _pack_of(packs, began_at)
        if pack is None:
            late.pop(change_id, None)  # it is known by now that it began at another time
        elif one.entry.seq < pack.entries:
            then[change_id] = one.body.disposition
        else:
            late[change_id] = (one, pack)
    for change_id, (one, pack) in late.items():
        if change_id not in then or then[change_id] != one.body.disposition:
            yield _row(one, pack, then.get(change_id))


def _pack_of(packs: Sequence[ExportRecord], began_at: datetime) -> ExportRecord | None:
    """Return the last pack whose period holds a time."""
    held = (one for one in reversed(packs) if Period(since=one.since, until=one.until).holds(began_at))
    return next(held, None)


def _row(one: Recorded[_Said], pack: ExportRecord, disposition_then: str | None) -> Fields:
    said = one.body
    return {
        "arrived": "new" if disposition_then is None else "judged again",
        "change_id": one.entry.ref,
        "began_at": format_time(said.began_at) if said.began_at else None,
        "account": said.account,
        "channel": said.channel,
        "lane": said.lane,
        "actor": said.actor,
        "resource_id": said.resource_id,
        "summary": said.summary,
        "disposition_then": disposition_then,
        "disposition": said.disposition,
        "recorded_at": format_time(one.entry.recorded_at),
        "pack_manifest_sha256": pack.manifest_sha256,
        "pack_since": format_time(pack.since) if pack.since else None,
        "pack_until": format_time(pack.until) if pack.until else None,
        "pack_entries": pack.entries,
        "ledger_seq": one.entry.seq,
        "leaf_hash": one.entry.leaf_hash.hex(),
    }
