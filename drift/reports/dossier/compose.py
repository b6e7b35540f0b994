"""Composes the page of one change from its facts."""

import json
from collections.abc import Iterator
from datetime import datetime

from drift.ledger.entry import format_time
from drift.model.change import Write
from drift.model.control_test import ControlTest, Result
from drift.model.evidence import EntryKind, FindingRecord
from drift.model.finding import AttributeDrift, FindingStatus
from drift.reports.dossier.dossier import Dossier
from drift.reports.dossier.page import Column, Look, Page, Section, TableRow, Text, Tone
from drift.reports.dossier.timeline import Line, Stage
from drift.reports.entries import Entry
from drift.reports.wording import AGREEMENT, with_system

LONGEST_VALUE = 500
"""Characters of a value in a table: dossier.json has the whole."""

NOT_SHOWN = "not shown"

_COMPARED = "What the code declares is what should be there before and after; live is what was read."

_NOTHING_FOUND = "No comparison found a difference that writes of this change explain."

_RESULT = {
    Result.PASS: ("passed", Tone.GOOD),
    Result.FAIL: ("deviation candidate", Tone.CANDIDATE),
    Result.NA: ("does not arise", Tone.NONE),
    Result.NOT_EVALUABLE: (NOT_SHOWN, Tone.UNKNOWN),
}


def page_of(dossier: Dossier) -> Page:
    """Return what people read about one change."""
    change = dossier.facts.change
    who = (
        f"{change.corrected_actor} (corrected from {change.actor})"
        if change.corrected_actor
        else change.actor
    )
    where = ", ".join(filter(None, (change.cloud, change.account, change.region, change.environment)))
    return Page(
        title=f"Change {change.change_id}",
        lead=change.summary,
        labels=(
            ("Stands", f"{change.disposition}, {change.severity}"),
            ("Who", f"{who} ({change.actor_kind})"),
            ("How", f"{change.channel}, with {change.tool}; lane {change.lane}"),
            ("When", f"{_moment(change.began_at)} to {_moment(change.ended_at)} UTC"),
            ("What", " ".join(filter(None, (change.resource_type, change.resource_id)))),
            ("Declared as", change.address or "no code declares it, as far as is known"),
            ("Where", where),
            ("Ticket", with_system(change) or "none"),
            ("Approved", _approved(change.approver, change.approved_at)),
            ("Run", change.deployment or "none"),
        ),
        sections=(
            _tests(dossier),
            _time_line(dossier),
            _configuration(dossier),
            _events(dossier),
            _ticket(dossier),
            _entries(dossier),
        ),
        foot="The page follows from the sealed ledger; where it says more, it says whence. It shows what was"
        " recorded. Whether a control operated for this change, only the reader concludes.",
    )


def _tests(dossier: Dossier) -> Section:
    change = dossier.facts.change
    said = {one[:2]: one.partition(", ")[2] for one in change.tests}
    rows = []
    for test in ControlTest:
        result: Result | None = getattr(change, test.value)
        word, tone = _RESULT[result] if result else (NOT_SHOWN, Tone.UNKNOWN)
        why = said.get(test.value) or "the version that judged it did not ask"
        rows.append(TableRow(cells=(test.value.upper(), test.asks, word, why), tone=tone))
    return Section(
        title="The eight tests",
        says="What was found when the change was judged last. A deviation candidate is no conclusion.",
        columns=(
            Column(name="Test", width=7, look=Look.STRONG),
            Column(name="Asks", width=31),
            Column(name="Found", width=18, look=Look.STRONG),
            Column(name="Why", width=44),
        ),
        rows=rows,
    )


def _time_line(dossier: Dossier) -> Section:
    first = next((one for one in dossier.lines if one.stage is Stage.API_EVENT), None)
    return Section(
        title="Time line",
        says="From the ticket to the configuration, in UTC. What must have happened before stands above the"
        " first API event; a ticket, approval or check that came later is marked.",
        columns=(
            Column(name="Time", width=19, look=Look.QUIET),
            Column(name="Stage", width=14, look=Look.STRONG),
            Column(name="What happened", width=60),
            Column(name="Entry", width=7, look=Look.QUIET),
        ),
        rows=[_line(one, is_first=one is first) for one in dossier.lines],
    )


def _line(line: Line, *, is_first: bool) -> TableRow:
    moment = line.moment
    what = f"{moment.what}\n{moment.detail}" if moment.detail else moment.what
    is_late = line.is_after_first_write and line.stage in (Stage.TICKET, Stage.APPROVAL, Stage.CHECK)
    if is_late:
        what += "\nafter the first write"
    tone = Tone.FIRST if is_first else Tone.CANDIDATE if is_late else Tone.NONE
    seq = "" if moment.ledger_seq is None else str(moment.ledger_seq)
    return TableRow(cells=(_moment(moment.at), line.stage.value, what, seq), tone=tone)


