"""The part of the estate that somebody names: `account:111122223333`, `everything`."""

import os
import pwd
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from drift.errors import UsageError
from drift.model.enrolment import EVERYTHING, Scope, ScopeKind

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from drift.config import Settings

FORMS = "account:ID, state:URI or its baseline's name, environment:NAME, or everything"


def scope_called(text: str, connection: "Connection", settings: "Settings") -> Scope:
    """Return the scope that somebody means.

    An account may be enrolled before anything was read of it; a state or an environment that does
    not exist is a slip of the pen.

    Raises:
        UsageError: There is no such scope.
    """
    from drift.store.enrolment import baselines_seen

    if text == ScopeKind.EVERYTHING:
        return EVERYTHING
    prefix, _, name = text.partition(":")
    match prefix:
        case ScopeKind.ACCOUNT if name.strip():
            return Scope(kind=ScopeKind.ACCOUNT, name=name)
        case ScopeKind.ENVIRONMENT:
            names = [one.name for one in settings.decision.environments]
            return Scope(kind=ScopeKind.ENVIRONMENT, name=_known(name, names, "environment"))
        case ScopeKind.STATE:
            names = [one.name for one in settings.baselines]
            names += [origin for origin, _ in baselines_seen(connection)]
            path = str(Path(name).absolute())
            return Scope(
                kind=ScopeKind.STATE, name=path if path in names else _known(name, names, "state or baseline")
            )
        case _:
            raise UsageError(f'"{text}" is no scope', hint=f"write {FORMS}")


def operator(given: str | None) -> str:
    """Return who calls: the name that was given, and the account of the machine, which nobody can type."""
    account = account_of_system()
    return f"{given}, as {account}" if given else account


def account_of_system() -> str:
    """Return the account of the machine that the command runs as."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"  # a container may run as anybody


def _known(name: str, names: Collection[str], what: str) -> str:
    if name in names:
        return name
    near = get_close_matches(name, names, n=1)
    known = f"there are: {', '.join(sorted(set(names)))}" if names else "none is known yet"
    raise UsageError(f'there is no {what} "{name}"', hint=f'did you mean "{near[0]}"?' if near else known)
