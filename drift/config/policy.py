"""Says what the tables of the policy mean: the rules of the stages that judge."""

import re
from collections.abc import Iterable
from datetime import timedelta

from drift.config import tables, values
from drift.config.pipelines import pipeline_rule
from drift.config.place import Place, quoted
from drift.config.reader import Reader, Row
from drift.model.coverage import CoverageRules
from drift.model.enrolment import EnrolmentRules
from drift.model.environment import Environment
from drift.model.verdict import Severity
from drift.own_resources import OwnResource, own_resource
from drift.stages.attribute import IdentityRules
from drift.stages.classify import ChannelRules, Exclusion
from drift.stages.correlate import CorrelationRules
from drift.stages.decide import DecisionRules
from drift.ticket_keys import TicketKeys

PROJECT = re.compile(r"[A-Z][A-Z0-9]{1,9}")

DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

_EXCLUDED_BY = ("account", "service", "action", "resource", "resource_type")


def identity_rules(reader: Reader, ticket_keys: TicketKeys) -> IdentityRules:
    """Return who is known better than the records tell."""
    row = reader.one(tables.Identities)
    for domain in row.table.strict_domains:
        if not DOMAIN.fullmatch(domain):
            raise row.place.error(
                f'"strict_domains" holds no domain: {quoted(domain)}',
                hint='write what stands behind the @ of your addresses: "example.com"',
            )
    return IdentityRules(
        people=row.table.people,
        machines=row.table.machines,
        strict_domains=row.table.strict_domains,
        ticket_keys=ticket_keys,
    )


def channel_rules(reader: Reader, ticket_keys: TicketKeys) -> ChannelRules:
    """Return what is trusted, what is watched, and what is left out."""
    scope = reader.one(tables.Scope)
    return ChannelRules(
        pipelines=tuple(pipeline_rule(row) for row in reader.many(tables.Pipeline)),
        break_glass=_break_glass(reader.one(tables.BreakGlass)),
        ticket_projects=_ticket_projects(reader.one(tables.Policy)),
        ticket_keys=ticket_keys,
        exclusions=tuple(_exclusion(row) for row in reader.many(tables.Exclusion)),
        scope=_accounts(scope.place, scope.table.accounts),
        own_resources=_own_resources(reader.one(tables.Watch)),
    )


def correlation_rules(reader: Reader) -> CorrelationRules:
    """Return who is called what."""
    return CorrelationRules(aliases=names(reader))


def names(reader: Reader) -> dict[str, str]:
    """Return what everybody is called, in lower case, by each of their names."""
    return _aliases(reader.many(tables.Person))


def decision_rules(reader: Reader) -> DecisionRules:
    """Return how much a change matters, and how long its answer may take."""
    policy = reader.one(tables.Policy)
    return DecisionRules(
        environments=tuple(_environment(row) for row in reader.many(tables.Environment)),
        settle_window=values.duration(policy.place, "settle_window", policy.table.settle_window),
        answer_deadline=values.duration(policy.place, "answer_deadline", policy.table.answer_deadline),
        own_resources=_own_resources(reader.one(tables.Watch)),
    )


def coverage_rules(reader: Reader) -> CoverageRules:
    """Return when what is not seen is an alarm."""
    row = reader.one(tables.Coverage)
    return CoverageRules(
        owner=row.table.owner,
        gap_limit=values.duration(row.place, "gap_limit", row.table.gap_limit),
        silent_after=values.duration(
            row.place, "silent_after", row.table.silent_after, least=timedelta(minutes=1)
        ),
        rhythm=values.duration(row.place, "rhythm", row.table.rhythm, least=timedelta(days=1)),
        may_be_silent=_accounts(row.place, row.table.may_be_silent, key="may_be_silent"),
    )


