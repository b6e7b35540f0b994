"""`drift status`: whether the watch works, for people and for scripts."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from drift.ledger.log import append
from drift.model.event import Fate
from drift.model.evidence import EntryKind
from drift.model.person import People, Person
from drift.model.pipeline_control import Verifiable
from drift.model.run_log import RunLogs
from drift.model.trust import DeployingIdentity
from drift.read_checks import Readers, with_reader
from drift.reports.month import Month
from drift.reports.self_sample import draw_sample
from drift.stages.record import record_controls, record_deployment, record_trust
from drift.store import anchors, job_runs
from drift.store.covered import keep_source_read
from drift.store.deployments import note_run, waiting_runs
from drift.store.people import keep_people, note_directory_outage
from drift.store.tally import Tally
from tests.builders import NOON, a_deployment, a_judgement, an_event
from tests.cli.running import Drift
from tests.scenarios.forge import a_repository
from tests.world import World

ERROR = "the bucket does not answer"


def ran(world: World, *, ago: timedelta, failed: bool = False) -> None:
    """The job that reads the source ran."""
    at = datetime.now(UTC) - ago
    with world.database.transaction() as connection:
        if failed:
            job_runs.note_failure(connection, "read trail", ERROR, at)
        else:
            job_runs.note_success(connection, "read trail", at)
            keep_source_read(connection, "trail", at, at)


def read(world: World, *, ago: timedelta) -> None:
    """A record of that age was read."""
    tally = Tally("trail")
    tally.count(an_event(at=datetime.now(UTC) - ago), Fate.READ)
    with world.database.transaction() as connection:
        tally.keep(connection)


def test_a_new_store_says_that_nothing_ran(drift: Drift) -> None:
    done = drift("status")

    assert done.code == 0
    assert done.lines == [
        "source    trail: no record yet, never read to its end",
        "jobs      none ran yet: `drift run` runs them, `drift run --once` does without",
        "alerts    none yet",
        "findings  0 open",
        "evidence  0 entries, never sealed",
    ]


def test_sources_and_jobs_say_how_long_ago_they_did_something(drift: Drift, world: World) -> None:
    read(world, ago=timedelta(hours=3))
    read(world, ago=timedelta(hours=5))
    ran(world, ago=timedelta(minutes=7, seconds=30))

    lines = drift("status").lines

    assert "source    trail: newest record 3 h ago, read to its end 7 min ago" in lines
    assert "job       read trail: done 7 min ago" in lines


def test_what_fails_says_since_when_and_why(drift: Drift, world: World) -> None:
    ran(world, ago=timedelta(hours=4, minutes=1))
    ran(world, ago=timedelta(minutes=2), failed=True)
    ran(world, ago=timedelta(minutes=1), failed=True)
    world.cannot_be_read()

    lines = drift("status").lines

    assert f"job       read trail: done 4 h ago; failed 2 times since: {ERROR}" in lines
    assert any(line.endswith(f"it cannot be read: {ERROR}") for line in lines)


def test_it_says_how_much_is_not_sealed_yet(drift: Drift, world: World) -> None:
    world.happened()
    world.sealed()
    world.unreadable()

    [line] = (line for line in drift("status").lines if line.startswith("evidence"))

    assert line.endswith("1 entry since")


def test_a_script_gets_one_object_with_every_key(drift: Drift, world: World) -> None:
    ran(world, ago=timedelta(minutes=1))

    report = json.loads(drift("status", "--json").out)

    keys = (
        "at sources jobs alerts gaps dead_letters findings evidence controls self_sample budgets directories"
        " anchors reviews"
    )
    assert list(report) == keys.split()
    [source], [job] = report["sources"], report["jobs"]
    assert (source["name"], source["newest_record_at"], source["outage"]) == ("trail", None, None)
    assert 59 < source["read_age_seconds"] < 600
    assert (job["name"], job["failures"], job["last_error"]) == ("read trail", 0, None)
    assert set(report["alerts"]) == {"queued", "sent", "dead", "superseded", "folded", "withheld"}
    assert report["evidence"]["checkpoint_age_seconds"] is None


def test_an_identity_that_trusts_too_many_is_told_of_without_a_code_host(drift: Drift, world: World) -> None:
    role = "arn:aws:iam::111122223333:role/terraform-deploy"
    open_to_all = DeployingIdentity(
        name=role, status=Verifiable.READ, text="{}", too_wide=("anybody may assume it",)
    )
    with world.database.transaction() as connection:
        record_trust(connection, "aws", [open_to_all], "platform@example.com", NOON)

    lines = [line for line in drift("status").lines if line.startswith("control")]

    assert lines == [f"control   high: {role}: anybody may assume it (owner: platform@example.com)"]


def test_repositories_and_runs_are_told_of_once_a_code_host_tells_them(drift: Drift, world: World) -> None:
    at = datetime.now(UTC) - timedelta(hours=3)
    bad, good = a_repository("example/app", is_protected=False), a_repository("example/infra")
    run = replace(a_deployment(), conclusion="failure")
    with world.database.transaction() as connection:
        for one in (bad, good):
            record_controls(connection, "forge", one, None, at)
        note_run(connection, run, "chg-1", at)
        [row] = waiting_runs(connection)
        record_deployment(connection, row, "forge", run, RunLogs(), at)

    lines = drift("status").lines
    report = json.loads(drift("status", "--json").out)["controls"]

    assert [line for line in lines if line.startswith(("runs", "control"))] == [
        "runs      1 that made changes, of which 1 failed and 0 undid an earlier one",
        "controls  2 repositories, all looked at within the last 3 h, 1 finding",
        "control   high: example/app: nothing protects its default branch main (owner: platform@example.com)",
    ]
    assert (report["repositories"], report["runs"]) == (2, {"recorded": 1, "failed": 1, "undoing": 0})
    assert [one["weakness"] for one in report["findings"]] == ["unprotected-branch"]


def test_the_sample_of_a_month_names_what_lacks_something(drift: Drift, world: World) -> None:
    lacking = world.happened(judged=a_judgement())
    later = datetime(2026, 12, 2, 6, tzinfo=UTC)
    world.sealed(at=later)
    with world.database.transaction() as connection:
        sample = draw_sample(connection, Month(year=2026, number=11))
        assert sample is not None
        sample = with_reader(connection, sample, Readers(names=("erin",), people=People()), later)
        append(connection, kind=EntryKind.SELF_SAMPLE, ref="2026-11", body=sample, recorded_at=later)

    told, report = drift("status").lines[-2:], json.loads(drift("status", "--json").out)["self_sample"]

    assert told == [
        f"sample    2026-11: 1 of 1 change drawn, 1 of these lacking: {lacking.change_id} (ticket, approval)",
        f"reading   2026-11: {report['reading']}, 0 of 1 read by erin, due 2026-12-12",
    ]
    assert report.pop("reading") in ("open", "overdue")
    assert report == {
        "month": "2026-11",
        "population": 1,
        "drawn": 1,
        "lacking": {lacking.change_id: ["ticket", "approval"]},
        "reader": "erin",
        "due_at": "2026-12-12T06:00:00Z",
    }


def test_directories_say_whom_they_named_and_why_they_cannot_be_read(
    drift: Drift, world: World, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    tables = "".join(
        f'\n[[directory]]\nname = "{name}"\ntype = "okta"\nbase_url = "https://example.okta.com"\n'
        'token_env = "OKTA_TOKEN"\n'
        for name in ("idp", "new")
    )
    config.write_text(config.read_text() + tables)
    read_at = datetime.now(UTC) - timedelta(hours=3)
    people = [Person(name="alice@example.com"), Person(name="bob@example.com")]
    with world.database.transaction() as connection:
        keep_people(connection, "idp", people, read_at, read_at)
        note_directory_outage(connection, "idp", "Okta cannot be reached")

    lines = drift("status").lines
    report = json.loads(drift("status", "--json").out)["directories"]

    assert [line for line in lines if line.startswith("directory")] == [
        "directory idp: 2 people, read 3 h ago; it cannot be read: Okta cannot be reached",
        "directory new: 0 people, never read",
    ]
    assert [(one["name"], one["people"], one["outage"]) for one in report] == [
        ("idp", 2, "Okta cannot be reached"),
        ("new", 0, None),
    ]


ANCHOR = """
[[anchor]]
name = "tsa"
type = "rfc3161"
url = "https://tsa.example.com"
roots = "root.pem"
"""


def held(world: World, *, size: int, ago: timedelta) -> None:
    """The anchor took in a checkpoint of so many entries."""
    with world.database.transaction() as connection:
        anchors.note_held(connection, "tsa", size, size, datetime.now(UTC) - ago)


def test_an_anchor_says_how_much_it_does_not_hold(drift: Drift, world: World, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text((tmp_path / "config.toml").read_text() + ANCHOR)
    for _ in range(3):
        world.unreadable(at=datetime.now(UTC) - timedelta(minutes=7, seconds=5))

    before = drift("status").lines
    held(world, size=1, ago=timedelta(hours=2, seconds=5))
    after = drift("status").lines
    [told] = json.loads(drift("status", "--json").out)["anchors"]

    assert "anchor    tsa: holds nothing yet; 3 entries not held, the oldest 7 min ago" in before
    assert "anchor    tsa: holds 1 entry, 2 h ago; 2 entries not held, the oldest 7 min ago" in after
    assert (told["name"], told["size"], told["unheld_entries"]) == ("tsa", 1, 2)
    assert told["unheld_age_seconds"] > 420


def test_an_anchor_that_fails_says_why(drift: Drift, world: World, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text((tmp_path / "config.toml").read_text() + ANCHOR)
    now = datetime.now(UTC)
    with world.database.transaction() as connection:
        row = anchors.anchor_row(connection, "tsa")
        anchors.note_not_held(connection, row, "the authority is asleep", "wake it", now, now)

    assert (
        "anchor    tsa: holds nothing yet; failed 1 time since: the authority is asleep"
        in drift("status").lines
    )
