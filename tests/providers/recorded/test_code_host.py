import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drift.errors import ProviderResponseError, ProviderUnavailableError
from drift.model.ticket import Check, Deployment, PullRequest, Review
from drift.ports import CodeHost
from providers.recorded.code_host import RecordedCodeHost, RecordedCodeHostSettings


def a_run(**but: Any) -> dict[str, Any]:
    return {
        "run_id": "81",
        "run_url": "https://code.example.com/runs/81",
        "repository": "example/infra",
        "ref": "refs/heads/main",
        "head_sha": "c81f",
        "actor": "peggy@example.com",
        "started_at": "2026-11-17T09:44:31Z",
    } | but


def a_file(folder: Path, *runs: dict[str, Any], name: str = "code-host.json") -> Path:
    file = folder / name
    file.write_text(json.dumps({"deployments": runs}))
    return file


def host(path: Path) -> CodeHost:
    return RecordedCodeHost(RecordedCodeHostSettings(path=str(path)))


def test_a_run_is_read_with_its_pull_request_reviews_and_checks(tmp_path: Path) -> None:
    pull_request = {
        "number": 318,
        "url": "https://code.example.com/pull/318",
        "title": "Topic and role",
        "author": "peggy@example.com",
        "head_sha": "5b0e",
        "merged_at": "2026-11-17T09:44:02Z",
        "merged_by": "peggy@example.com",
        "reviews": [
            {
                "by": "erin@example.com",
                "state": "approved",
                "commit": "5b0e",
                "at": "2026-11-17T10:21:40+01:00",
            }
        ],
        "checks": [{"name": "plan", "conclusion": "success", "completed_at": "2026-11-17T09:02:37Z"}],
    }
    file = a_file(
        tmp_path,
        a_run(
            environment="production",
            finished_at="2026-11-17T09:48:03Z",
            conclusion="success",
            pull_request=pull_request,
        ),
    )

    deployment = host(file).deployment("81")

    assert deployment == Deployment(
        run_id="81",
        run_url="https://code.example.com/runs/81",
        repository="example/infra",
        ref="refs/heads/main",
        head_sha="c81f",
        actor="peggy@example.com",
        environment="production",
        started_at=datetime(2026, 11, 17, 9, 44, 31, tzinfo=UTC),
        finished_at=datetime(2026, 11, 17, 9, 48, 3, tzinfo=UTC),
        conclusion="success",
        pull_request=PullRequest(
            number=318,
            url="https://code.example.com/pull/318",
            title="Topic and role",
            author="peggy@example.com",
            head_sha="5b0e",
            merged_at=datetime(2026, 11, 17, 9, 44, 2, tzinfo=UTC),
            merged_by="peggy@example.com",
            reviews=(
                Review(
                    by="erin@example.com",
                    state="approved",
                    commit="5b0e",
                    at=datetime(2026, 11, 17, 9, 21, 40, tzinfo=UTC),
                ),
            ),
            checks=(
                Check(
                    name="plan",
                    conclusion="success",
                    completed_at=datetime(2026, 11, 17, 9, 2, 37, tzinfo=UTC),
                ),
            ),
        ),
    )
    assert deployment.pull_request is not None
    assert deployment.pull_request.reviews[0].at.tzinfo is UTC


def test_a_run_that_is_still_going_has_neither_end_nor_pull_request(tmp_path: Path) -> None:
    deployment = host(a_file(tmp_path, a_run())).deployment("81")

    assert deployment is not None
    assert (deployment.finished_at, deployment.conclusion, deployment.pull_request) == (None, None, None)


def test_an_unknown_run_is_none(tmp_path: Path) -> None:
    assert host(a_file(tmp_path, a_run())).deployment("82") is None


def test_runs_are_found_in_every_file_of_a_glob(tmp_path: Path) -> None:
    a_file(tmp_path, a_run(), name="a.json")
    a_file(tmp_path, a_run(run_id="82"), name="b.json")

    assert host(tmp_path / "*.json").deployment("82") is not None


def test_the_newest_time_in_the_files_is_when_they_were_read(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_run(), a_run(run_id="82", finished_at="2026-11-18T00:00:00Z"))

    assert RecordedCodeHost(RecordedCodeHostSettings(path=str(file))).read_at() == datetime(
        2026, 11, 18, tzinfo=UTC
    )


def test_a_damaged_file_is_named_with_its_field(tmp_path: Path) -> None:
    file = a_file(tmp_path, a_run(pull_request={"number": "three"}))

    with pytest.raises(
        ProviderResponseError, match=r"code-host\.json.*\$\.deployments\[0\]\.pull_request\.number"
    ):
        host(file).deployment("81")


def test_a_file_that_is_not_there_may_come(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailableError, match=r"code-host\.json"):
        host(tmp_path / "code-host.json").deployment("81")
