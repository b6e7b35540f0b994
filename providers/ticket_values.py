"""Addresses and credentials, which go into requests, and times, which come out of answers."""

import base64
from datetime import UTC, datetime
from typing import Annotated, TypeAlias

import msgspec

from drift.errors import ProviderAccessError, ProviderResponseError
from drift.model.secret import Secret

Address: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^https?://[^@?#\s]+$")]
"""Where an API answers. It is shown in messages, so that no user, password or query may stand in it."""


def header_text(secret: Secret, *, what: str) -> str:
    """Return a secret that can stand in a header; one that cannot would be quoted in the error it causes.

    Raises:
        ProviderAccessError: It cannot.
    """
    text = secret.reveal()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ProviderAccessError(
            f"{what} is empty or holds characters that none has",
            hint="check the file or variable that it comes from for quotes, spaces and line ends",
        )
    return text


def basic(user: str, password: str) -> str:
    """Return the value of `Authorization` for a user and password."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def moment(text: str, *, what: str) -> datetime:
    """Return the time that an answer tells, in UTC; one that names no zone is UTC already.

    Raises:
        ProviderResponseError: It is none.
    """
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ProviderResponseError(
            f"{what}: {text[:40]!r} is no time", hint="if it happens again, report it"
        ) from error


def optional_moment(text: str | None, *, what: str) -> datetime | None:
    """Return the time that an answer tells, `None` where it tells none."""
    return moment(text, what=what) if text else None
