"""`drift check` tries a directory of people for real, and names what is missing."""

from pathlib import Path

import pytest

from tests.cli.running import run
from tests.providers.directories.slack import TOKEN, Members, serving_members
from tests.providers.directories.system import Entry
from tests.providers.tickets.server import Server

CONFIG = """
[[audit_log]]
name = "trail"
type = "log-files"
path = "trail"

[[directory]]
name = "chat"
type = "slack"
token_file = "token"
base_url = "{url}/api/"
"""


def line_of(capsys: pytest.CaptureFixture[str], folder: Path, service: Members, server: Server) -> str:
    """Return what is said of the directory."""
    service.enrol(Entry(number=1))
    (folder / "trail").mkdir()
    (folder / "token").write_text(TOKEN)
    (folder / "config.toml").write_text(CONFIG.format(url=server.url))
    [line] = (one for one in run(capsys, folder, "check").lines if "directory chat" in one)
    return line


def test_a_directory_that_works_says_how_many_it_names(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with serving_members() as (service, server):
        line = line_of(capsys, tmp_path, service, server)

    assert line == "ok      directory chat: the first page names 1 members"


def test_a_scope_that_is_missing_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with serving_members() as (service, server):
        service.scopes = ["users:read"]
        line = line_of(capsys, tmp_path, service, server)

    assert line.startswith("FAILED  directory chat: the Slack token lacks the scope users:read.email")
