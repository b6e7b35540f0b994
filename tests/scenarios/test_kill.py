"""`drift run --once`, killed at random moments and run again, ends as if nothing had happened."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drift import wiring
from drift.ledger.log import entries
from drift.ledger.verify import verify_pack
from drift.store.changes import changes
from drift.store.findings import findings
from tests.providers.slack.fake_slack import CHANNEL_ID, TOKEN, FakeSlack, fake_slack
from tests.scenarios.world import lay_out

KILLS = int(os.environ.get("KILLS", "4"))
"""`make crash` has more."""
SEED = 20261116

PREVIEW = '[[notifier]]\nname = "oncall"\ntype = "slack-preview"\nfolder = "alerts"\n'

UNLIKE = frozenset({"reference"})
"""What may differ between two runs: where Slack put a message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """Everything that a run leaves behind, but for salts."""

    changes: list[str]
    findings: list[str]
    ledger: list[str]
    client_ids: Counter[str]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ending, float]:
    """How one run that nobody disturbs ends, and how many seconds it takes."""
    with fake_slack() as slack:
        config = _world(tmp_path_factory.mktemp("undisturbed"), slack)
        began = time.monotonic()
        assert _run(config).wait() == 0
        return _ending(config, slack), time.monotonic() - began


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_run_that_is_run_again_ends_like_an_undisturbed_one(
    number: int, undisturbed: tuple[Ending, float], tmp_path: Path
) -> None:
    whole, seconds = undisturbed
    moment = random.Random(SEED + number).uniform(0.2, 0.9) * seconds

    with fake_slack() as slack:
        config = _world(tmp_path, slack)
        process = _run(config)
        time.sleep(moment)
        process.kill()
        process.wait()
        assert _run(config).wait() == 0
        ending = _ending(config, slack)

    assert ending.changes == whole.changes
    assert ending.findings == whole.findings
    assert ending.ledger == whole.ledger
    assert set(ending.client_ids) == set(whole.client_ids)
    repeated = [client_id for client_id, times in ending.client_ids.items() if times > 1]
    assert repeated == [], "what was under way is looked up before it is sent again"
    assert _pack_problems(config) == []


def _world(folder: Path, slack: FakeSlack) -> Path:
    config = lay_out(folder)
    notifier = (
        f'[[notifier]]\nname = "oncall"\ntype = "slack"\nchannel = "{CHANNEL_ID}"\n'
        f'token_env = "SLACK_TOKEN"\nbase_url = "{slack.base_url}"\n'
    )
    text = config.read_text()
    assert PREVIEW in text
    config.write_text(text.replace(PREVIEW, notifier))
    return config


def _run(config: Path) -> "subprocess.Popen[bytes]":
    environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return subprocess.Popen(
        [sys.executable, "-m", "drift", "run", "--once", "--config", str(config)],
        env={**environ, "SLACK_TOKEN": TOKEN},
        stdout=subprocess.DEVNULL,
    )


def _ending(config: Path, slack: FakeSlack) -> Ending:
    settings = wiring.settings_without_secrets(str(config))
    own = {str(config.parent): "FOLDER", settings.sha256: "CONFIGURATION"}
    with wiring.open_database(settings) as database, database.reading() as connection:
        return Ending(
            changes=[
                _neutral([row.change, row.judgement, row.ledger_seq], own) for row in changes(connection)
            ],
            findings=[
                _neutral([row.finding, row.status, row.ledger_seq], own) for row in findings(connection)
            ],
            ledger=[
                _neutral([entry.kind, entry.ref, _without_place(json.loads(entry.body or b"null"))], own)
                for entry in entries(connection)
            ],
            client_ids=Counter(message.client_id for message in slack.messages),
        )


def _neutral(value: object, own: dict[str, str]) -> str:
    """Return `value` as text, with what is only this world's own replaced."""
    text = msgspec.json.encode(value).decode()
    for mine, neutral in own.items():
        text = text.replace(mine, neutral)
    return text


def _without_place(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in UNLIKE}


def _pack_problems(config: Path) -> list[str]:
    pack = config.parent / "pack"
    subprocess.run(
        [sys.executable, "-m", "drift", "evidence", "export", "--out", str(pack), "--config", str(config)],
        env={**os.environ, "SLACK_TOKEN": TOKEN},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return verify_pack(str(pack)).all_problems
