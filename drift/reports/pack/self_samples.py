"""The samples that the watch drew itself, month by month, and what people saw who read them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from drift.ledger.entry import format_time
from drift.model.evidence import EntryKind
from drift.model.self_sample import ReadCheck, SelfSample
from drift.reports.pack.listing import Fields, Listing
from drift.reports.pack.view import Recorded, View
from drift.reports.read_checks import ReadSample, read_samples

SAMPLE_COLUMNS = (
    *("month", "population", "drawn", "lacking", "to_read", "read", "otherwise", "reader", "due_at"),
    *("standing", "recorded_at", "ledger_seq", "leaf_hash"),
)
READ_COLUMNS = (
    *("month", "change_id", "read_seq", "result", "notes", "by", "at"),
    *("recorded_at", "ledger_seq", "leaf_hash"),
)


def self_samples(view: View) -> Iterator[Listing]:
    """Yield the months' samples and their reads, of the whole ledger."""
    drawn = list(view.entries(EntryKind.SELF_SAMPLE, SelfSample))
    reads = list(view.entries(EntryKind.READ_CHECK, ReadCheck))
    yield Listing(
        path="03_sample/self_samples",
        title="The company's own samples",
        lists="Every `self_sample` entry: how many changes of a month were drawn and what they lack, who is"
        " to read some of them by when, and how far that was when the ledger was sealed.",
        columns=SAMPLE_COLUMNS,
        rows=_samples(drawn, [one.body for one in reads], view.sealed.made_at),
    )
    yield Listing(
        path="03_sample/self_sample_reads",
        title="Reads of the company's own samples",
        lists="Every `read_check` entry: who read a change, and whether it was as recorded.",
        limits=("Of several about one change, the latest counts.",),
        columns=READ_COLUMNS,
        rows=(_read(one) for one in reads),
    )


def _samples(
    drawn: Sequence[Recorded[SelfSample]], reads: Sequence[ReadCheck], at: datetime
) -> Iterator[Fields]:
    together = read_samples((one.body for one in drawn), reads)
    for one, found in zip(drawn, together, strict=True):
        yield {**_sample(found, at), **_place(one)}


def _sample(found: ReadSample, at: datetime) -> Fields:
    sample = found.sample
    return {
        "month": sample.month,
        "population": sample.population,
        "drawn": len(sample.drawn),
        "lacking": len(sample.lacking),
        "to_read": list(sample.to_read),
        "read": len(set(sample.to_read) & set(found.reads)),
        "otherwise": len(found.otherwise),
        "reader": sample.reader,
        "due_at": format_time(sample.due_at) if sample.due_at else None,
        "standing": found.standing(at).value,
    }


def _read(one: Recorded[ReadCheck]) -> Fields:
    read = one.body
    return {
        "month": read.month,
        "change_id": read.change_id,
        "read_seq": read.read_seq,
        "result": read.result.value,
        "notes": read.notes,
        "by": read.by.name,
        "at": format_time(read.at),
        **_place(one),
    }


def _place(one: Recorded[SelfSample] | Recorded[ReadCheck]) -> Fields:
    entry = one.entry
    return {
        "recorded_at": format_time(entry.recorded_at),
        "ledger_seq": entry.seq,
        "leaf_hash": entry.leaf_hash.hex(),
    }