def _configuration(dossier: Dossier) -> Section:
    rows = [row for entry in dossier.facts.of_kind(EntryKind.FINDING) for row in _finding(entry)]
    converged = dossier.facts.change.t8
    stands = f"T8, whether live is as declared: {_RESULT[converged][0] if converged else NOT_SHOWN}."
    return Section(
        title="Configuration before and after",
        says=f"{stands} {_COMPARED if rows else _NOTHING_FOUND}",
        columns=(
            Column(name="Time", width=19, look=Look.QUIET),
            Column(name="Attribute", width=18, look=Look.STRONG),
            Column(name="Declared", width=28, look=Look.CODE),
            Column(name="Live", width=28, look=Look.CODE),
            Column(name="Entry", width=7, look=Look.QUIET),
        )
        if rows
        else (),
        rows=rows,
    )


def _finding(entry: Entry) -> Iterator[TableRow]:
    record = entry.read_as(FindingRecord)
    at, seq = _moment(entry.recorded_at), str(entry.seq)
    if record is None:
        yield TableRow(cells=(at, "the record was erased", "", "", seq))
        return
    if not record.finding.attributes:
        yield TableRow(cells=(at, f"{record.finding.kind}, {record.status}", "", "", seq))
    for one in record.finding.attributes:
        declared, live = _sides(one)
        if record.status is FindingStatus.RESOLVED:
            live = AGREEMENT[record.finding.kind]
        yield TableRow(cells=(at, f"{one.path}\n{record.status}", declared, live, seq))


def _sides(one: AttributeDrift) -> tuple[str, str]:
    declared, live = (
        _short(json.dumps(value, ensure_ascii=False, indent=1)) for value in (one.declared, one.live)
    )
    return declared, live


def _events(dossier: Dossier) -> Section:
    writes = dossier.facts.writes()
    rows = [
        TableRow(
            cells=(
                _moment(write.event.occurred_at),
                f"{write.event.call.service or '?'}\n{write.event.call.action or '?'}",
                f"{write.event.key}\n{write.event.source.sha256}",
                str(entry.seq),
            )
        )
        for entry, write in writes
    ]
    return Section(
        title="API events",
        says="Each write as the cloud logged it, with the SHA-256 of the record as it was delivered. Its"
        f" parameters stand below without secrets. {dossier.raw_says}",
        columns=(
            Column(name="Time", width=18, look=Look.QUIET),
            Column(name="Call", width=24, look=Look.STRONG),
            Column(name="Record, and its SHA-256", width=51, look=Look.CODE),
            Column(name="Entry", width=7, look=Look.QUIET),
        ),
        rows=rows,
        texts=[
            Text(caption=_caption(write), body=json.dumps(write.event.request, indent=2, ensure_ascii=False))
            for _, write in writes
            if write.event.request is not None
        ],
    )


def _caption(write: Write) -> str:
    cut = f"; cut out: {', '.join(write.event.redacted)}" if write.event.redacted else ""
    return f"Parameters of {write.event.call.action or 'the call'}, {write.event.key}{cut}"


def _ticket(dossier: Dossier) -> Section:
    rows = [TableRow(cells=cells, tone=tone) for cells, tone in dossier.ticket.rows()]
    texts = [Text(caption=caption, body=body) for caption, body in dossier.ticket.texts()]
    return Section(
        title="The ticket, then and now",
        says=dossier.ticket.says,
        columns=(
            Column(name="What", width=20, look=Look.STRONG),
            Column(name="Is", width=80, look=Look.CODE),
        ),
        rows=rows,
        texts=texts,
    )


def _entries(dossier: Dossier) -> Section:
    rows = [
        TableRow(
            cells=(
                str(entry.seq),
                entry.kind.value,
                format_time(entry.recorded_at),
                dossier.leaf_hash(entry.seq),
            )
        )
        for entry in dossier.facts.entries
    ]
    return Section(
        title="Entries of the ledger",
        says=f"Each is in the sealed ledger of {dossier.checkpoint.size} entries with the root"
        f" {dossier.checkpoint.root}: dossier.json proves it, ledger/entries.jsonl has the entry itself.",
        columns=(
            Column(name="Entry", width=8, look=Look.STRONG),
            Column(name="Kind", width=16),
            Column(name="Recorded", width=25, look=Look.QUIET),
            Column(name="Leaf hash", width=51, look=Look.CODE),
        ),
        rows=rows,
    )


def _approved(approver: str | None, at: datetime | None) -> str:
    return f"by {approver}" + (f", {_moment(at)} UTC" if at else "") if approver else "no approval is known"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else "time not known"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… (cut)"