def enrolment_rules(reader: Reader) -> EnrolmentRules:
    """Return how what nobody has enrolled is treated, and what the opening register asks for."""
    row = reader.one(tables.Enrolment)
    given = row.table
    if given.owner is not None and not given.owner.strip():
        raise row.place.error('"owner" is empty', hint="name who answers for the opening register")
    return EnrolmentRules(
        mode=given.mode,
        owner=given.owner,
        due={
            severity: values.duration(row.place, key, getattr(given, key))
            for severity in Severity
            for key in [f"{severity}_due"]
        },
    )


def _break_glass(row: Row[tables.BreakGlass]) -> tuple[re.Pattern[str], ...]:
    for key, texts in (("roles", row.table.roles), ("principals", row.table.principals)):
        if any(not text.strip("*?") for text in texts):
            raise row.place.error(
                f'"{key}" would make every call an emergency', hint="name what is for emergencies only"
            )
    roles = (values.role_glob(role) for role in row.table.roles)
    sessions = filter(None, map(values.session_glob, row.table.roles))
    principals = (values.principal_glob(row.place, "principals", one) for one in row.table.principals)
    return (*roles, *sessions, *principals)


def _exclusion(row: Row[tables.Exclusion]) -> Exclusion:
    given, place = row.table, row.place
    if not given.reason.strip():
        raise place.error(
            '"reason" is empty', hint="say why these writes need no answer: an auditor will ask"
        )
    globs = {key: text for key in (*_EXCLUDED_BY, "principal") if (text := getattr(given, key)) is not None}
    if not any(text.strip("*?") for text in globs.values()):
        raise place.error(
            "would leave out every write" if globs else "does not say which writes it leaves out",
            hint=f"name at least one of {', '.join(_EXCLUDED_BY)} and principal",
        )
    principal = globs.pop("principal", None)
    return Exclusion(
        reason=given.reason,
        principal=None if principal is None else values.principal_glob(place, "principal", principal),
        **{key: values.id_glob(text) for key, text in globs.items()},
    )


def _environment(row: Row[tables.Environment]) -> Environment:
    return Environment(
        name=row.table.name,
        accounts=_accounts(row.place, row.table.accounts),
        is_production=row.table.production,
    )


def _accounts(place: Place, texts: Iterable[str], *, key: str = "accounts") -> tuple[re.Pattern[str], ...]:
    accounts = tuple(texts)
    if not all(text.strip() for text in accounts):
        raise place.error(
            f'"{key}" holds an empty text, which fits none',
            hint="write an account's number, a project's or a subscription's id",
        )
    return tuple(values.id_glob(text) for text in accounts)


def _own_resources(watch: Row[tables.Watch]) -> tuple[OwnResource, ...]:
    return tuple(_own_resource(watch.place, text) for text in watch.table.resources)


def _own_resource(place: Place, text: str) -> OwnResource:
    if not text.strip("*?/: "):
        raise place.error(
            f'"resources" would make every change an alarm: {quoted(text)}',
            hint="name the queue, rule, bucket or sink that delivers the audit log",
        )
    return own_resource(text)


def _aliases(rows: tuple[Row[tables.Person], ...]) -> dict[str, str]:
    """Return every name of everybody, in lower case, with the one it stands for."""
    aliases: dict[str, str] = {}
    for row in rows:
        person = row.table.name.lower()
        for name in (row.table.name, *row.table.aliases):
            if aliases.setdefault(name.lower(), person) != person:
                raise row.place.error(
                    f"{quoted(name)} is also a name of {quoted(aliases[name.lower()])}",
                    hint="one name stands for one person",
                )
    return aliases


def _ticket_projects(row: Row[tables.Policy]) -> frozenset[str]:
    for project in row.table.ticket_projects:
        if not PROJECT.fullmatch(project):
            raise row.place.error(
                f'"ticket_projects" holds no project key: {quoted(project)}',
                hint='write it as it stands in keys of tickets: "OPS" of OPS-123',
            )
    return frozenset(row.table.ticket_projects)
