"""An anchor in a repository: each checkpoint is a commit that is pushed to a branch.

It proves something to whoever cannot make that branch forget: a host that refuses forced pushes, or people
who keep clones. Nothing is ever forced here, so that another history is refused by the host itself.
"""

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.anchor import NOTE, Receipt
from drift.model.evidence import Checkpoint
from drift.model.secret import Secret
from providers.git_command import Git, GitFailedError, GitMissingError, may_be_asked, shown_url
from providers.visible import shortened

FILE: Final = "checkpoint.note"
"""The last checkpoint stands in it; those before are in the history of the branch."""

_TIP: Final = "refs/drift/tip"

_REFUSED: Final = (
    *("authentication failed", "could not read username", "could not read password", "permission denied"),
    *("error: 401", "error: 403", "access denied", "not allowed", "declined", "protected branch"),
)
_MISSING: Final = ("does not appear to be a git repository", "not found", "error: 404")
"""How git and its hosts say that, in small letters."""


class GitAnchorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which branch of which repository, and how it is reached."""

    repository: str
    """Its address: https://, ssh:// or file://."""
    branch: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._/-]*$")] = (
        "driftledger-checkpoints"
    )
    token: Secret | None = None
    """Over https: it may push to the branch, and need not be allowed anything else."""
    user: str = "x-access-token"
    """Whose the token is, where the host asks."""
    ssh_key: str | None = None
    """Over ssh: the file of the key. The host must be known already."""
    ca_file: str | None = None
    """The authority that the host's certificate is of, where it is a private one."""
    email: str = "driftledger@localhost"
    """Of the author, where the host asks for one of the company."""

    def __post_init__(self) -> None:
        """Refuse an address that git could take for something else, or that tells a token to others.

        Raises:
            ValueError: It is one.
        """
        if not may_be_asked(self.repository):
            raise ValueError('"repository" must begin with https://, ssh:// or file://, and hold no token')


