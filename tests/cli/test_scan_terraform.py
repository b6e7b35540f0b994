"""`drift scan` through Terraform's providers, with one that is a program of its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Ran, run
from tests.providers.terraform.builders import a_resource, a_state, an_instance
from tests.providers.terraform.plugin.toy.cloud import FILE_AT_HOME
from tests.providers.terraform.plugin.toys import (
    CONFIGURATION,
    ToyCloud,
    a_cloud,
    install,
    toy_program,
)


@pytest.fixture
def cloud(tmp_path: Path) -> ToyCloud:
    """A cloud with two things, the code of a state that declares them, and their provider."""
    cloud = a_cloud(tmp_path)
    for name in ("a", "b"):
        cloud.put(name, name="blue", tags=["x", "y"])
    attributes: dict[str, Any] = {"name": "blue", "tags": ["y", "x"], "rule": []}
    things = [
        an_instance({"id": name, **attributes}, schema_version=1, index_key=name) for name in ("a", "b")
    ]
    state = a_state(a_resource(*things, type="toy_thing", name="t", provider=CONFIGURATION))
    (tmp_path / "terraform.tfstate").write_bytes(state)
    install(tmp_path / ".terraform" / "providers", toy_program())
    (tmp_path / "config.toml").write_text(
        f"""
        [[baseline]]
        name = "things"
        type = "terraform-state"
        live = "toys"
        state = "terraform.tfstate"
        [[live]]
        name = "toys"
        type = "terraform"
        cache = "own-cache"
        [live.providers."example/toy"]
        cloud = "{cloud.file}"
        """
    )
    return cloud


def scan(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> tuple[Ran, Any]:
    done = run(capsys, folder, "scan", "--json", *arguments)
    return done, json.loads(done.out) if done.out else None


def test_nothing_differs_where_nothing_was_touched_and_the_chosen_version_is_told(
    cloud: ToyCloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done, report = scan(capsys, tmp_path)

    assert (done.code, report["findings"]) == (0, [])
    assert report["summary"]["compared"] == 2
    assert "registry.example.com/example/toy 1.0.0 reads, the newest that was found" in done.err


def test_what_was_changed_and_what_is_gone_is_found(
    cloud: ToyCloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.put("a", name="red", tags=["x", "y"])
    del cloud.things["b"]
    cloud.write()

    done, report = scan(capsys, tmp_path)

    assert done.code == 1
    assert [(one["kind"], one["address"]) for one in report["findings"]] == [
        ("drifted", 'toy_thing.t["a"]'),
        ("missing", 'toy_thing.t["b"]'),
    ]


def test_what_lies_where_only_the_code_leads_is_not_called_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    ToyCloud(file=tmp_path / FILE_AT_HOME).put("a")
    things = [
        a_resource(
            an_instance({"id": id_, "rule": []}, schema_version=1), type="toy_thing", name=id_, provider=of
        )
        for id_, of in (("a", CONFIGURATION), ("b", CONFIGURATION), ("west", f"{CONFIGURATION}.west"))
    ]
    (tmp_path / "terraform.tfstate").write_bytes(a_state(*things))
    (tmp_path / "main.tf").write_text('provider "toy" {\n  alias = "west"\n  cloud = "west.json"\n}\n')
    install(tmp_path / ".terraform" / "providers", toy_program())

    done, report = scan(
        capsys, tmp_path, "--state", str(tmp_path / "terraform.tfstate"), "--live", "terraform"
    )

    assert done.code == 1
    assert [(one["kind"], one["address"]) for one in report["findings"]] == [("missing", "toy_thing.b")]
    (unread,) = report["not_compared"]
    assert (unread["address"], unread["reason"]) == ("toy_thing.west", "unreadable")
    assert 'example/toy.west (cloud): repeat that as "example/toy.west"' in unread["error"]


def test_what_a_provider_cannot_read_is_named_and_the_rest_compared(
    cloud: ToyCloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cloud.put("b", on_read="exit")

    done, report = scan(capsys, tmp_path)

    assert (done.code, report["summary"]["compared"], report["summary"]["unreadable"]) == (0, 1, 1)
    (unread,) = report["not_compared"]
    assert "panic: runtime error" in unread["error"]


def test_without_its_provider_nothing_is_compared_and_the_command_says_what_to_do(
    cloud: ToyCloud, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    state = tmp_path / "elsewhere" / "terraform.tfstate"
    state.parent.mkdir()
    (tmp_path / "terraform.tfstate").rename(state)
    (tmp_path / ".terraform").rename(tmp_path / "not-here")

    done, report = scan(capsys, tmp_path, "--state", str(state), "--live", "terraform")

    assert (done.code, report) == (2, None)
    assert "no provider registry.example.com/example/toy for" in done.err
    assert "terraform init" in done.err


def test_a_reader_that_does_not_exist_names_those_that_do(
    cloud: ToyCloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done, _ = scan(capsys, tmp_path, "--live", "terrafrom")

    assert done.code == 2
    assert "--live terraform" in done.err
