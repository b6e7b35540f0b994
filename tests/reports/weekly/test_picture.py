"""The weekly mail as people see it: light and dark, on a phone and on a wide screen."""

from pathlib import Path

import pytest

from drift.reports.weekly.html import weekly_html
from drift.reports.weekly.page import page_of
from drift.reports.weekly.report import WeeklyReport
from tests.reports.weekly.examples import a_busy_report, an_empty_report
from tests.reports.weekly.pictures import picture, size

WEEKS = {"busy": a_busy_report, "empty": an_empty_report}


def html_of(report: WeeklyReport) -> str:
    return weekly_html(page_of(report))


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("width", [360, 1400])
def test_nobody_has_to_scroll_sideways(tmp_path: Path, week: str, width: int) -> None:
    assert size(html_of(WEEKS[week]()), tmp_path, width=width)[0] == width


def test_it_is_dark_where_the_readers_program_is(tmp_path: Path) -> None:
    html = html_of(a_busy_report())

    light = picture(html, tmp_path, width=760, height=900)
    dark = picture(html, tmp_path, width=760, height=900, dark=True)

    assert light.getpixel((2, 2)) == (0xF3, 0xF5, 0xF8)
    assert dark.getpixel((2, 2)) == (0x12, 0x16, 0x1C)
    assert dark.getpixel((680, 30)) == (0x1B, 0x21, 0x29)


def test_the_bars_of_twelve_weeks_are_drawn_and_the_last_stands_out(tmp_path: Path) -> None:
    shot = picture(html_of(a_busy_report()), tmp_path, width=760)
    found = {colour: count for count, colour in shot.getcolors(maxcolors=2**24) or []}

    assert found[(0x2F, 0x5F, 0x9E)] > 500
    assert found[(0x9F, 0xB3, 0xCC)] > 3000


def test_what_was_not_seen_is_red(tmp_path: Path) -> None:
    shot = picture(html_of(an_empty_report()), tmp_path, width=760, height=900)
    found = {colour for _, colour in shot.getcolors(maxcolors=2**24) or []}

    assert (0xB3, 0x26, 0x1E) in found
    assert (0x1F, 0x7A, 0x45) not in found