class GitAnchor:
    """An `Anchor` whose receipts are commits."""

    def __init__(self, settings: GitAnchorSettings) -> None:
        self._settings = settings

    def check(self) -> str:
        """Try whether a commit could be pushed, pushing none."""
        with self._repository() as git:
            tip = self._tip(git)
            commit = tip or self._commit(git, "", "nothing yet", None, None)
            self._push(git, commit, "--dry-run")
        last = f"its last commit is {tip[:12]}" if tip else "it is not there yet"
        return f"commits can be pushed to the branch {self._settings.branch}; {last}"

    def hold(self, checkpoint: Checkpoint, now: datetime) -> Receipt:
        """Commit the note upon the last one, and push that, unless it is the last one."""
        with self._repository() as git:
            tip = self._tip(git)
            held = self._note_at(git, tip) if tip else None
            if tip is None or held != checkpoint.note:
                self._refuse_going_back(held, checkpoint)
                message = f"Checkpoint of {checkpoint.size} entries\n\n{checkpoint.root}\n"
                tip = self._commit(git, checkpoint.note, message, tip, now)
                self._push(git, tip)
        where = f"{shown_url(self._settings.repository)}, branch {self._settings.branch}"
        return Receipt(reference=f"commit {tip} of {where}", check=self._line(tip))

    @contextmanager
    def _repository(self) -> Iterator[Git]:
        """Give an empty repository, in which nothing can be run, and say what git's errors mean."""
        settings = self._settings
        options = {"http.sslCAInfo": settings.ca_file} if settings.ca_file else {}
        if settings.ssh_key:
            key = shlex.quote(settings.ssh_key)
            options["core.sshCommand"] = f"ssh -oBatchMode=yes -oIdentitiesOnly=yes -i {key}"
        with tempfile.TemporaryDirectory(prefix="drift-") as folder:
            git = Git(
                folder=Path(folder),
                url=settings.repository,
                token=settings.token,
                user=settings.user,
                options=options,
            )
            try:
                git.run("init", "--quiet", "--bare", "--template=", ".")
                yield git
            except GitMissingError as error:
                raise ProviderAccessError(
                    "a repository that holds checkpoints needs git, which is not installed",
                    hint="install git",
                ) from error
            except GitFailedError as error:
                raise self._meaning(error) from error

    def _tip(self, git: Git) -> str | None:
        """Fetch the last commit of the branch, without those before it; return its id, if there is one."""
        ref = f"refs/heads/{self._settings.branch}"
        if not git.run("ls-remote", "--end-of-options", git.url, ref).strip():
            return None
        git.run("fetch", "--quiet", "--depth=1", "--no-tags", "--end-of-options", git.url, f"{ref}:{_TIP}")
        return git.run("rev-parse", "--verify", _TIP).decode().strip()

    def _note_at(self, git: Git, commit: str) -> str | None:
        if not git.run("ls-tree", commit, "--", FILE).strip():
            return None
        return git.run("cat-file", "blob", f"{commit}:{FILE}").decode("utf-8", "replace")

    def _refuse_going_back(self, held: str | None, checkpoint: Checkpoint) -> None:
        """Raise `ProviderResponseError` if a checkpoint of this ledger is held that ours does not follow."""
        origin, size, *_ = [*(held or "").split("\n"), "", ""]
        ours = checkpoint.note.split("\n")[0]
        if origin == ours and size.isascii() and size.isdigit() and int(size) >= checkpoint.size:
            raise ProviderResponseError(
                f"{shown_url(self._settings.repository)} holds a checkpoint of {int(size)} entries already,"
                f" another one than ours of {checkpoint.size}",
                hint="this ledger was put back or rewritten: find out when, or set another `branch`",
            )

    def _commit(self, git: Git, note: str, message: str, parent: str | None, now: datetime | None) -> str:
        """Make a commit of the note, beside whatever else lies on the branch; return its id."""
        blob = git.run("hash-object", "-w", "--stdin", sent=note.encode()).decode().strip()
        others = git.run("ls-tree", "-z", parent).split(b"\0") if parent else []
        rows = [one for one in others if one and one.partition(b"\t")[2] != FILE.encode()]
        rows.append(f"100644 blob {blob}\t{FILE}".encode())
        tree = git.run("mktree", "-z", "--missing", sent=b"\0".join(rows) + b"\0").decode().strip()
        parents = ["-p", parent] if parent else []
        authored = replace(git, environment=self._author(now))
        return authored.run("commit-tree", tree, *parents, sent=message.encode()).decode().strip()

    def _author(self, now: datetime | None) -> dict[str, str]:
        """Return what git asks of the environment of who commits."""
        at = {} if now is None else dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), now.isoformat())
        names = dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "driftledger")
        emails = dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), self._settings.email)
        return {**names, **emails, **at}

    def _push(self, git: Git, commit: str, *options: str) -> None:
        ref = f"{commit}:refs/heads/{self._settings.branch}"
        git.run("push", "--quiet", *options, "--end-of-options", git.url, ref)

    def _meaning(self, error: GitFailedError) -> ProviderError:
        where, said = shown_url(self._settings.repository), shortened(str(error), 300)
        what, complaint = f"the repository {where}: {said}", error.complaint.lower()
        if any(one in complaint for one in _REFUSED):
            return ProviderAccessError(
                what, hint=f"let `token` or `ssh_key` push to the branch {self._settings.branch}"
            )
        if any(one in complaint for one in _MISSING):
            return ProviderResponseError(what, hint="check `repository` of its [[anchor]]")
        return ProviderUnavailableError(what, hint="it is tried again later; check the network and the host")

    def _line(self, commit: str) -> str:
        """Return the line that clones the branch, finds the commit on it, and compares its note."""
        branch, url = shlex.quote(self._settings.branch), shlex.quote(shown_url(self._settings.repository))
        return (
            f"git clone --quiet --bare --single-branch --branch {branch} {url} held.git"
            f" && git -C held.git merge-base --is-ancestor {commit} {branch}"
            f" && git -C held.git cat-file blob {commit}:{FILE} | cmp - {NOTE}"
        )
