"""Renders a dossier's page as PDF, which audit portals take where they take no HTML.

The fonts are the ones that every reader of PDF has, so that nothing is embedded and the same page gives
the same bytes. They know Western European letters only: others are written as `\\u` and four digits.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from drift.reports.dossier.page import Column, Look, Page, Section, Text, Tone, cell_lines, text_lines
from drift.reports.pack.cells import visible

MARGIN = 42.0
"""Points."""

PADDING = 6.0
"""Points, which the frame of a page keeps on each side."""

_TALL = 10_000.0
"""Points: higher than anything that is measured."""

_SHADES = {
    Tone.GOOD: "#f1f8f2",
    Tone.CANDIDATE: "#fdf0ee",
    Tone.UNKNOWN: "#fff8e6",
    Tone.FIRST: "#eaf1fb",
}

_INK, _QUIET, _RULE = "#1c2430", "#50596a", "#d5dbe3"

_LETTERS = "Letters that its fonts lack are written here as \\u and four digits; dossier.html has them."


def pdf_of(page: Page) -> bytes:
    """Return the page as PDF."""
    # Slow to import, and most commands write none.
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN + 8,
        title=_plain(page.title),
        author="Driftledger",
        invariant=1,
    )
    numbered = _numbered(_plain(page.title))
    story = list(_story(page, document.width - 2 * PADDING))
    document.build(story, onFirstPage=numbered, onLaterPages=numbered)
    return out.getvalue()


def _story(page: Page, width: float) -> Iterator[Any]:
    from reportlab.platypus import Paragraph, Spacer

    yield Paragraph(_marked(page.title), _style(size=15, bold=True))
    yield Spacer(0, 4)
    yield Paragraph(_marked(page.lead), _style(size=10.5))
    yield Spacer(0, 8)
    columns = (Column(name="", width=16, look=Look.QUIET), Column(name="", width=84))
    yield _table(columns, [(labels, Tone.NONE) for labels in page.labels], width, ground="#f3f5f8")
    for section in page.sections:
        yield from _section(section, width)
    yield Spacer(0, 14)
    yield Paragraph(f"{_marked(page.foot)} {_marked(_LETTERS)}", _style(size=8, colour=_QUIET))


def _section(section: Section, width: float) -> Iterator[Any]:
    from reportlab.platypus import CondPageBreak, Paragraph, Spacer

    above = [Spacer(0, 14), Paragraph(_marked(section.title), _style(size=11.5, bold=True))]
    if section.says:
        above.append(Paragraph(_marked(section.says), _style(size=8.5, colour=_QUIET)))
    above.append(Spacer(0, 4))
    rows = [(row.cells, row.tone) for row in section.rows]
    first = [_table(section.columns, rows[:1], width, has_heading=True)] if rows else []
    # A heading stays with the first row below it, and not with all of them: that would leave pages empty.
    yield CondPageBreak(sum(one.wrap(width, _TALL)[1] for one in (*above, *first)))
    yield from above
    if rows:
        yield _table(section.columns, rows, width, has_heading=True)
    for text in section.texts:
        yield from _text(text)


def _table(
    columns: Any, rows: Any, width: float, *, has_heading: bool = False, ground: str | None = None
) -> Any:
    from reportlab.platypus import Paragraph, Table, TableStyle

    heading = [Paragraph(_marked(one.name), _style(size=7.5, bold=True, colour=_QUIET)) for one in columns]
    cells = [[_cell(text, column.look) for text, column in zip(row, columns, strict=True)] for row, _ in rows]
    style: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    if ground:
        style.append(("BACKGROUND", (0, 0), (-1, -1), ground))
    for number, (_, tone) in enumerate(rows, int(has_heading)):
        if tone in _SHADES:
            style.append(("BACKGROUND", (0, number), (-1, number), _SHADES[tone]))
        if tone is Tone.FIRST:
            style.append(("LINEABOVE", (0, number), (-1, number), 1, "#3a6fb7"))
    return Table(
        [heading, *cells] if has_heading else cells,
        colWidths=[width * column.width / 100 for column in columns],
        repeatRows=int(has_heading),
        style=TableStyle(style),
    )


def _cell(text: str, look: Look) -> Any:
    from reportlab.platypus import Paragraph

    lines = cell_lines(text)
    if look is Look.CODE:
        marked = "<br/>".join(_indented(line) for line in lines)
    else:
        quiet = f'<font face="Helvetica" size="7.5" color="{_QUIET}">'
        marked = "<br/>".join([_marked(lines[0]), *(f"{quiet}{_marked(one)}</font>" for one in lines[1:])])
    match look:
        case Look.CODE:
            return Paragraph(marked, _style(size=6.3, mono=True))
        case Look.STRONG:
            return Paragraph(marked, _style(size=8.5, bold=True))
        case Look.QUIET:
            return Paragraph(marked, _style(size=8, colour=_QUIET))
        case Look.PLAIN:
            return Paragraph(marked, _style(size=8.5))


def _text(text: Text) -> Iterator[Any]:
    from reportlab.platypus import Paragraph, Spacer

    yield Spacer(0, 6)
    yield Paragraph(_marked(text.caption), _style(size=8, bold=True, keeps_with_next=True))
    for line in text_lines(text.body):
        indent = len(line) - len(line.lstrip(" "))
        yield Paragraph(_marked(line) or "&nbsp;", _style(size=6.5, mono=True, indent=4 * min(indent, 40)))


def _style(
    *,
    size: float,
    bold: bool = False,
    mono: bool = False,
    colour: str = _INK,
    indent: float = 0,
    keeps_with_next: bool = False,
) -> Any:
    from reportlab.lib.styles import ParagraphStyle

    font = "Courier" if mono else "Helvetica-Bold" if bold else "Helvetica"
    return ParagraphStyle(
        name="",
        fontName=font,
        fontSize=size,
        leading=size * 1.3,
        textColor=colour,
        leftIndent=indent,
        keepWithNext=int(keeps_with_next),
        wordWrap="CJK" if mono else None,
        splitLongWords=1,
    )


def _numbered(title: str) -> Any:
    def draw(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 7.5)
        canvas.setFillColor(_QUIET)
        canvas.drawString(MARGIN, MARGIN - 14, title[:110])
        canvas.drawRightString(document.pagesize[0] - MARGIN, MARGIN - 14, f"page {document.page}")
        canvas.restoreState()

    return draw


def _indented(line: str) -> str:
    """Return a line with its indent, which would else be dropped."""
    bare = line.lstrip(" ")
    return "&nbsp;" * (len(line) - len(bare)) + _marked(bare)


def _marked(text: str) -> str:
    """Return text as what reportlab reads as text: nothing in it is an order."""
    return escape(_plain(text))


def _plain(text: str) -> str:
    """Return text in letters that the fonts have."""
    return visible(text).encode("cp1252", "backslashreplace").decode("cp1252")
