"""`drift adopt` and `drift revert`, over the stories that ship."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift.model.finding import DriftFinding
from tests.cli.running import Ran, run
from tests.scenarios.world import told

STORIES = ["break-glass", "s3-console-public", "unmanaged-bucket", "console-open-security-group"]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[DriftFinding]]]:
    """A folder with stories that were watched for one cycle, and what was found."""
    folder = tmp_path_factory.mktemp("watched")
    with told(folder, STORIES) as end:
        yield folder, end.findings()


def named(watched: tuple[Path, list[DriftFinding]], type_: str) -> str:
    """The id of the finding on the only resource of this type."""
    [found] = [one.finding_id for one in watched[1] if one.type == type_]
    return found


def drift(
    capsys: pytest.CaptureFixture[str], watched: tuple[Path, list[DriftFinding]], *arguments: str
) -> Ran:
    return run(capsys, watched[0], *arguments)


def test_a_literal_is_adopted_by_a_patch_that_git_applies(
    capsys: pytest.CaptureFixture[str], watched: tuple[Path, list[DriftFinding]], tmp_path: Path
) -> None:
    story = watched[0] / "break-glass"
    copy = shutil.copytree(story, tmp_path / "code")

    ran = drift(capsys, watched, "adopt", named(watched, "aws_db_instance")[:6])

    assert (ran.code, ran.err) == (0, "")
    assert ran.lines[0] == f"# apply it with: git -C {story} apply"
    git = ["git", "-C", str(copy), "apply", "-"]
    assert subprocess.run(git, input=ran.out.encode(), check=False).returncode == 0
    before, after = ((one / "main.tf").read_text() for one in (story, copy))
    assert after == before.replace('"db.m5.large"', '"db.m5.2xlarge"') != before


def test_what_is_no_literal_is_told_with_what_to_put_in(
    capsys: pytest.CaptureFixture[str], watched: tuple[Path, list[DriftFinding]]
) -> None:
    policy = drift(capsys, watched, "adopt", named(watched, "aws_s3_bucket_policy"))
    group = drift(capsys, watched, "adopt", named(watched, "aws_security_group"))

    assert policy.out.startswith("# by hand: policy: it is an expression, not a literal, at main.tf:33; ")
    [line] = group.lines
    assert line.startswith("# by hand: ingress: it is a block, at main.tf:27; put in [{")
    assert '"temp ssh for debugging"' in line


def test_an_undeclared_resource_is_adopted_by_an_import_block(
    capsys: pytest.CaptureFixture[str], watched: tuple[Path, list[DriftFinding]]
) -> None:
    ran = drift(capsys, watched, "adopt", named(watched, "aws_s3_bucket"))

    assert ran.lines == [
        "# write the resource's block by hand, or have it written beside the import:",
        "#   terraform plan -generate-config-out=generated.tf",
        "import {",
        "  to = aws_s3_bucket.example_heidi_churn_export",
        '  id = "example-heidi-churn-export"',
        "}",
    ]


def test_a_plan_is_printed_and_nothing_is_run(
    capsys: pytest.CaptureFixture[str], watched: tuple[Path, list[DriftFinding]]
) -> None:
    ran = drift(capsys, watched, "revert", named(watched, "aws_db_instance"))

    assert ran.lines == [f"terraform -chdir={watched[0] / 'break-glass'} plan -target=aws_db_instance.orders"]


def test_what_no_code_declares_has_nothing_to_go_back_to(
    capsys: pytest.CaptureFixture[str], watched: tuple[Path, list[DriftFinding]]
) -> None:
    ran = drift(capsys, watched, "revert", named(watched, "aws_s3_bucket"))

    assert (ran.code, ran.out) == (2, "")
    assert "`drift adopt" in ran.err


@pytest.mark.parametrize("command", ["adopt", "revert"])
def test_a_finding_that_is_not_there_is_named(
    capsys: pytest.CaptureFixture[str], watched: tuple[Path, list[DriftFinding]], command: str
) -> None:
    ran = drift(capsys, watched, command, "nothing")

    assert (ran.code, ran.err) == (
        2,
        'drift: no finding has an id that begins with "nothing"; `drift findings` lists them\n',
    )
