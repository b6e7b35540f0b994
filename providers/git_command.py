"""Runs git with the repository of somebody else, without running anything of it.

1. The address comes from the configuration or from code: it may not begin with `-`, its protocol must be
   allowed, and no shell sees it.
2. git works in a bare repository of ours. Nothing is checked out, so that no hook, filter or attribute of
   the other repository counts.
3. It may not ask questions, and reads no configuration but what stands here.
4. The token is in the environment of git alone, for its host alone: arguments are seen by everybody.
"""

import base64
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from drift.model.secret import Secret

PROTOCOLS = ("https", "ssh", "file")
"""What may be spoken. `http` can be read and altered under way, and `ext` runs commands."""

TIMEOUT_SECONDS = 300

PASSED_ON = ("PATH", "HOME", "SSH_AUTH_SOCK", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
"""What git needs of the environment; it may see nothing else of it."""

_OPTIONS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.sshCommand": "ssh -oBatchMode=yes",
    "credential.helper": "",
    "fetch.fsckObjects": "true",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "http.followRedirects": "false",  # a token must not follow to another host
    "submodule.recurse": "false",
}


class GitMissingError(Exception):
    """git is not installed."""


class GitFailedError(Exception):
    """git could not do what it was asked to."""

    def __init__(self, complaint: str) -> None:
        """Keep all that git said; the line that says why is the error's text."""
        lines: Sequence[str] = complaint.strip().splitlines()
        last = lines[-1] if lines else "failed"
        super().__init__(next((one for one in lines if one.startswith(("fatal:", "error:"))), last))
        self.complaint = complaint


@dataclass(frozen=True, kw_only=True, slots=True)
class Git:
    """git in a folder, which it makes a bare repository with `init`."""

    folder: Path
    url: str
    """Of the other repository: https, ssh or file."""
    token: Secret | None = None
    """Sent to this host only, and over https only."""
    user: str = "x-access-token"
    options: Mapping[str, str] = field(default_factory=dict)
    """Further configuration."""
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, sent: bytes = b"") -> bytes:
        """Run a command of git, and return what it prints.

        Raises:
            GitMissingError: git is not installed.
            GitFailedError: It left with an error, or did not end in time.
        """
        program = shutil.which("git")
        if program is None:
            raise GitMissingError
        process = subprocess.Popen(  # noqa: S603 - no shell, and step 1 above
            [program, *arguments],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            answer, complaint = process.communicate(sent, timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise GitFailedError(f"no answer within {TIMEOUT_SECONDS} s") from error
        if process.returncode:
            raise GitFailedError(complaint.decode("utf-8", "replace"))
        return answer

    def _environment(self) -> Mapping[str, str]:
        options = {**_OPTIONS, **self.options}
        parts = urlsplit(self.url)
        if self.token and parts.scheme == "https":
            pair = base64.b64encode(f"{self.user}:{self.token.reveal()}".encode()).decode()
            host = parts.netloc.rpartition("@")[2]
            options[f"http.https://{host}/.extraHeader"] = f"Authorization: Basic {pair}"
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment |= {
            "GIT_ALLOW_PROTOCOL": parts.scheme,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_COUNT": str(len(options)),
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
            **self.environment,
        }
        for number, (key, value) in enumerate(options.items()):
            environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return environment


def may_be_asked(url: str) -> bool:
    """Tell whether an address may be given to git: an allowed protocol, no option, and no token in it."""
    scheme, separator, _ = url.partition("://")
    parts = urlsplit(url)
    is_safe = bool(separator) and scheme in PROTOCOLS and not (parts.hostname or "").startswith("-")
    return is_safe and not (scheme == "https" and "@" in parts.netloc)


def shown_url(url: str) -> str:
    """Return an address without the user and password that may stand in it."""
    scheme, separator, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}{separator}{place.rpartition('@')[2]}{slash}{path.partition('?')[0]}"
