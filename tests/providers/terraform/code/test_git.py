from pathlib import Path, PurePosixPath

import pytest

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from providers import git_command
from providers.git_command import shown_url
from providers.terraform.code.git import Repository, fetch
from tests.providers.terraform.writing import commit
from tests.providers.terraform.writing import git as run_git

MAIN = PurePosixPath("/network/main.tf")


def test_the_code_at_a_branch_is_read(tmp_path: Path) -> None:
    url = commit(tmp_path / "code", {"network/main.tf": "# one\n", "network/README.md": "no code"})

    files = fetch(Repository(url=url, ref="main"), tmp_path / "cache")

    assert files.names(PurePosixPath("/network")) == ["main.tf"]
    assert files.read(MAIN) == b"# one\n"


def test_the_commit_is_told_that_the_code_is_of(tmp_path: Path) -> None:
    url = commit(tmp_path / "code", {"network/main.tf": "# one\n"})

    files = fetch(Repository(url=url, ref="main"), tmp_path / "cache")

    assert files.commit == run_git(tmp_path / "code", "rev-parse", "main").strip()


def test_a_tag_stays_what_it_was_and_a_branch_moves_on(tmp_path: Path) -> None:
    url = commit(tmp_path / "code", {"network/main.tf": "# one\n"}, tag="v1")
    fetch(Repository(url=url, ref="main"), tmp_path / "cache")
    commit(tmp_path / "code", {"network/main.tf": "# two\n"})

    contents = [
        fetch(Repository(url=url, ref=ref), tmp_path / "cache").read(MAIN) for ref in ("v1", "main", "HEAD")
    ]

    assert contents == [b"# one\n", b"# two\n", b"# two\n"]


def test_a_file_that_left_is_gone(tmp_path: Path) -> None:
    url = commit(tmp_path / "code", {"network/main.tf": "# one\n", "other.tf": ""})
    fetch(Repository(url=url), tmp_path / "cache")
    (tmp_path / "code" / "network" / "main.tf").unlink()
    commit(tmp_path / "code", {"other.tf": "#"})

    files = fetch(Repository(url=url), tmp_path / "cache")

    with pytest.raises(FileNotFoundError):
        files.read(MAIN)


def test_nothing_of_the_repository_runs(tmp_path: Path) -> None:
    """
    Hooks, filters and a program that watches files would run on a checkout, and in the repository itself.
    """
    touched = tmp_path / "touched"
    url = commit(tmp_path / "code", {"main.tf": "# one\n", ".gitattributes": "*.tf filter=evil\n"})
    hook = f"#!/bin/sh\ntouch {touched}\n"
    fetch(Repository(url=url), tmp_path / "cache")
    for repository in (tmp_path / "cache").rglob("hooks"):
        for name in ("post-checkout", "post-merge", "reference-transaction", "pre-auto-gc"):
            (repository / name).write_text(hook)
            (repository / name).chmod(0o755)
    commit(tmp_path / "code", {"main.tf": "# two\n"})

    files = fetch(Repository(url=url), tmp_path / "cache")

    assert files.read(PurePosixPath("/main.tf")) == b"# two\n"
    assert not touched.exists()


def test_links_and_submodules_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "secret.tf").write_text("# secret\n")
    inner = commit(tmp_path / "inner", {"inner.tf": ""})
    url = commit(tmp_path / "code", {"main.tf": ""})
    (tmp_path / "code" / "link.tf").symlink_to(tmp_path / "secret.tf")
    run_git(
        tmp_path / "code", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "sub"
    )
    commit(tmp_path / "code", {})

    files = fetch(Repository(url=url), tmp_path / "cache")

    assert files.names(PurePosixPath("/")) == ["main.tf"]
    assert files.folders(PurePosixPath("/")) == []


@pytest.mark.parametrize(
    ("url", "ref"),
    [
        ("ext::sh -c touch% evil", "main"),
        ("http://git.example.com/code.git", "main"),
        ("--upload-pack=evil", "main"),
        ("git.example.com:code.git", "main"),
        ("ssh://-oProxyCommand=evil/code.git", "main"),
        ("https://git.example.com/code.git", "--upload-pack=evil"),
        ("https://git.example.com/code.git", "main:refs/heads/other"),
        ("https://token@git.example.com/code.git", "main"),
    ],
)
def test_an_address_or_ref_that_may_mean_something_else_is_refused_before_git_runs(
    tmp_path: Path, url: str, ref: str
) -> None:
    with pytest.raises(ProviderResponseError) as raised:
        fetch(Repository(url=url, ref=ref), tmp_path / "cache")

    assert raised.value.hint
    assert "token@" not in str(raised.value)
    assert not (tmp_path / "cache").exists()


def test_a_ref_that_does_not_exist_says_so(tmp_path: Path) -> None:
    url = commit(tmp_path / "code", {"main.tf": ""})

    with pytest.raises(ProviderUnavailableError, match=r"at gone cannot be fetched: .*gone"):
        fetch(Repository(url=url, ref="gone"), tmp_path / "cache")


def test_a_repository_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailableError, match="does not appear to be a git repository"):
        fetch(Repository(url=(tmp_path / "gone").as_uri()), tmp_path / "cache")


def test_a_repository_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(git_command, "TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(git_command.shutil, "which", lambda _: str(slow))

    with pytest.raises(ProviderUnavailableError, match=r"no answer within 0\.2 s"):
        fetch(Repository(url="https://git.example.com/code.git"), tmp_path / "cache")


def test_without_git_the_next_step_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(ProviderAccessError, match="needs git"):
        fetch(Repository(url="https://git.example.com/code.git"), tmp_path / "cache")


def test_the_token_is_in_no_argument_and_only_for_its_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Arguments are seen by everybody on the machine.
    """
    seen = tmp_path / "seen"
    spy = tmp_path / "bin" / "git"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\necho "$@" >> {seen}.arguments\nenv >> {seen}.environment\nexit 1\n')
    spy.chmod(0o755)
    monkeypatch.setattr(git_command.shutil, "which", lambda _: str(spy))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for git")
    repository = Repository(url="https://git.example.com/code.git", token=Secret("s3cret"))

    with pytest.raises(ProviderUnavailableError):
        fetch(repository, tmp_path / "cache")

    environment = Path(f"{seen}.environment").read_text()
    assert "s3cret" not in Path(f"{seen}.arguments").read_text()
    assert "http.https://git.example.com/.extraHeader" in environment
    assert "Authorization: Basic eC1hY2Nlc3MtdG9rZW46czNjcmV0" in environment
    assert "GIT_TERMINAL_PROMPT=0" in environment
    assert "not for git" not in environment


def test_an_address_is_shown_without_what_is_secret_in_it() -> None:
    assert shown_url("https://user:pass@host/code?token=x") == "https://host/code"
