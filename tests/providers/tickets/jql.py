"""As much of JQL as the adapters write: refused as Jira refuses it where it is anything else."""

import re
from collections.abc import Callable, Iterator
from typing import Any

TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<sign><=|>=|=|~|\(|\)|,)|(?P<word>cf\[\d+\]|-?[A-Za-z0-9]+))'
)

Issue = dict[str, Any]
Fits = Callable[[Issue], bool]

SEARCHED = {"text": ("summary", "description"), "description": ("description",)}


class BadJqlError(Exception):
    """Jira would not understand it."""


def parsed(jql: str, fields: set[str]) -> tuple[Fits, str]:
    """Return what issues fit, and the order: `key ASC` or `updated DESC`."""
    condition, by, order = jql.partition(" ORDER BY ")
    if not by or order not in {"key ASC", "updated DESC"}:
        raise BadJqlError(f"no order, or an unknown one: {order}")
    tokens = list(_tokens(condition))
    fits = _any(tokens, fields)
    if tokens:
        raise BadJqlError(f"something is left: {tokens}")
    return fits, order


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text.rstrip()):
        found = TOKEN.match(text, at)
        if not found:
            raise BadJqlError(f"no word at {text[at : at + 20]!r}")
        yield str(found.lastgroup), found[str(found.lastgroup)]
        at = found.end()


def _any(tokens: list[tuple[str, str]], fields: set[str]) -> Fits:
    parts = [_all(tokens, fields)]
    while tokens and tokens[0] == ("word", "OR"):
        tokens.pop(0)
        parts.append(_all(tokens, fields))
    return lambda issue: any(fits(issue) for fits in parts)


def _all(tokens: list[tuple[str, str]], fields: set[str]) -> Fits:
    parts = [_one(tokens, fields)]
    while tokens and tokens[0] == ("word", "AND"):
        tokens.pop(0)
        parts.append(_one(tokens, fields))
    return lambda issue: all(fits(issue) for fits in parts)


def _one(tokens: list[tuple[str, str]], fields: set[str]) -> Fits:
    kind, value = _next(tokens)
    if (kind, value) == ("sign", "("):
        fits = _any(tokens, fields)
        _expect(tokens, ")")
        return fits
    name = re.sub(r"cf\[(\d+)\]", r"customfield_\1", value)
    if kind != "word" or name not in fields | {"project", "text"}:
        raise BadJqlError(f"Field '{value}' does not exist or you do not have permission to view it.")
    _, operator = _next(tokens)
    values = _list(tokens) if operator == "in" else [_value(tokens)]
    return lambda issue: _compare(issue, name, operator, values)


def _compare(issue: Issue, name: str, operator: str, values: list[str]) -> bool:
    fields = issue["fields"]
    if name == "project":
        return issue["key"].partition("-")[0] in values
    if operator == "~":
        words = [value.strip('"').lower() for value in values]
        texts = " ".join(plain(fields.get(one)) for one in SEARCHED.get(name, (name,))).lower()
        return any(word in texts for word in words)
    if operator in {">=", "<="}:
        if values[0].startswith("-"):
            return True
        day = str(fields[name])[:10]
        return day >= values[0] if operator == ">=" else day <= values[0]
    found = fields.get(name)
    if name in {"reporter", "assignee"}:
        return bool(found) and bool({found.get("accountId"), found.get("name")} & set(values))
    return bool({plain(one) for one in (found if isinstance(found, list) else [found])} & set(values))


def plain(value: Any) -> str:
    """Return the text of a field, or of a document in it."""
    match value:
        case str():
            return value
        case {"text": str(text)}:
            return text
        case {"content": list(content)}:
            return " ".join(map(plain, content))
        case _:
            return ""


def _list(tokens: list[tuple[str, str]]) -> list[str]:
    _expect(tokens, "(")
    values = [_value(tokens)]
    while _next(tokens) == ("sign", ","):
        values.append(_value(tokens))
    return values


def _value(tokens: list[tuple[str, str]]) -> str:
    kind, value = _next(tokens)
    if kind == "text":
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    if kind == "word":
        return value
    raise BadJqlError(f"no value: {value}")


def _next(tokens: list[tuple[str, str]]) -> tuple[str, str]:
    if not tokens:
        raise BadJqlError("it ends too early")
    return tokens.pop(0)


def _expect(tokens: list[tuple[str, str]], sign: str) -> None:
    if _next(tokens) != ("sign", sign):
        raise BadJqlError(f"no {sign}")
