"""How far our clock is from those of the services that answered: evidence names times by both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.ports import AnswerTime
from drift.reports.wording import counted

WORTH_A_NOTE = timedelta(seconds=30)

TOO_MUCH = timedelta(minutes=5)
"""AWS refuses what is signed so far off, and what is covered up to when would be told wrongly."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Skew:
    """How the clocks stand, in words."""

    fits: str | None
    """What those say that agree with ours; `None` where there is none."""
    notes: tuple[str, ...]
    problems: tuple[str, ...]


def skew_of(times: Mapping[str, AnswerTime]) -> Skew:
    """Put into words what time the services said it is, those that differ by name."""
    apart = {host: abs(one.ours - one.theirs) for host, one in sorted(times.items())}
    fitting = [length for length in apart.values() if length < WORTH_A_NOTE]
    most = max(fitting, default=timedelta())
    services = counted(len(fitting), "service")
    fits = f"within {max(1, round(most.total_seconds()))} s of {services} that answered" if fitting else None
    differing = {host: length for host, length in apart.items() if length >= WORTH_A_NOTE}
    return Skew(
        fits=fits,
        notes=tuple(_told(host, times[host]) for host, length in differing.items() if length < TOO_MUCH),
        problems=tuple(_told(host, times[host]) for host, length in differing.items() if length >= TOO_MUCH),
    )


def _told(host: str, one: AnswerTime) -> str:
    seconds = abs((one.ours - one.theirs).total_seconds())
    return (
        f"{host} says that it is {_time(one.theirs)}, and this machine {_time(one.ours)}: "
        f"{seconds:,.0f} s apart; let this machine be set by a time server"
    )


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
