"""The lock that Terraform and OpenTofu leave beside a state while they work on it.

Every backend keeps the same JSON, each in its own place: a file, an object, a row, a blob's metadata.
"""

from datetime import UTC, datetime

import msgspec

from drift.model.baseline import StateLock

_PLANS = frozenset({"OperationTypePlan"})
"""Operations that hold a state and change nothing: a plan in each pull request must not hide a state."""

_MAX_TEXT = 200
"""Characters: whoever takes a lock writes what it says."""


class _LockInfo(msgspec.Struct, frozen=True, rename="pascal"):
    who: str = ""
    operation: str = ""
    created: str = ""


def read_lock(content: bytes | str, *, taken_at: datetime | None = None) -> StateLock:
    """Return what a lock says; one that cannot be read holds the state all the same.

    `taken_at` is when the store received it: it is believed rather than what the holder wrote.
    """
    try:
        info = msgspec.json.decode(content, type=_LockInfo)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        info = _LockInfo()
    return StateLock(
        who=info.who[:_MAX_TEXT] or None,
        since=taken_at or _time(info.created),
        operation=info.operation[:_MAX_TEXT] or None,
        changes_nothing=info.operation in _PLANS,
    )


def _time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None
