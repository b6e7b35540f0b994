"""Checkpoints as commits: what is refused. What all anchors do is in tests/contracts/test_anchor.py."""

import subprocess
from pathlib import Path

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.secret import Secret
from providers import git_command
from providers.git_anchor.anchor import GitAnchor, GitAnchorSettings
from tests.builders import NOON, a_checkpoint, minutes
from tests.providers.git_anchor.host import BRANCH, a_bare_repository


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return a_bare_repository(tmp_path)


def anchor(bare: Path, **more: str) -> GitAnchor:
    return GitAnchor(GitAnchorSettings(repository=bare.as_uri(), **more))


def told(bare: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", bare, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_each_checkpoint_is_a_commit_upon_the_one_before(bare: Path) -> None:
    anchor(bare).hold(a_checkpoint(13), NOON)
    anchor(bare, email="drift@example.com").hold(a_checkpoint(14), NOON + minutes(60))

    log = told(bare, "log", "--format=%an <%ae> %aI %s", BRANCH).splitlines()
    assert log == [
        "driftledger <drift@example.com> 2026-11-16T13:00:00+00:00 Checkpoint of 14 entries",
        "driftledger <driftledger@localhost> 2026-11-16T12:00:00+00:00 Checkpoint of 13 entries",
    ]


def test_what_else_lies_on_the_branch_stays_there(bare: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    told(tmp_path, "clone", "--quiet", str(bare), str(clone))
    (clone / "folder").mkdir()
    (clone / "folder" / "a file").write_text("x")
    (clone / "README").write_text("What this is")
    told(clone, "add", ".")
    told(clone, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "-m", "Begin")
    told(clone, "push", "--quiet", "origin", f"HEAD:{BRANCH}")

    anchor(bare).hold(a_checkpoint(), NOON)

    listed = told(bare, "ls-tree", "-r", "--name-only", BRANCH).splitlines()
    assert listed == ["README", "checkpoint.note", "folder/a file"]


def test_a_ledger_that_went_back_is_refused(bare: Path) -> None:
    anchor(bare).hold(a_checkpoint(14), NOON)

    with pytest.raises(ProviderResponseError, match="of 14 entries already, another one than ours of 13"):
        anchor(bare).hold(a_checkpoint(13), NOON)


def test_a_push_that_the_host_declines_says_why(bare: Path) -> None:
    hook = bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'only maintainers' >&2\nexit 1\n")
    hook.chmod(0o755)

    with pytest.raises(ProviderAccessError, match="failed to push") as raised:
        anchor(bare).hold(a_checkpoint(), NOON)

    assert BRANCH in raised.value.hint


def test_a_repository_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProviderResponseError, match="does not appear to be a git repository"):
        anchor(tmp_path / "gone").check()


def test_trying_it_says_whether_the_branch_is_there(bare: Path) -> None:
    before = anchor(bare).check()
    anchor(bare).hold(a_checkpoint(), NOON)
    commit = told(bare, "rev-parse", BRANCH)

    assert before == f"commits can be pushed to the branch {BRANCH}; it is not there yet"
    assert (
        anchor(bare).check()
        == f"commits can be pushed to the branch {BRANCH}; its last commit is {commit[:12]}"
    )


def test_nothing_that_the_machine_configures_for_git_runs(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Whoever may write there could otherwise have another repository take the place of this one.
    """
    touched, hooks = tmp_path / "touched", tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {touched}\n")
        (hooks / name).chmod(0o755)
    (tmp_path / "elsewhere").mkdir()
    elsewhere = a_bare_repository(tmp_path / "elsewhere")
    (tmp_path / ".gitconfig").write_text(
        f"[core]\nhooksPath = {hooks}\n[init]\ntemplateDir = {tmp_path}\n"
        f'[url "{elsewhere.as_uri()}"]\ninsteadOf = {bare.as_uri()}\n'
    )
    monkeypatch.setenv("HOME", str(tmp_path))

    anchor(bare).hold(a_checkpoint(), NOON)

    assert told(bare, "rev-list", "--count", BRANCH) == "1"
    assert told(elsewhere, "for-each-ref") == ""
    assert not touched.exists()


def test_without_git_the_next_step_is_said(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(ProviderAccessError, match="needs git"):
        anchor(bare).hold(a_checkpoint(), NOON)


def test_over_ssh_only_its_own_key_is_used_and_nobody_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, spy = tmp_path / "seen", tmp_path / "ssh"
    spy.write_text(f'#!/bin/sh\necho "$@" > {seen}\nexit 255\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{git_command.os.environ['PATH']}")
    settings = GitAnchorSettings(repository="ssh://git@git.example.com/evidence.git", ssh_key="/keys/a key")

    with pytest.raises(Exception, match=r"ssh://git\.example\.com/evidence\.git"):
        GitAnchor(settings).check()

    assert "-oBatchMode=yes -oIdentitiesOnly=yes -i /keys/a key" in seen.read_text()


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% evil",
        "http://git.example.com/evidence.git",
        "--upload-pack=evil",
        "git.example.com:evidence.git",
        "ssh://-oProxyCommand=evil/evidence.git",
        "https://token@git.example.com/evidence.git",
    ],
)
def test_an_address_that_may_mean_something_else_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match='"repository" must begin'):
        GitAnchorSettings(repository=url, token=Secret("t"))
