"""The words of a message: short, concrete, and the same in every message."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Final

from drift.model.alert import Alert
from drift.model.verdict import Disposition, Severity
from providers.visible import shortened

LIGHTS: Final[dict[Severity, str]] = {
    Severity.CRITICAL: "🔴",
    Severity.HIGH: "🟠",
    Severity.MEDIUM: "🟡",
    Severity.LOW: "🔵",
}

NAME: Final = 120
"""Bytes of a name at most."""

STANDINGS: Final[dict[Disposition, str]] = {
    Disposition.AUTHORISED: "allowed before it was made",
    Disposition.EMERGENCY: "its review is still owed",
    Disposition.RETROACTIVE: "the ticket or its approval came after the change",
    Disposition.UNTICKETED: "no ticket covers it",
    Disposition.WAIVED: "a waiver covers it",
    Disposition.PENDING: "no ticket is known to cover it yet",
    Disposition.EXPLAINED: "nobody has to answer for it",
    Disposition.BEFORE_ENROLMENT: "made before this account was watched",
}


def who(alert: Alert) -> str:
    """Name who did it, if that is sure; the identity stands below in any case."""
    return alert.actor or "not known for sure"


def where(alert: Alert) -> str:
    """Say in which environment and account, and through which channel."""
    parts = (alert.environment, f"account {alert.account}", alert.channel)
    return " · ".join(shortened(part, NAME) for part in parts if part)


def when(alert: Alert) -> str:
    """Say when it began, and how long it took us to see it."""
    lag = alert.detected_at - alert.began_at
    seen = f"seen {duration(lag)} later" if lag >= timedelta(seconds=1) else "seen at once"
    return f"{alert.began_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC, {seen}"


def duration(length: timedelta) -> str:
    """Say a duration in its two largest units: `4 h`, `1 min 5 s`."""
    seconds = max(0, round(length.total_seconds()))
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def listing(texts: Sequence[str], most: int, limit: int) -> str:
    """Join the first texts, each of at most `limit` bytes, and count the rest."""
    shown = [shortened(text, limit) for text in texts[:most]]
    if (rest := len(texts) - most) > 0:
        shown.append(f"and {rest} more")
    return "; ".join(shown)
