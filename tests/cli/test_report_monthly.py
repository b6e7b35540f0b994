"""`drift report monthly`, on a terminal and by mail."""

from pathlib import Path

import pytest

from drift.model.verdict import Disposition
from tests.builders import a_judgement
from tests.cli.running import Drift
from tests.cli.test_report_send import mail, part
from tests.providers.channels.fake_mail import FakeMail
from tests.world import World

__all__ = ["mail"]


def test_the_month_is_looked_back_at(drift: Drift, world: World) -> None:
    world.happened(judged=a_judgement(Disposition.EMERGENCY))
    world.sealed()

    ran = drift("report", "monthly", "--month", "2026-11")

    assert ran.code == 0
    assert ran.lines[0].endswith("Infra change control - 2026-11 - example")
    assert "SAMPLE OF THE MONTH" in ran.out
    assert "No sample was drawn of 2026-11" in ran.out


def test_it_is_mailed_to_whom_asked_for_it_and_once(
    drift: Drift, mail: FakeMail, world: World, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        config.read_text().replace('audience = "managers"', 'audience = "managers"\nmonthly = true')
    )
    world.happened(judged=a_judgement())
    world.sealed()

    first = drift("report", "monthly", "--month", "2026-11", "--send")
    again = drift("report", "monthly", "--month", "2026-11", "--send")

    assert first.out == "1 letter sent, 1 of them written now\n"
    assert again.out == "0 letters sent, 0 of them written now\n"
    [letter] = mail.letters
    assert letter["To"] == "leads@example.com"
    for kind in ("plain", "html"):  # the store of this test was read by no source
        assert "None was seen in this month, of which 0.0 % is covered." in part(letter, kind)


@pytest.mark.parametrize(
    "arguments", [("--month", "november"), ("--for", "nobody"), ("--send", "--for", "managers")]
)
def test_what_makes_no_sense_is_refused(drift: Drift, arguments: tuple[str, ...]) -> None:
    assert drift("report", "monthly", *arguments).code == 2
