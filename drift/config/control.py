"""Says what the tables about the change control mean: who may approve, and what is planned."""

from datetime import UTC, date, datetime, time, timedelta

from drift.config import control_tables as tables
from drift.config import values
from drift.config.place import Place, nearest, quoted
from drift.config.reader import Reader, Row
from drift.config.tables import Environment
from drift.model.approval import ActionRules, EmergencyRules
from drift.model.control_test import CompensatingControl, ControlTest
from drift.model.planned import LONGEST_WINDOW, Freeze, PlannedScope, PlannedWindow, StandardChange

_GLOBS = ("account", "service", "action", "resource", "resource_type")


def action_rules(reader: Reader) -> ActionRules:
    """Return who may approve and waive, and what emergencies ask for."""
    row = reader.one(tables.Approvals)
    for key in ("approvers", "emergency_approvers"):
        if not all(name.strip() for name in getattr(row.table, key)):
            raise row.place.error(f'"{key}" holds an empty name', hint="write a name as in [[person]]")
    return ActionRules(
        approvers=row.table.approvers,
        emergency_approvers=row.table.emergency_approvers,
        longest_waiver=values.duration(
            row.place, "longest_waiver", row.table.longest_waiver, least=timedelta(days=1)
        ),
        emergency=_emergency(reader),
    )


def operator_name(reader: Reader) -> str | None:
    """Return who acts on this machine."""
    return reader.one(tables.Operator).table.name


def windows(reader: Reader) -> tuple[PlannedWindow, ...]:
    """Return the announced work."""
    return tuple(_window(reader, row) for row in reader.many(tables.Window))


def freezes(reader: Reader) -> tuple[Freeze, ...]:
    """Return when nothing should be changed."""
    return tuple(_freeze(reader, row) for row in reader.many(tables.Freeze))


def standard_changes(reader: Reader) -> tuple[StandardChange, ...]:
    """Return the kinds of changes that are approved once for all."""
    return tuple(_standard_change(reader, row) for row in reader.many(tables.StandardChange))


def compensating_controls(reader: Reader) -> tuple[CompensatingControl, ...]:
    """Return what is done where a test cannot be passed."""
    return tuple(_control(reader, row) for row in reader.many(tables.CompensatingControl))


def _emergency(reader: Reader) -> EmergencyRules:
    row = reader.one(tables.Emergency)
    given, known = row.table, [one.name for one in reader.notifiers()]
    if given.escalate_to is not None and given.escalate_to not in known:
        raise row.place.error(
            f"there is no [[notifier]] {quoted(given.escalate_to)}", hint=nearest(given.escalate_to, known)
        )
    hour = timedelta(hours=1)
    return EmergencyRules(
        approve_within=values.duration(row.place, "approve_within", given.approve_within, least=hour),
        review_within=values.duration(row.place, "review_within", given.review_within, least=hour),
        follow_up_within=values.duration(row.place, "follow_up_within", given.follow_up_within, least=hour),
        escalate_to=given.escalate_to,
    )


def _window(reader: Reader, row: Row[tables.Window]) -> PlannedWindow:
    given = row.table
    _check_words(row.place, ticket=given.ticket, approver=given.approver, owner=given.owner)
    starts_at, ends_at = _span(row.place, given.starts, given.ends)
    if ends_at - starts_at > LONGEST_WINDOW:
        raise row.place.error(
            "is longer than 72 hours", hint="plan it again: a window that is always open is none"
        )
    return PlannedWindow(
        name=given.name,
        scope=_scope(reader, row.place, given),
        starts_at=starts_at,
        ends_at=ends_at,
        ticket=given.ticket,
        approver=given.approver,
        owner=given.owner,
    )


def _freeze(reader: Reader, row: Row[tables.Freeze]) -> Freeze:
    _check_words(row.place, reason=row.table.reason)
    starts_at, ends_at = _span(row.place, row.table.starts, row.table.ends)
    scope = _scope(reader, row.place, row.table, may_be_all=True)
    return Freeze(
        name=row.table.name, scope=scope, starts_at=starts_at, ends_at=ends_at, reason=row.table.reason
    )


def _standard_change(reader: Reader, row: Row[tables.StandardChange]) -> StandardChange:
    given = row.table
    _check_words(row.place, approver=given.approver, owner=given.owner)
    return StandardChange(
        name=given.name,
        scope=_scope(reader, row.place, given),
        approver=given.approver,
        approved_at=_aware(row.place, "approved", given.approved),
        reviewed_at=_day(given.reviewed),
        owner=given.owner,
        expires_at=_day(given.expires) + timedelta(days=1),  # the day itself still counts
    )


def _control(reader: Reader, row: Row[tables.CompensatingControl]) -> CompensatingControl:
    given = row.table
    _check_words(row.place, reason=given.reason, owner=given.owner)
    known = [one.value for one in ControlTest]
    for name in given.tests or ("",):
        if name not in known:
            raise row.place.error(f'"tests" names no test: {quoted(name)}', hint="write t1 to t8")
    return CompensatingControl(
        name=given.name,
        tests=frozenset(map(ControlTest, given.tests)),
        reason=given.reason,
        owner=given.owner,
        environment=_environment(reader, row.place, given.environment),
    )


def _scope(
    reader: Reader, place: Place, given: tables.ScopedTable, *, may_be_all: bool = False
) -> PlannedScope:
    globs = {key: text for key in _GLOBS if (text := getattr(given, key)) is not None}
    says_something = given.environment is not None or any(text.strip("*? ") for text in globs.values())
    if not (says_something or (may_be_all and not globs)):
        raise place.error(
            "does not say which changes it is for",
            hint=f"name at least one of environment, {', '.join(_GLOBS)}",
        )
    return PlannedScope(
        environment=_environment(reader, place, given.environment),
        **{key: values.id_glob(text) for key, text in globs.items()},
    )


def _environment(reader: Reader, place: Place, name: str | None) -> str | None:
    known = [row.table.name for row in reader.many(Environment)]
    if name is not None and name not in known:
        raise place.error(f"there is no [[environment]] {quoted(name)}", hint=nearest(name, known))
    return name


def _span(place: Place, starts: datetime, ends: datetime) -> tuple[datetime, datetime]:
    starts_at, ends_at = _aware(place, "starts", starts), _aware(place, "ends", ends)
    if ends_at <= starts_at:
        raise place.error("ends before it starts", hint='write the later time as "ends"')
    return starts_at, ends_at


def _aware(place: Place, key: str, at: datetime) -> datetime:
    if at.tzinfo is None:
        raise place.error(f'"{key}" lacks its time zone', hint="write 2026-12-01T22:00:00Z")
    return at.astimezone(UTC)


def _day(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _check_words(place: Place, **texts: str) -> None:
    for key, text in texts.items():
        if not text.strip():
            raise place.error(f'"{key}" is empty', hint="write it: an auditor will ask")
