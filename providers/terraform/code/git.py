"""The files of a git repository at a ref, fetched without running anything of it.

1. The address and the ref come from the configuration or from code: neither may begin with `-`, and the
   protocol must be allowed. `providers.git_command` says how else git is kept from obeying them.
2. git gets a bare repository of ours, and fetches one commit, shallow, without tags and submodules.
3. The files are read as objects: links and submodules are left out, and so is what is no code.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from providers.git_command import PROTOCOLS, Git, GitFailedError, GitMissingError, shown_url
from providers.terraform.code.files import CommittedFiles

FETCHED = "refs/drift/head"

MAX_FILE_BYTES = 4_000_000
MAX_ALL_BYTES = 500_000_000

CODE = (".tf", ".tf.json", ".tfvars", ".tfvars.json", ".hcl", ".tfbackend", ".conf", ".tofu")
"""The endings of what is read of a repository."""

ALSO = frozenset({"CODEOWNERS", "modules.json"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Repository:
    """A repository at a ref."""

    url: str
    ref: str = "HEAD"
    """A branch, a tag or the hash of a commit."""
    token: Secret | None = None
    """Sent to this host only, and over https only."""


def fetch(repository: Repository, cache: Path) -> CommittedFiles:
    """Return the code at the ref as it is now; `cache` keeps what was fetched.

    Raises:
        ProviderResponseError: The address or the ref is none, or there is no such ref.
        ProviderAccessError: git is not installed.
        ProviderUnavailableError: The repository cannot be reached.
    """
    _check(repository)
    name = hashlib.sha256(repository.url.encode()).hexdigest()[:32]
    folder = cache / "git" / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    git = _Git(folder=folder, repository=repository)
    if not (folder / "HEAD").exists():
        git.run("init", "--quiet", "--bare", ".")
    once = ("--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--force")
    git.run("fetch", *once, "--end-of-options", repository.url, f"{repository.ref}:{FETCHED}")
    commit = git.run("rev-parse", "--verify", "--end-of-options", FETCHED).decode().strip()
    return CommittedFiles(dict(git.contents(commit)), commit)


def _check(repository: Repository) -> None:
    scheme, separator, _ = repository.url.partition("://")
    if not separator or scheme not in PROTOCOLS:
        raise ProviderResponseError(
            f"code is not fetched from {shown_url(repository.url)}",
            hint=f"write an address that begins with {', '.join(f'{one}://' for one in PROTOCOLS)}",
        )
    if scheme == "https" and "@" in urlsplit(repository.url).netloc:
        raise ProviderResponseError(
            f"the address of {shown_url(repository.url)} holds a user or a token, which all could see",
            hint="write it without, and name the token by code_token_env or code_token_file",
        )
    host = urlsplit(repository.url).hostname or ""
    if repository.ref.startswith("-") or host.startswith("-") or any(c in repository.ref for c in ":^~ \n\0"):
        raise ProviderResponseError(
            f"{repository.ref!r} at {shown_url(repository.url)} is no ref",
            hint="name a branch, a tag or a commit",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Git:
    folder: Path
    repository: Repository

    def run(self, *arguments: str, sent: bytes = b"") -> bytes:
        git = Git(folder=self.folder, url=self.repository.url, token=self.repository.token)
        try:
            return git.run(*arguments, sent=sent)
        except GitMissingError as error:
            raise ProviderAccessError(
                "code in a repository needs git, which is not installed", hint="install git, or name a folder"
            ) from error
        except GitFailedError as error:
            raise self._unavailable(str(error)) from error

    def contents(self, ref: str) -> Iterator[tuple[PurePosixPath, bytes]]:
        """Yield the files that are code, by their paths from `/`."""
        listed = list(_code_in(self.run("ls-tree", "-r", "-z", "-l", "--full-tree", ref)))
        if sum(size for _, _, size in listed) > MAX_ALL_BYTES:
            raise ProviderResponseError(
                f"{shown_url(self.repository.url)} holds more than {MAX_ALL_BYTES // 1_000_000} MB of code",
                hint="name a smaller repository",
            )
        wanted = "".join(f"{id_}\n" for _, id_, _ in listed).encode()
        answer, at = self.run("cat-file", "--batch", sent=wanted), 0
        for path, id_, size in listed:
            start = at + len(f"{id_} blob {size}\n")
            yield PurePosixPath("/", path), answer[start : start + size]
            at = start + size + 1

    def _unavailable(self, why: str) -> ProviderUnavailableError:
        where = f"{shown_url(self.repository.url)} at {self.repository.ref}"
        return ProviderUnavailableError(
            f"the code in {where} cannot be fetched: {why.replace(self.repository.url, where)}",
            hint="check the address, the ref and the token",
        )


def _code_in(listing: bytes) -> Iterator[tuple[str, str, int]]:
    """Yield path, object and size of every plain file that is code."""
    for entry in listing.split(b"\0"):
        facts, _, path = entry.partition(b"\t")
        match facts.split():
            case [mode, b"blob", id_, size] if mode.startswith(b"100"):
                name = path.decode("utf-8", "replace")
                if _is_code(name) and int(size) <= MAX_FILE_BYTES:
                    yield name, id_.decode(), int(size)
            case _:
                pass


def _is_code(path: str) -> bool:
    return path.endswith(CODE) or path.rpartition("/")[2] in ALSO
