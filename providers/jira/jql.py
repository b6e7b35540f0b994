"""Writes questions in JQL. What stands in one comes from outside, so all of it is quoted."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from drift.errors import ProviderResponseError
from drift.model.ticket_search import TicketSearch
from providers.jira.documents import FieldInfo
from providers.jira.rules import JiraRules

MAX_VALUES = 50
"""Of one question: beyond it, Jira refuses it for its length."""

MAX_VALUE = 250

_TEXT_TYPES = (":textarea", ":textfield")
"""Ends of the names of field types whose values are searched by words."""

_TEXT_FIELDS = frozenset({"summary", "description", "environment"})


def quoted(text: str) -> str:
    """Return a value that JQL takes for nothing but a value."""
    plain = re.sub(r"[\x00-\x1f\x7f]", " ", text)[:MAX_VALUE]
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def phrase(text: str) -> str:
    """Return words that must stand one after the other, with no sign of the search language among them."""
    words = re.sub(r'[\\"]', " ", text)
    return quoted(f'"{words}"')


def naming(resource_ids: Iterable[str], rules: JiraRules, fields: Mapping[str, FieldInfo]) -> str:
    """Return the condition that an issue may name one of these resources: who asks looks closer."""
    some = sorted(set(resource_ids))[:MAX_VALUES]
    field = rules.resources_field
    if field is None:
        return " OR ".join(f"description ~ {phrase(one)}" for one in some)
    if _is_text(field, fields):
        return " OR ".join(f"{_clause(field)} ~ {phrase(one)}" for one in some)
    return f"{_clause(field)} in ({', '.join(map(quoted, some))})"


def likely(
    search: TicketSearch, people: Collection[str], rules: JiraRules, fields: Mapping[str, FieldInfo]
) -> str:
    """Return the condition that an issue fits what is known; `people` are ids of Jira's users.

    Jira takes days in the time zone of whoever asks, so that it is asked for a day more on either side.
    """
    hints = list(_hints(search, people, rules, fields))
    since, until = search.near - search.within - _A_DAY, search.near + search.within + 2 * _A_DAY
    times = [f'updated >= "{since:%Y-%m-%d}"', f'created <= "{until:%Y-%m-%d}"']
    return " AND ".join([*times, *([f"({' OR '.join(hints)})"] if hints else [])])


def query(condition: str, rules: JiraRules, *, newest_first: bool = False) -> str:
    """Return the question for issues of the configured projects."""
    projects = f"project in ({', '.join(map(quoted, rules.projects))}) AND " if rules.projects else ""
    return f"{projects}({condition}) ORDER BY {'updated DESC' if newest_first else 'key ASC'}"


def check_fields(rules: JiraRules, fields: Mapping[str, FieldInfo]) -> None:
    """Check that Jira has the fields that the configuration names.

    Raises:
        ProviderResponseError: One is not there, or the credentials do not show it.
    """
    missing: Sequence[str] = [field for field in rules.scope_fields if field not in fields]
    if missing:
        raise ProviderResponseError(
            f"Jira has no field {', '.join(missing)}",
            hint="name fields by their ids, as GET /rest/api/2/field lists them",
        )


_A_DAY = timedelta(days=1)


def _hints(
    search: TicketSearch, people: Collection[str], rules: JiraRules, fields: Mapping[str, FieldInfo]
) -> Iterator[str]:
    for person in sorted(people)[:MAX_VALUES]:
        yield f"reporter = {quoted(person)}"
        yield f"assignee = {quoted(person)}"
    yield from (f"text ~ {phrase(word)}" for word in search.words[:MAX_VALUES] if word.strip())
    if search.resources:
        yield naming(search.resources, rules, fields)
        yield from (f"text ~ {phrase(one)}" for one in search.resources[:MAX_VALUES])


def _is_text(field: str, fields: Mapping[str, FieldInfo]) -> bool:
    info = fields.get(field)
    is_custom_text = bool(info and info.schema and (info.schema.custom or "").endswith(_TEXT_TYPES))
    return field in _TEXT_FIELDS or is_custom_text


def _clause(field: str) -> str:
    number = field.removeprefix("customfield_")
    return field if number == field else f"cf[{number}]"
