"""Renders the page that a reader of the pack opens first, from what was written."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from drift.ledger.note import SigningKey
from drift.model.control import Support
from drift.model.verdict import Disposition
from drift.reports.census.count import NOT_KNOWN
from drift.reports.figures import percent
from drift.reports.lanes import lane_texts
from drift.reports.pack.contents import Contents
from drift.reports.pack.dossiers import FOLDER as DOSSIERS
from drift.reports.pack.making import in_words
from drift.reports.pack.mapping import CONTROL_MAP, NOT_PROVEN, answers
from drift.reports.pack.operated import operated
from drift.reports.pack.registers.covered import covered_of, minutes_of
from drift.reports.pack.view import View
from drift.reports.pages import template

FOLDERS = {
    "01_ipe": "How the lists were made (information produced by the entity, IPE)",
    "02_population": "The populations: all changes, all findings",
    "03_sample": "Samples, and how to draw them again",
    "04_emergency": "Emergencies",
    "05_deviation_candidates": "Deviation candidates, with write-ups for management to complete",
    "06_sod": "Who did what: segregation of duties",
    "07_pipeline_controls": "How repositories and pipelines were controlled",
    "08_baseline": "What is declared, and how much of what exists",
    "09_detector": "Whether the watch itself worked",
    "10_mapping": "Points of focus, and what this does not prove",
    "11_company": "The company's own documents and words",
    "12_reviews": "Reviews that people signed, or should have",
    "13_access": "Who signed in, and who may write",
    "ledger": "Who holds checkpoints of the ledger outside",
}
"""What each folder is for, in the order of the pack."""

ERASED = "Their entries were erased, or older versions made them without a lane."

MOST_DOCUMENTS = 6
"""Of a folder, this many are named; of more, it is said how many there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of the table of contents."""

    title: str
    files: tuple[str, ...]
    rows: int | None
    """`None`: it is no listing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """How much of the period a source was read."""

    name: str
    since: str
    share: str
    is_whole: bool


def start_page(view: View, key: SigningKey, contents: Contents) -> str:
    """Return the page as HTML without scripts, all of it in one file."""
    said = answers(view, contents)
    working = operated(view).values()
    return template("start_here.html.j2").render(
        origin=key.name,
        period=in_words(view.request.period),
        sealed_at=f"{view.sealed.made_at:%Y-%m-%d %H:%M}",
        counts=view.population.counts,
        breakdown=_breakdown,
        sources=tuple(_sources(view)),
        lacking=tuple(one.said for one in working if one.is_lacking),
        lanes=tuple(_lanes(view)),
        dispositions=_dispositions(view),
        folders=tuple(_folders(contents)),
        support=Counter(one.support.value for one in said),
        supports=tuple(Support),
        control_map=CONTROL_MAP,
        not_proven=NOT_PROVEN,
        verifier_key=key.verifier_key,
        checkpoint_note=view.sealed.note,
        tool_version=view.request.tool_version,
    )


def _sources(view: View) -> Iterator[SourceLine]:
    covered = covered_of(view)
    for name, spans in covered.by_source.items():
        read = minutes_of(spans)
        share, is_whole = percent(read, covered.minutes), 0 < read == covered.minutes
        yield SourceLine(
            name=name,
            since=f"{spans[0][0]:%Y-%m-%d %H:%M}" if spans else "never",
            share="all" if is_whole else f"{share} %" if share else "none of it",
            is_whole=is_whole,
        )


def _dispositions(view: View) -> tuple[str, ...]:
    """Return the dispositions that there are, in the order of the word list."""
    found = {_known(disposition) for _, disposition in view.population.lanes}
    known = [one.value for one in Disposition if one.value in found]
    return (*known, *sorted(found - set(known)))


def _lanes(view: View) -> Iterator[tuple[str, str, Mapping[str, int]]]:
    """Yield each lane with its meaning and its changes by disposition, then what nothing is left of."""
    meanings = {lane.value: text.meaning for lane, text in lane_texts().items()}
    counted = defaultdict[str, Counter[str]](Counter)
    for (lane, disposition), count in view.population.lanes.items():
        counted[_known(lane)][_known(disposition)] += count
    for lane in (*meanings, *sorted(counted.keys() - meanings.keys())):
        yield lane, meanings.get(lane, ERASED), counted[lane]


def _known(word: str) -> str:
    """Return what an entry says; of one whose body was erased nothing is left."""
    return NOT_KNOWN if word == str(None) else word


def _folders(contents: Contents) -> Iterator[tuple[str, str, tuple[Line, ...]]]:
    """Yield each folder with what it is for and what stands in it."""
    lines = sorted((*_listings(contents), *_documents(contents)), key=lambda line: line.files[0])
    for folder, found in groupby(lines, lambda line: line.files[0].partition("/")[0]):
        yield folder, FOLDERS.get(folder, ""), tuple(found)


def _listings(contents: Contents) -> Iterator[Line]:
    for one in contents.listings:
        yield Line(title=one.listing.title, files=one.files, rows=one.rows)


def _documents(contents: Contents) -> Iterator[Line]:
    above = sorted(path for path in contents.documents if not path.startswith(f"{DOSSIERS}/"))
    for folder, found in groupby(above, lambda path: path.rpartition("/")[0]):
        paths = tuple(found)
        if len(paths) > MOST_DOCUMENTS:
            yield Line(title=f"{len(paths):,} documents", files=(f"{folder}/",), rows=None)
        else:
            yield from (Line(title="", files=(path,), rows=None) for path in paths)


def _breakdown(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {_known(name)}" for name, count in counts.items()) or "none"
