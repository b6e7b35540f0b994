"""Says who answers for what, and how urgently people are told."""

import re
import tomllib
from collections.abc import Collection, Iterable
from datetime import time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from drift.config import tables, values
from drift.config.place import Place, nearest, quoted
from drift.config.reader import Reader, Row
from drift.model.routing import Hours, Team
from drift.ports import AdapterKind
from drift.stages.route import OwnerRule, RouteRow, RoutingRules

SHIPPED = Path(__file__).with_name("routes.toml")

HOURS = re.compile(r"(?P<begin>[0-2][0-9]:[0-5][0-9])-(?P<end>[0-2][0-9]:[0-5][0-9])")

ROTA = re.compile(r"((schedule|policy)/)?[A-Za-z0-9]{1,40}", re.ASCII)

LEAST_ASKED = timedelta(minutes=1)
"""Nobody answers sooner; without the key nobody is asked."""

WORKING_DAYS = tuple(tables.Day)[:5]

_OWNED_BY = (
    "address",
    "state",
    "source",
    "code_owner",
    "tag",
    "account",
    "unit",
    "resource",
    "resource_type",
    "environment",
)


class _Shipped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    route: tuple[tables.Route, ...]


def routing_rules(reader: Reader, names: dict[str, str]) -> RoutingRules:
    """Return who answers for what. `names` are what everybody is called, by each of their names.

    Raises:
        ConfigError: A team is named that there is not, a rule would own everything, or hours are none.
    """
    notifiers = {one.name for one in reader.notifiers()}
    environments = {row.table.name for row in reader.many(tables.Environment)}
    on_call = {one.name for one in reader.adapters(AdapterKind.ON_CALL)}
    teams = {row.table.name: _team(row, notifiers, on_call) for row in reader.many(tables.Team)}
    routing = reader.one(tables.Routing)
    if routing.table.default is not None:
        _existing(routing.place, "default", routing.table.default, teams)
    return RoutingRules(
        teams=teams,
        owners=tuple(_owner(row, teams, environments) for row in reader.many(tables.Owner)),
        default=routing.table.default,
        rows=(*(_own_row(row, environments) for row in reader.many(tables.Route)), *shipped_rows()),
        names=names,
        ask_first=_ask_first(routing),
    )


def _ask_first(row: Row[tables.Routing]) -> timedelta | None:
    text = row.table.ask_first
    return None if text is None else values.duration(row.place, "ask_first", text, least=LEAST_ASKED)


@cache
def shipped_rows() -> tuple[RouteRow, ...]:
    """Return the rows of the decision table that ship with the program."""
    document = msgspec.convert(tomllib.loads(SHIPPED.read_text(encoding="utf-8")), _Shipped)
    return tuple(map(_row, document.route))


def _team(row: Row[tables.Team], notifiers: Collection[str], on_call: Collection[str]) -> Team:
    given, place = row.table, row.place
    for key, named in (("notifiers", given.notifiers), ("page", given.page)):
        for one in named:
            _existing(place, key, one, notifiers)
    return Team(
        name=given.name,
        notifiers=given.notifiers,
        page=given.page,
        channel=given.channel,
        mention=given.mention,
        secondary=given.secondary,
        hours=_hours(row),
        on_call=_on_call(row, on_call),
    )


def _on_call(row: Row[tables.Team], known: Collection[str]) -> tuple[str, str] | None:
    """Return what knows who is on call for a team, and by which rota."""
    if row.table.oncall is None:
        return None
    source, _, rota = row.table.oncall.partition(":")
    if not ROTA.fullmatch(rota):
        raise row.place.error(
            f'"oncall" names no rota: {quoted(row.table.oncall)}',
            hint='write the name of an [[on_call]], and the id of a schedule or policy: "pagerduty:PABC123"',
        )
    _existing(row.place, "oncall", source, known)
    return source, rota


def _hours(row: Row[tables.Team]) -> Hours | None:
    given, place = row.table, row.place
    if given.working_hours is None:
        if given.working_days:
            raise place.error(
                '"working_hours" is missing beside "working_days"', hint='add it: "09:00-17:30"'
            )
        return None
    begin, end = _span(given.working_hours)
    if begin >= end:
        raise place.error(
            f'"working_hours" are no hours of a day: {quoted(given.working_hours)}',
            hint='write when they begin and end: "09:00-17:30"',
        )
    days = given.working_days or WORKING_DAYS
    return Hours(
        zone=zone_called(place, given.time_zone),
        days=frozenset(list(tables.Day).index(day) for day in days),
        begin=begin,
        end=end,
    )


def _span(text: str) -> tuple[time, time]:
    """Return when hours begin and end; both are midnight where the text is none."""
    found = HOURS.fullmatch(text)
    try:
        return (
            (time.fromisoformat(found["begin"]), time.fromisoformat(found["end"]))
            if found
            else (time(), time())
        )
    except ValueError:
        return time(), time()


def zone_called(place: Place, name: str) -> ZoneInfo:
    """Return the time zone of a name in the IANA list.

    Raises:
        ConfigError: There is none.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # what is missing is a KeyError, and a folder an OSError
        raise place.error(
            f'"time_zone" is none that is known: {quoted(name)}',
            hint='write its name in the IANA list: "Europe/Berlin"; where none is known, install tzdata',
        ) from None


def _owner(row: Row[tables.Owner], teams: Collection[str], environments: Collection[str]) -> OwnerRule:
    given, place = row.table, row.place
    _existing(place, "team", given.team, teams)
    if given.environment is not None:
        _existing(place, "environment", given.environment, environments)
    globs = {key: text for key in _OWNED_BY if (text := getattr(given, key)) is not None}
    if not any(text.strip("*? ") for text in globs.values()):
        raise place.error(
            "would own everything" if globs else "does not say what it owns",
            hint=f"name at least one of {', '.join(_OWNED_BY)}; [routing] default is for the rest",
        )
    environment = globs.pop("environment", None)
    return OwnerRule(
        name=given.name,
        team=given.team,
        environment=environment,
        **{key: values.id_glob(text) for key, text in globs.items()},
    )


def _own_row(row: Row[tables.Route], environments: Collection[str]) -> RouteRow:
    for one in row.table.environment:
        _existing(row.place, "environment", one, environments)
    return _row(row.table)


def _row(given: tables.Route) -> RouteRow:
    return RouteRow(
        name=given.name,
        urgency=given.urgency,
        channels=frozenset(given.channel),
        environments=frozenset(given.environment),
        lanes=frozenset(given.lane),
        severities=frozenset(given.severity),
    )


def _existing(place: Place, key: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise place.error(f'"{key}" names {quoted(name)}, which there is not', hint=nearest(name, known))
