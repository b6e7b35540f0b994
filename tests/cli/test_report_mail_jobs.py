"""The jobs of the daemon that mail reports."""

from pathlib import Path

import pytest

from drift import wiring
from drift.cli.report_mail_jobs import report_mail_jobs
from drift.model.turn import Turn
from drift.timetable import Job
from tests.builders import a_judgement
from tests.cli.running import Drift
from tests.cli.test_report_send import mail
from tests.providers.channels.fake_mail import PASSWORD, FakeMail
from tests.world import World

__all__ = ["mail"]


def jobs(world: World, tmp_path: Path) -> dict[str, Job]:
    settings = wiring.settings_of(str(tmp_path / "config.toml"))
    return {one.name: one for one in report_mail_jobs(world.database, lambda: settings)}


def configure(tmp_path: Path, old: str, new: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(config.read_text().replace(old, new))


def test_the_report_is_written_when_the_configuration_says_and_sent_at_once(
    drift: Drift, mail: FakeMail, world: World, tmp_path: Path
) -> None:
    world.happened(judged=a_judgement())
    found = jobs(world, tmp_path)

    assert found["weekly mail"].schedule == "0 6 * * mon"
    assert found["weekly mail"].wakes == ("send mail",)
    assert found["weekly mail"].run() == Turn(counts=(("letters", 3),))
    assert found["send mail"].run() == Turn(counts=(("letters", 3),))
    assert len(mail.letters) == 3

    assert found["weekly mail"].run() == Turn(counts=(("letters", 0),))
    assert found["send mail"].run() == Turn(counts=(("letters", 0),))
    assert len(mail.letters) == 3


def test_the_hour_is_that_of_the_time_zone(
    drift: Drift, mail: FakeMail, world: World, tmp_path: Path
) -> None:
    configure(tmp_path, 'send_at = "0 6 * * mon"', 'send_at = "0 6 * * mon"\ntime_zone = "Europe/Berlin"')

    trigger = jobs(world, tmp_path)["weekly mail"].trigger

    assert str(trigger.timezone) == "Europe/Berlin"


def test_a_month_is_mailed_only_where_somebody_asked_for_it(
    drift: Drift, mail: FakeMail, world: World, tmp_path: Path
) -> None:
    world.happened(judged=a_judgement())
    assert "monthly mail" not in jobs(world, tmp_path)

    configure(tmp_path, 'audience = "managers"', 'audience = "managers"\nmonthly = true')
    found = jobs(world, tmp_path)
    assert found["monthly mail"].run() == Turn(counts=(("letters", 1),))
    found["send mail"].run()

    [letter] = mail.letters
    assert "Infra change control - 2026-10 - example" in letter["Subject"]


def test_a_new_store_has_no_week_to_tell_of(
    drift: Drift, mail: FakeMail, world: World, tmp_path: Path
) -> None:
    assert jobs(world, tmp_path)["weekly mail"].run().is_put_off


@pytest.mark.parametrize("key", ["send_at", "[[report_mail]]"])
def test_without_a_time_or_anybody_to_send_to_there_are_no_jobs(
    drift: Drift, mail: FakeMail, world: World, tmp_path: Path, key: str
) -> None:
    text = (tmp_path / "config.toml").read_text()
    cut = (
        text.split("[[report_mail]]")[0] if key != "send_at" else text.replace('send_at = "0 6 * * mon"', "")
    )
    (tmp_path / "config.toml").write_text(cut)

    assert jobs(world, tmp_path) == {}


def test_a_server_that_takes_nothing_is_a_problem_and_the_letters_wait(
    drift: Drift, mail: FakeMail, world: World, tmp_path: Path
) -> None:
    mail.replies["DATA"] = "451 later"
    world.happened(judged=a_judgement())
    found = jobs(world, tmp_path)
    found["weekly mail"].run()

    turn = found["send mail"].run()

    assert turn.count("letters") == 0
    assert len(turn.problems) == 3
    assert PASSWORD not in str(turn)
