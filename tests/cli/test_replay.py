"""`drift replay`, as its users call it."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from drift import wiring
from drift.cli import main
from drift.ledger.log import entries
from drift.store.changes import changes
from tests.cli.processes import drift, everything_in
from tests.scenarios.world import FIXTURES, lay_out

STORIES = ["console-change-with-ticket", "pipeline-apply-reviewed", "s3-console-public"]

OTHER_RULES = """
[[exclusion]]
name = "buckets"
reason = "Buckets do not matter."
service = "s3"
"""

UNTICKETED = 2
"""Changes of the story of the bucket."""


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A folder with a configuration and the records of some stories, and no store yet."""
    return lay_out(tmp_path, STORIES).parent


@pytest.fixture(scope="module")
def once_watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with everything judged and told."""
    world = lay_out(tmp_path_factory.mktemp("watched"), STORIES).parent
    assert drift(world, "run", "--once").code == 0
    return world


@pytest.fixture
def watched(once_watched: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(once_watched, tmp_path / "copy"))


def other_rules(world: Path) -> None:
    (world / "other.toml").write_text((world / "config.toml").read_text() + OTHER_RULES)


def test_an_archive_is_taken_in_by_its_path_and_nobody_is_told(world: Path) -> None:
    done = drift(world, "replay", "s3-console-public/audit-log.json")

    assert (done.code, done.err) == (0, "")
    assert "2 change" in done.out
    assert "1 session judged, and nobody was told" in done.out
    assert "2 unticketed" in drift(world, "changes").err
    assert drift(world, "run", "--once").code == 0
    assert list((world / "alerts").glob("*")) == []


def test_what_it_took_in_is_one_object_of_json(world: Path) -> None:
    done = drift(world, "replay", "trail", "--since", "2026-11-20", "--until", "2026-11-21T00:00Z", "--json")

    told = json.loads(done.out)
    assert told["records"] == sum(told["became"].values()) + told["outside"]
    assert told["outside"] > 0
    assert told | {"became": {}, "records": 0, "outside": 0} == {
        "source": "trail",
        "since": "2026-11-20T00:00:00Z",
        "until": "2026-11-21T00:00:00Z",
        "records": 0,
        "became": {},
        "outside": 0,
        "sessions": 1,
        "complete": True,
    }
    assert told["became"]["change"] == UNTICKETED


def test_what_is_in_the_store_already_is_told_to_be(watched: Path) -> None:
    before = drift(watched, "changes").out

    done = drift(watched, "replay", "trail")

    assert "duplicate" in done.out
    assert "change" not in done.out
    assert drift(watched, "changes").out == before


def test_other_rules_are_tried_and_no_byte_of_the_store_or_the_ledger_changes(watched: Path) -> None:
    other_rules(watched)
    before = everything_in(watched)

    done = drift(watched, "replay", "trail", "--policy", "other.toml")

    assert done.code == 0
    assert done.out.count("unticketed -> left out") == UNTICKETED
    assert done.out.count("the policy leaves it out: Buckets do not matter.") == UNTICKETED
    assert f"{UNTICKETED} would stand differently" in done.err
    assert everything_in(watched) == before


def test_what_would_stand_differently_is_a_line_of_json_each(watched: Path) -> None:
    other_rules(watched)

    done = drift(watched, "replay", "trail", "--policy", "other.toml", "--json")

    first, second = map(json.loads, done.out.splitlines())
    assert first["resource"] == {"type": "aws_s3_bucket_public_access_block", "id": "example-brand-assets"}
    assert first["actor"] == "judy@example.com"
    assert first["before"]["disposition"] == "unticketed"
    assert first["after"] == {
        "disposition": None,
        "reasons": ["the policy leaves it out: Buckets do not matter."],
    }
    assert drift(watched, "show", second["change_id"]).code == 0


def test_rules_by_which_a_ticket_is_none_leave_its_change_without_one(watched: Path) -> None:
    text = (watched / "config.toml").read_text()
    (watched / "other.toml").write_text(text.replace('["OPS", "INC"]', '["NONE"]'))

    done = drift(watched, "replay", "trail", "--policy", "other.toml", "--json")

    (told,) = map(json.loads, done.out.splitlines())
    assert told["actor"] == "bob@example.com"
    assert (told["before"]["disposition"], told["after"]["disposition"]) == ("authorised", "unticketed")
    assert "erin@example.com approved OPS-412 before the first write" in told["before"]["reasons"]


def test_the_same_rules_change_nothing(watched: Path) -> None:
    done = drift(watched, "replay", "trail", "--policy", "config.toml")

    assert (done.code, done.out) == (0, "")
    assert "0 would stand differently" in done.err


def test_rules_can_be_tried_before_there_is_a_store(world: Path) -> None:
    other_rules(world)
    before = everything_in(world)

    done = drift(world, "replay", "trail", "--policy", "other.toml")

    assert done.out.count("unticketed -> left out") == UNTICKETED
    assert everything_in(world) == before


def test_the_vault_is_judged_again_with_who_was_known_to_stand_behind_each_call(world: Path) -> None:
    """
    Sign-ins are not kept in the vault, so the records alone do not tell who acted in a role.
    """
    (world / "vault-key").write_text("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
    with (world / "config.toml").open("a") as config:
        config.write(
            '\n[[vault]]\nname = "raw"\ntype = "local-folder"\nfolder = "vault"\nkey_file = "vault-key"\n'
        )
    assert drift(world, "run", "--once").code == 0
    other_rules(world)

    same = drift(world, "replay", "raw", "--policy", "config.toml")
    other = drift(world, "replay", "raw", "--policy", "other.toml", "--json")

    assert "0 would stand differently" in same.err
    assert [json.loads(line)["actor"] for line in other.out.splitlines()] == ["judy@example.com"] * 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], '"nowhere" is no path, and nothing of that name is configured'),
        (["trail", "--since", "2026-11-20", "--until", "2026-11-20"], "is not after --since"),
        (["trail", "--since", "yesterday"], '"yesterday" is no time'),
        (["trail", "--policy", "nothing.toml"], "nothing.toml"),
        (["no/*.json"], "no file fits"),
        ([], "Missing argument 'SOURCE'"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(world: Path, arguments: list[str], said: str) -> None:
    done = drift(world, "replay", *arguments)

    assert done.code == 2
    assert said in done.err


def test_a_record_that_cannot_be_read_is_named_and_the_rest_is_taken_in(world: Path) -> None:
    (world / "old").mkdir()
    shutil.copy(FIXTURES / "s3-console-public" / "audit-log.json", world / "old" / "b.json")
    (world / "old" / "a.json").write_text('{"what": 1}')

    done = drift(world, "replay", "old")

    assert done.code == 2
    assert "1 record unreadable; `drift classify" in done.err
    assert "2 change" in done.out


def test_what_is_fresh_is_left_to_those_who_tell_of_it(world: Path) -> None:
    config = world / "config.toml"
    config.write_text(config.read_text().replace('source = "records"', 'source = "system"'))

    done = drift(world, "replay", "trail", "--until", "2199-01-01")

    assert done.code == 0
    assert "is left to `drift run`, which tells of it" in done.err
    assert "2199" not in done.out


def test_a_bar_is_shown_on_a_terminal_only(
    world: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(world)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    with pytest.raises(SystemExit):
        main(["replay", "s3-console-public"])

    printed = capsys.readouterr()
    assert "records" in printed.err
    assert printed.out.count("\n") == 1


@pytest.mark.parametrize("number", range(3))
def test_a_replay_that_is_killed_goes_on_and_ends_like_one_that_was_not(
    number: int, undisturbed: tuple[list[str], float], tmp_path: Path
) -> None:
    whole, seconds = undisturbed
    world = lay_out(tmp_path).parent
    process = started(world)
    time.sleep(random.Random(number).uniform(0.4, 0.9) * seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert started(world).wait() == 0

    assert ending(world) == whole


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], float]:
    """How a replay of all stories ends, and how many seconds it takes."""
    world = lay_out(tmp_path_factory.mktemp("undisturbed")).parent
    began = time.monotonic()
    assert started(world).wait() == 0
    return ending(world), time.monotonic() - began


def started(world: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "drift", "replay", "trail"]
    return subprocess.Popen(command, cwd=world, stdout=subprocess.DEVNULL)


def ending(world: Path) -> list[str]:
    """Return how each change stands, and of what the ledger tells."""
    settings = wiring.settings_without_secrets(str(world / "config.toml"))
    with wiring.open_database(settings) as database, database.reading() as connection:
        stand = [
            f"{row.change.change_id} {row.judgement and row.judgement.decision} {len(row.change.writes)}"
            for row in changes(connection)
        ]
        kinds = sorted(f"{one.kind} {one.ref}" for one in entries(connection) if one.kind != "config-version")
    return [*stand, *(kind for kind in kinds if "checkpoint" not in kind and "coverage" not in kind)]


QUEUES = {
    "cloudtrail-queue": 'queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/driftledger"',
    "eventbridge-queue": 'queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/driftledger"',
    "gcp-pubsub": 'subscription = "projects/example-audit/subscriptions/driftledger"',
    "azure-event-hub": 'hub = "insights-activity-logs"\nnamespace = "example.servicebus.windows.net"',
}


@pytest.mark.parametrize("type_", QUEUES)
@pytest.mark.parametrize("more", [(), ("--policy", "config.toml")], ids=["taken-in", "tried"])
def test_a_queue_is_refused_before_anything_is_asked_of_it(
    world: Path, type_: str, more: tuple[str, ...]
) -> None:
    """
    What is read out of a queue is taken from the daemon.
    """
    config = world / "config.toml"
    table = f'\n[[audit_log]]\nname = "queue"\ntype = "{type_}"\n{QUEUES[type_]}\n'
    config.write_text(config.read_text() + table)

    done = drift(world, "replay", "queue", *more)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith('drift: "queue" is a queue, which is for `drift run` alone to read; name what')
    assert not (world / "store.sqlite3").exists()
