from datetime import timedelta
from pathlib import Path

from drift.model.resource import Resource
from tests.builders import NOON, a_finding, a_judgement
from tests.cli.running import Drift, OnTerminal
from tests.world import World

DAY = timedelta(days=1)


def test_the_week_of_a_recording_is_the_one_it_ends_in(drift: Drift, world: World) -> None:
    world.happened(judged=a_judgement())

    ran = drift("report", "weekly")

    assert ran.code == 0
    assert ran.lines[0] == "[1 needs you, not all seen] Infra change control - wk 47 - example"
    assert ran.err == ""


def test_the_last_whole_week_is_taken_where_it_has_writes(drift: Drift, world: World) -> None:
    world.happened(at=NOON - 7 * DAY, judged=a_judgement())
    world.happened(judged=a_judgement())

    assert " wk 46 " in drift("report", "weekly").lines[0]


def test_a_week_can_be_asked_for(drift: Drift, world: World) -> None:
    world.happened(judged=a_judgement())

    assert " wk 45 " in drift("report", "weekly", "--week", "2026-W45").lines[0]


def test_what_is_no_week_is_refused(drift: Drift) -> None:
    ran = drift("report", "weekly", "--week", "47")

    assert ran.code == 2
    assert '"47" is no week: write 2026-W47' in ran.err


def test_the_report_is_written_as_html_or_text_by_the_name_of_its_file(
    drift: Drift, world: World, tmp_path: Path
) -> None:
    world.happened(judged=a_judgement())
    html, text = tmp_path / "weekly.html", tmp_path / "weekly.txt"

    ran = drift("report", "weekly", "--out", str(html))
    drift("report", "weekly", "--out", str(text))

    assert ran.out == ""
    assert ran.err == f"{html}: [1 needs you, not all seen] Infra change control - wk 47 - example\n"
    assert html.read_text().startswith("<!DOCTYPE html>")
    assert text.read_text() == drift("report", "weekly").out


def test_the_same_store_gives_the_same_bytes(drift: Drift, world: World, tmp_path: Path) -> None:
    world.happened(judged=a_judgement())
    world.compared(a_finding())
    world.sealed()

    for name in ("one.html", "two.html"):
        drift("report", "weekly", "--out", str(tmp_path / name))

    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_another_kind_of_file_is_refused_before_anything_is_read(drift: Drift, tmp_path: Path) -> None:
    ran = drift("report", "weekly", "--out", str(tmp_path / "weekly.pdf"))

    assert ran.code == 2
    assert ran.err == f"drift: {tmp_path / 'weekly.pdf'} is no name for a report; end it in .html or .txt\n"


def test_a_place_that_cannot_be_written_leaves_nothing_half_done(drift: Drift, tmp_path: Path) -> None:
    ran = drift("report", "weekly", "--out", str(tmp_path / "nowhere" / "weekly.html"))

    assert ran.code == 2
    assert "cannot be written" in ran.err
    assert ran.err.count("\n") == 1


def test_an_empty_store_is_not_taken_for_a_quiet_week(drift: Drift) -> None:
    ran = drift("report", "weekly")

    assert ran.lines[0].startswith("[not all seen]")
    assert "trail delivered nothing" in ran.out
    assert "0 seen" in ran.out


def test_the_report_can_be_written_over_an_older_one(drift: Drift, world: World, tmp_path: Path) -> None:
    file = tmp_path / "weekly.txt"
    file.write_text("old")
    world.happened()

    drift("report", "weekly", "--out", str(file))

    assert file.read_text().startswith("[")
    assert list(tmp_path.glob(".*.part")) == []


def test_a_narrow_terminal_gets_a_narrow_report(drift: Drift, world: World, on_terminal: OnTerminal) -> None:
    world.happened(judged=a_judgement())

    narrow = on_terminal(70, drift, "report", "weekly")

    assert "-" * 70 in narrow
    assert max(map(len, narrow)) <= 70


def test_the_help_says_which_week_is_taken(drift: Drift) -> None:
    helped = " ".join(drift("report", "weekly", "--help").out.split())

    assert "default: the last whole week, or the week of the newest write where a recording" in helped


def test_any_other_days_can_be_reported(drift: Drift, world: World) -> None:
    world.happened(at=NOON - 7 * DAY, judged=a_judgement())
    world.happened(judged=a_judgement())

    ran = drift("report", "weekly", "--since", "2026-11-09", "--until", "2026-11-16")
    so_far = drift("report", "weekly", "--since", "2026-11-16")

    assert " - 2026-11-09 to 2026-11-16 - example" in ran.lines[0]
    assert "in 2 changes by hand" in ran.out
    assert " - 2026-11-16 to 2026-11-16 - example" in so_far.lines[0]


def test_days_that_are_none_are_refused_with_the_next_step(drift: Drift) -> None:
    backwards = drift("report", "weekly", "--since", "2026-11-16", "--until", "2026-11-09")
    both = drift("report", "weekly", "--week", "2026-W47", "--since", "2026-11-09")
    half = drift("report", "weekly", "--until", "2026-11-09")
    years = drift("report", "weekly", "--since", "2020-01-01", "--until", "2026-11-09")

    assert [ran.code for ran in (backwards, both, half, years)] == [2, 2, 2, 2]
    assert "--since is the first day, and --until the last" in backwards.err
    assert "name a --week, or --since and --until" in both.err
    assert "the time is not clear" in half.err
    assert "at most 400" in years.err


def test_managers_read_no_name_and_a_team_its_own_rows(drift: Drift, world: World, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        config.read_text() + '[[team]]\nname = "network"\n'
        '[[owner]]\nname = "groups"\nteam = "network"\nresource_type = "aws_security_group"\n'
    )
    world.happened(judged=a_judgement())
    world.happened(resource=Resource(type="aws_s3_bucket", id="logs"), judged=a_judgement())

    responders, managers, network, nobody = (
        drift("report", "weekly", "--for", whom) for whom in ("responders", "managers", "network", "nobody")
    )

    assert "alice@example.com" in responders.out
    assert "alice" not in managers.out
    assert "a person" in managers.out
    assert network.lines[0].endswith(" - example - network")
    assert "sg-0abc" in network.out
    assert "logs" not in network.out
    assert nobody.code == 2
    assert "name one of responders, auditors, managers, or a team: network" in nobody.err
