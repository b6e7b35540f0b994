"""The commands of docs/anchors.md do what it says."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from drift.config import load
from drift.model.secret import Secret
from providers.aws.object_lock import S3ObjectLock, S3ObjectLockSettings
from providers.catalog import ADAPTERS
from providers.git_anchor.anchor import GitAnchor, GitAnchorSettings
from providers.rfc3161.anchor import Rfc3161, Rfc3161Settings
from tests.builders import NOON, a_checkpoint
from tests.providers.git_anchor.host import a_bare_repository
from tests.providers.rfc3161.authority import PASSWORD, authority
from tests.providers.state_stores.s3 import KEY, REGION, a_client
from tests.providers.state_stores.servers import Servers

DOCUMENT = (Path(__file__).resolve().parents[1] / "docs" / "anchors.md").read_text()


def commands(program: str) -> list[str]:
    """Return the commands of the page that run a program, each on one line."""
    joined = DOCUMENT.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.startswith(f"    {program} ")]


def asked_of_aws(command: str) -> tuple[str, dict[str, Any]]:
    """Return what a command of `aws s3api` asks for, as boto3 calls it."""
    words = shlex.split(command)
    asked: dict[str, Any] = {}
    for option, value in zip(words[3:], [*words[4:], "--"], strict=True):
        if option.startswith("--"):
            name = "".join(part.capitalize() for part in option.strip("-").split("-"))
            pair = dict([value.split("=")]) if "=" in value else value
            asked[name] = True if value.startswith("--") else pair
    return words[2].replace("-", "_"), asked


def test_a_stamp_is_checked_as_the_page_says(tmp_path: Path) -> None:
    [command] = commands("openssl")
    with authority(tmp_path) as tsa:
        settings = Rfc3161Settings(
            url=f"{tsa.server.url}/stamp", roots=tsa.ca_file, user="acme", password=Secret(PASSWORD)
        )
        receipt = Rfc3161(settings).hold(a_checkpoint(), NOON)
    (tmp_path / "NOTE").write_text(a_checkpoint().note)
    (tmp_path / "REPLY.tsr").write_bytes(receipt.document or b"")
    (tmp_path / "root.pem").rename(tmp_path / "tsa-root.pem")

    done = subprocess.run(shlex.split(command), cwd=tmp_path, capture_output=True, text=True)

    assert "Verification: OK" in done.stdout + done.stderr


def test_a_commit_is_checked_as_the_page_says(tmp_path: Path) -> None:
    bare = a_bare_repository(tmp_path)
    receipt = GitAnchor(GitAnchorSettings(repository=bare.as_uri())).hold(a_checkpoint(), NOON)
    (tmp_path / "NOTE").write_text(a_checkpoint().note)
    script = " && ".join(commands("git")).replace("URL", bare.as_uri())
    script = script.replace("COMMIT", receipt.reference.split()[1])

    assert len(commands("git")) == 3
    assert subprocess.run(script, shell=True, cwd=tmp_path).returncode == 0  # noqa: S602


def test_the_bucket_that_the_page_makes_holds_checkpoints(
    state_servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    s3 = a_client("s3", state_servers.moto)
    make, *look = (asked_of_aws(command.split(" held.note")[0]) for command in commands("aws"))
    getattr(s3, make[0])(**make[1])

    settings = S3ObjectLockSettings(bucket=make[1]["Bucket"], region=REGION, endpoint=state_servers.moto)
    receipt = S3ObjectLock(settings).hold(a_checkpoint(), NOON)

    place = re.fullmatch(
        r"s3://(?P<Bucket>[^/]+)/(?P<Key>.+)\?versionId=(?P<VersionId>.+)", receipt.reference
    )
    assert place
    for name, asked in look:
        assert hasattr(s3, name)
        assert set(asked) == {"Bucket", "Key", "VersionId"}
    assert s3.get_object(**place.groupdict())["Body"].read() == a_checkpoint().note.encode()


@pytest.mark.parametrize("table", re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL))
def test_each_table_of_the_page_is_a_configuration(table: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(table)

    [one] = load(tmp_path / "config.toml", ADAPTERS, {"GIT_TOKEN": "t"}).anchors

    assert one.type in DOCUMENT
