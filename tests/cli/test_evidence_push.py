"""`drift evidence push`: packs go where others work with them, and the ledger tells."""

import base64
import json
import re
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drift.cli.push_jobs import push_jobs
from drift.ledger.log import entries
from drift.model.event import RawRecord
from drift.model.evidence import EntryKind
from drift.wiring import raw_vault
from drift.wiring import settings_of as configured
from tests.builders import NOON, a_classification, a_judgement, a_write, an_actor, an_event
from tests.cli.running import CONFIG, Drift
from tests.providers.channels.fake_receiver import SECRET, FakeReceiver
from tests.providers.channels.http_server import Reply, serving
from tests.world import World

SHOWN = re.findall(
    r"```\n(drift .*?)\n```", (Path(__file__).parents[2] / "docs/push.md").read_text(), re.DOTALL
)

VAULT = """
[[vault]]
name = "raw"
type = "local-folder"
folder = "vault"
key_file = "vault-key"
"""

SINK = """
[[evidence_sink]]
name = "{name}"
type = "webhook"
url = "{url}/hook"
secret_env = "WEBHOOK_SECRET"
"""


@pytest.fixture
def receiver(
    drift: Drift, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeReceiver]:
    """A receiver that the configuration names, and a change to tell of."""
    place = FakeReceiver(attributes={"path", "data_base64"})
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    place.now = int(time.time())
    monkeypatch.chdir(tmp_path)
    world.happened("opened tcp/22 to 0.0.0.0/0")
    with serving(place.answer) as url:
        (tmp_path / "config.toml").write_text(CONFIG + SINK.format(name="hook", url=url))
        yield place


@pytest.fixture
def pushed_entries(world: World) -> Callable[[], list[dict[str, object]]]:
    """What the ledger tells of pushes."""

    def read() -> list[dict[str, object]]:
        with world.database.reading() as connection:
            return [json.loads(one.body or b"") for one in entries(connection, kind=EntryKind.PUSH)]

    return read


def test_the_commands_of_the_documents_push_a_pack_and_the_ledger_tells(
    drift: Drift, receiver: FakeReceiver, pushed_entries: Callable[[], list[dict[str, object]]]
) -> None:
    for line in SHOWN[0].splitlines():
        done = drift(*shlex.split(line)[1:])
        assert done.code == 0, done.err

    assert "hook: " in done.out
    assert "delivered (ledger entry " in done.out
    (body,) = pushed_entries()
    assert body["sink"] == "hook"
    [news] = [one for one in receiver.events.values() if one["type"].endswith("pack.v1")]
    assert news["data"]["manifest_sha256"] == body["manifest_sha256"] == news["subject"]
    assert {one["path"] for one in news["data"]["files"]} >= {"MANIFEST.json", "ledger/entries.jsonl"}


def test_a_push_that_broke_off_goes_on_with_what_is_left(
    drift: Drift, receiver: FakeReceiver, pushed_entries: Callable[[], list[dict[str, object]]]
) -> None:
    drift("evidence", "export", "--out", "pack")
    receiver.problems.append(Reply(status=503))

    broke_off = drift("evidence", "push", "pack")
    assert (broke_off.code, pushed_entries()) == (2, [])
    assert "hook: the webhook at" in broke_off.err
    again = drift("evidence", "push", "pack")
    once_more = drift("evidence", "push", "pack")

    assert (again.code, once_more.code) == (0, 0)
    assert "had arrived before" in once_more.out
    assert len(pushed_entries()) == 1


def test_a_pack_that_was_altered_or_is_anothers_is_not_pushed(drift: Drift, receiver: FakeReceiver) -> None:
    drift("evidence", "export", "--out", "pack")
    Path("pack/MANIFEST.json").write_text(Path("pack/MANIFEST.json").read_text() + " ")

    refused = drift("evidence", "push", "pack")

    assert refused.code == 2
    assert "was not exported from this ledger" in refused.err
    assert receiver.events == {}


def test_a_file_that_was_altered_is_not_pushed(drift: Drift, receiver: FakeReceiver) -> None:
    drift("evidence", "export", "--out", "pack")
    Path("pack/01_ipe/summary.json").write_text('{"parameters": {"since": null, "until": null}}')

    refused = drift("evidence", "push", "pack")

    assert refused.code == 2
    assert "is not the file that was exported" in refused.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pack", "--to", "elsewhere"], 'no [[evidence_sink]] is called "elsewhere"; there are: hook'),
        (["nothing"], "there is no pack in nothing; make one: drift evidence export --out DIR"),
        (["packed.zip"], "there is no pack in packed.zip; unpack it, and name the folder"),
    ],
)
def test_what_is_not_there_is_named(
    drift: Drift,
    receiver: FakeReceiver,
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "packed.zip").touch()

    refused = drift("evidence", "push", *arguments)

    assert refused.code == 2
    assert says in refused.err


def test_the_daemon_exports_and_pushes_the_observation_period_as_often_as_a_sink_says(
    drift: Drift,
    receiver: FakeReceiver,
    world: World,
    pushed_entries: Callable[[], list[dict[str, object]]],
) -> None:
    config = Path("config.toml")
    config.write_text(config.read_text() + 'every = "7d"\n')
    settings = configured(str(config))

    (job,) = push_jobs(world.database, lambda: settings)
    turn = job.run()

    assert (job.name, turn.failure) == ("push hook", None)
    assert len(pushed_entries()) == 1
    [news] = [one for one in receiver.events.values() if one["type"].endswith("pack.v1")]
    assert news["data"]["parameters"]["until"] is None


def test_the_daemon_pushes_to_the_sinks_of_its_start_whatever_was_reloaded(
    drift: Drift, receiver: FakeReceiver, world: World
) -> None:
    """
    A sink that is renamed is so after the next start, as the daemon says.
    """
    config = Path("config.toml")
    config.write_text(config.read_text() + 'every = "7d"\n')
    in_force = [configured(str(config))]
    (job,) = push_jobs(world.database, lambda: in_force[-1])
    config.write_text(config.read_text().replace('name = "hook"', 'name = "elsewhere"'))
    in_force.append(configured(str(config)))

    turn = job.run()

    assert turn.failure is None
    assert receiver.events


def test_the_daemon_exports_what_the_command_does_the_records_of_the_vault_too(
    drift: Drift, receiver: FakeReceiver, world: World
) -> None:
    config = Path("config.toml")
    Path("vault-key").write_text(base64.b64encode(bytes(32)).decode())
    config.write_text(config.read_text() + 'every = "7d"\n' + VAULT)
    settings = configured(str(config))
    vault = raw_vault(settings)
    assert vault is not None
    drawn = an_event(event_id="by bob")
    vault.keep([RawRecord(body=b"by bob", source=drawn.source)], NOON)
    world.happened(writes=[a_write(drawn, an_actor("bob"), a_classification())], judged=a_judgement())

    (job,) = push_jobs(world.database, lambda: settings)
    assert job.run().failure is None

    [news] = [one for one in receiver.events.values() if one["type"].endswith("pack.v1")]
    assert any(drawn.source.sha256 in one["path"] for one in news["data"]["files"])


def test_check_tries_each_sink_and_hands_nothing_out(drift: Drift, receiver: FakeReceiver) -> None:
    assert "ok      evidence sink hook: answers OPTIONS with status 200" in drift("check").out
    receiver.problems.append(Reply(status=401))
    refused = drift("check")

    assert refused.code == 1
    assert "FAILED  evidence sink hook: the webhook at" in refused.out
    assert receiver.events == {}
