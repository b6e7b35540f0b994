"""The register of a month's emergencies as text."""

import textwrap
from collections.abc import Iterator
from datetime import timedelta

from drift.model.action import FollowUp
from drift.reports.emergency import EmergencyRow, Register
from drift.reports.wording import counted, duration, moment
from drift.terminal import shown

_LONGEST = 2000


def emergency_text(register: Register, width: int) -> str:
    """Return the register, each line within `width`."""
    lines = [*_head(register), *(line for row in register.rows for line in _emergency(row))]
    return "\n".join(wrapped for line in lines for wrapped in _wrapped(line, width)) + "\n"


def _head(register: Register) -> Iterator[str]:
    yield f"Emergency changes of {register.month} (UTC)"
    yield ""
    share = f" ({register.production / register.changes:.1%})" if register.changes else ""
    yield (
        f"Ratio         {register.production:,} of {counted(register.changes, 'production change')}{share} "
        f"{'was' if register.production == 1 else 'were'} made in an emergency"
    )
    yield f"Approved      {register.in_time:,} of {register.due:,} in time{_latencies(register)}"
    if register.actors:
        yield f"Again, by     {_named(register.actors)}"
    if register.resources:
        yield f"Again, to     {_named(register.resources)}"
    if not register.rows:
        yield ""
        yield "No emergency began in this month."


def _latencies(register: Register) -> str:
    if register.median is None or register.p95 is None:
        return ""
    return f"; the approval took {_took(register.median)} (median), {_took(register.p95)} (95 %)"


def _took(length: timedelta) -> str:
    return "no time: it came before" if length <= timedelta() else duration(length)


def _named(found: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{shown(name, 200)} ({number})" for name, number in found)


def _emergency(row: EmergencyRow) -> Iterator[str]:
    kind = "break-glass" if row.is_break_glass else "declared"
    where = f", {row.environment}" if row.environment else ""
    yield ""
    yield f"{row.began_at:%Y-%m-%d %H:%M}  {row.change_id}  {row.disposition}, {kind}{where}"
    yield f"    who       {row.actor}, to {row.resource}"
    incident = f" ({row.incident})" if row.incident else ""
    yield f"    why       {row.justification or 'nobody has said why'}{incident}"
    yield f"    approved  {_approval(row)}"
    yield f"    reviewed  {moment(row.reviewed_at) if row.reviewed_at else 'not yet'}{_follow_up(row)}"
    complete = row.complete.replace("_", " ") if row.complete else "not judged yet"
    yield f"    complete  {complete}: {row.reason}"


def _approval(row: EmergencyRow) -> str:
    if row.approved_at is None or row.approval_took is None:
        return "never" if row.approved_in_time is False else "not yet"
    after = (
        f", {duration(row.approval_took)} after the first write" if row.approval_took > timedelta() else ""
    )
    late = "" if row.approved_in_time else ", too late"
    return f"by {row.approver} at {moment(row.approved_at)}{after}{late}"


def _follow_up(row: EmergencyRow) -> str:
    if row.follow_up in (None, FollowUp.NOTHING):
        return ""
    if row.follow_up_due_at is None:
        return f", {row.follow_up}: done"
    return f", {row.follow_up} by {row.follow_up_owner}, due {moment(row.follow_up_due_at)}"


def _wrapped(line: str, width: int) -> list[str]:
    indent = " " * 14 if line.startswith(" ") or line[10:14] == "    " else ""
    return textwrap.wrap(
        shown(line, _LONGEST), width, subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=True
    ) or [""]
