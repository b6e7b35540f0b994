"""Checks single values: durations, patterns, secrets, the store's URL."""

import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from glob import escape, has_magic
from pathlib import Path

from drift.config.place import Place, quoted
from drift.model.secret import Secret

DURATION = re.compile(r"(?P<count>[0-9]{1,5})(?P<unit>[smhd])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
"""A name that may be shown: anything else may be a token, put where its variable's name belongs."""

ROLE_ARN = r"(?:arn:[^:/]*:iam::[^:/]*:role/(?:[^:]*/)?)?"
"""What may stand before a role's bare name: never a session's ARN, whose end its caller chooses."""

_NO_SESSION = "(?!arn:[^:]*:sts:)"

SQLITE_FILE = re.compile(r"(?P<driver>sqlite(?:\+\w+)?:///)(?P<path>[^?]+)(?P<query>\?.*)?", re.DOTALL)

PASSWORD = re.compile(r"://[^/?]*:[^?]*@|[?&]\w*password=")
"""A password inside a URL."""


def duration(place: Place, key: str, text: str, *, least: timedelta = timedelta(0)) -> timedelta:
    """Return the time that `text` says: `60s`, `10m`, `4h`, `2d`."""
    found = DURATION.fullmatch(text)
    if not found:
        raise place.error(
            f'"{key}" is no duration: {quoted(text)}', hint='write a number and s, m, h or d: "10m"'
        )
    time = timedelta(**{UNITS[found["unit"]]: int(found["count"])})
    if time < least:
        raise place.error(f'"{key}" is too short: {quoted(text)}', hint=f'at least "{written(least)}"')
    return time


def written(length: timedelta) -> str:
    """Return a duration as the configuration writes it, in the largest unit that it fills."""
    units = ((unit, timedelta(**{name: 1})) for unit, name in reversed(UNITS.items()))
    return next(f"{length // one}{unit}" for unit, one in units if not length % one)


def glob(text: str) -> re.Pattern[str]:
    """Return the pattern in which `*` and `?` stand for anything, and nothing else is special."""
    return re.compile(_translated(text, any_one="."), re.DOTALL)


def id_glob(text: str) -> re.Pattern[str]:
    """Return the glob of an id or a name, which clouds write now in capitals, now in small letters."""
    return re.compile(_translated(text, any_one="."), re.DOTALL | re.IGNORECASE)


def principal_glob(place: Place, key: str, text: str) -> re.Pattern[str]:
    """Return the glob of an identity: an address, an application's id, an ARN.

    It fits no session by the end of its name, which is chosen by whoever opens the session.
    """
    if not re.match("arn:[^:]*:sts:", text):
        return re.compile(_NO_SESSION + _translated(text, any_one="."), re.DOTALL | re.IGNORECASE)
    role = text.removesuffix("/*").partition("/")[2]
    if not text.endswith("/*") or not role.strip("*?"):
        raise place.error(
            f'"{key}" must leave the name of a session open, for its caller chose it: {quoted(text)}',
            hint="name the role, and end with /*: arn:aws:sts::111122223333:assumed-role/deploy/*",
        )
    return glob(text)


def role_glob(text: str) -> re.Pattern[str]:
    """Return the pattern of a role: of its bare name, which also fits its ARN, or of its ARN.

    In a bare name a wildcard stays within the name. Else `*-deploy` would fit the ARN of
    every session whose caller chose to call it so.
    """
    if re.search("[:/]", text):
        return glob(text)
    return re.compile(ROLE_ARN + _translated(text, any_one="[^:/]"), re.DOTALL)


def session_glob(role: str) -> re.Pattern[str] | None:
    """Return the pattern of a role's sessions, whatever they are called; `None` where it is no role of AWS.

    Roles assumed from a role know only the session that they were assumed in.
    """
    found = re.fullmatch(r"(?:arn:[^:]*:iam::(?P<account>[^:]*):role/(?:.*/)?)?(?P<name>[^:/]+)", role)
    if found is None:
        return None
    account = _translated(found["account"] or "*", any_one="[^:/]")
    name = _translated(found["name"], any_one="[^:/]")
    return re.compile(rf"arn:[^:]*:sts::{account}:assumed-role/{name}/.*", re.DOTALL)


def _translated(text: str, *, any_one: str) -> str:
    wildcards = {"*": f"{any_one}*", "?": any_one}
    return "".join(wildcards.get(char, re.escape(char)) for char in re.sub(r"\*+", "*", text))


def regex(place: Place, key: str, text: str) -> re.Pattern[str]:
    """Return the compiled regular expression."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(text)
    except (re.error, ValueError, OverflowError, RecursionError, Warning) as error:
        raise place.error(
            f'"{key}" is no regular expression: {quoted(str(error))}',
            hint="write it between single quotes, where a backslash stays as it is",
        ) from error


def absolute(place: Place, key: str, path: str, folder: Path) -> str:
    """Return a path or glob that starts from `folder` where it is relative; a URI stays as it is."""
    if not path or "\0" in path:
        raise place.error(f'"{key}" is no path: {quoted(path)}', hint="write a path in quotes")
    if "://" in path:
        return path
    if path.startswith("~"):
        return os.path.expanduser(path)  # noqa: PTH111 - pathlib's raises where there is no such home
    # Brackets in the folder's own name would be part of the pattern.
    root = escape(str(folder)) if has_magic(path) else folder
    return str(Path(root) / path)


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretReference:
    """Where a secret is: in the variable `env` or in the file `file`. One of them is given."""

    place: Place
    key: str
    env: str | None
    file: str | None

    def resolve(self, folder: Path, environ: Mapping[str, str] | None) -> Secret:
        """Return the secret, an empty one where none is needed; what goes wrong is said without it."""
        env, file = f'"{self.key}_env"', f'"{self.key}_file"'
        if self.env is not None and self.file is not None:
            raise self.place.error(f"{env} and {file} contradict each other", hint="leave one of them out")
        if environ is None:
            return Secret("")
        if self.file is not None:
            path = absolute(self.place, f"{self.key}_file", self.file, folder)
            return self._in_file(Path(path))
        return self._in_variable(self.env or "", environ)

    def _in_variable(self, name: str, environ: Mapping[str, str]) -> Secret:
        if value := environ.get(name):
            return Secret(value)
        shown = f" {name}" if VARIABLE.fullmatch(name) else ""
        raise self.place.error(
            f'the environment variable{shown} that "{self.key}_env" names is not set',
            hint=f'set it, or use "{self.key}_file"' if shown else "write its name, not its value",
        )

    def _in_file(self, path: Path) -> Secret:
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            problem = f"cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8 text'}"
        else:
            if value:
                return Secret(value)
            problem = "is empty"
        raise self.place.error(
            f'the file of "{self.key}_file" {problem}', hint=f"check {quoted(str(path))}"
        ) from None


def with_absolute_path(url: Secret, folder: Path) -> Secret:
    """Return the URL of the store, the path of an SQLite file starting from `folder`."""
    found = SQLITE_FILE.fullmatch(url.reveal())
    if not found or found["path"].startswith((":memory:", "file:")):
        return url
    return Secret(f"{found['driver']}{folder / found['path']}{found['query'] or ''}")
