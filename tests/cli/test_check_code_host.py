"""`drift check` tries a code host for real, and names what is missing."""

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.providers.github.controlled import Repository, control
from tests.providers.github.service import TOKEN, Hub, github

CONFIG = """
[[audit_log]]
name = "trail"
type = "log-files"
path = "trail"

[[code_host]]
name = "forge"
type = "github"
repositories = ["example/infra"]
token_file = "token"
base_url = "{url}"
"""


def lines_of(capsys: pytest.CaptureFixture[str], folder: Path, hub: Hub) -> list[str]:
    """Return what is said of the code host."""
    (folder / "trail").mkdir(exist_ok=True)
    (folder / "token").write_text(TOKEN)
    (folder / "config.toml").write_text(CONFIG.format(url=hub.proxy.url))
    done = run(capsys, folder, "check")
    return [line for line in done.lines if "code host forge" in line]


def test_a_code_host_that_works_says_what_is_in_scope_and_what_is_not_verifiable(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with github() as hub:
        control(hub, Repository(is_protected=True, approvals=1))
        hub.service.refuse(
            ".*/rule-suites", 403, {"message": "x"}, X_Accepted_GitHub_Permissions="administration=write"
        )

        works, *notes = lines_of(capsys, tmp_path, hub)

    assert works == "ok      code host forge: 1 repository in scope"
    assert any('the permission "administration=write" is missing' in note for note in notes)


def test_a_permission_that_is_missing_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with github() as hub:
        hub.service.refuse(
            ".*/infra/pulls", 403, {"message": "x"}, X_Accepted_GitHub_Permissions="pull_requests=read"
        )

        [line] = lines_of(capsys, tmp_path, hub)

    assert line.startswith("FAILED  code host forge: reading pulls of example/infra")
    assert 'the permission "pull_requests=read" is missing' in line
    assert "docs/code-hosts.md" in line
