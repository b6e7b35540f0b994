"""Single statements of policies that Terraform keeps as resources of their own."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from drift.model.resource import Json

_CONDITIONS: Final = {
    "aws:sourcearn": "source_arn",
    "aws:sourceaccount": "source_account",
    "lambda:eventsourcetoken": "event_source_token",
    "aws:principalorgid": "principal_org_id",
    "lambda:functionurlauthtype": "function_url_auth_type",
}
"""Keys of conditions, which IAM reads in any letters, and what the provider calls them.
https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html"""


def function_name(said: str) -> str:
    """Return the name of a function in its name or ARN, with or without a version."""
    parts = said.split(":")
    return parts[parts.index("function") + 1] if "function" in parts[:-1] else parts[0]


def function_statement(policy: str | None, declared: Mapping[str, Json]) -> dict[str, Json] | None:
    """Return a declared permission of a function as its policy has it; `None` where it has it not."""
    one = _statement(policy, declared.get("statement_id") or declared.get("id"))
    if one is None:
        return None
    said = {_CONDITIONS.get(key.lower()): value for _, key, value in _conditions(one)}
    named = {name: said.get(name) for name in _CONDITIONS.values()}
    return {"action": one.get("Action"), "principal": _principal(one, declared), **named}


def bus_statement(policy: str | None, declared: Mapping[str, Json]) -> dict[str, Json] | None:
    """Return a declared permission of an event bus as its policy has it; `None` where it has it not."""
    one = _statement(policy, declared.get("statement_id") or declared.get("id"))
    if one is None:
        return None
    conditions = [{"type": type_, "key": key, "value": value} for type_, key, value in _conditions(one)]
    return {"action": one.get("Action"), "principal": _principal(one, declared), "condition": conditions}


def _statement(policy: str | None, id_: Json) -> Mapping[str, Any] | None:
    said = json.loads(policy) if policy else {}
    return next((one for one in said.get("Statement") or () if one.get("Sid") == id_), None)


def _conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, Json]]:
    """Yield operator, key and value of each condition."""
    for operator, pairs in (statement.get("Condition") or {}).items():
        for key, value in pairs.items():
            yield operator, key, value


def _principal(statement: Mapping[str, Any], declared: Mapping[str, Json]) -> Json:
    """Return who is allowed: an account as it is declared, by its number or by the ARN of its root."""
    said = statement.get("Principal")
    who = next(iter(said.values())) if isinstance(said, dict) and said else said
    number = who.split(":")[4] if isinstance(who, str) and who.endswith(":root") else who
    return declared.get("principal") if number == declared.get("principal") else who


def unescaped(document: str | None) -> str | None:
    r"""Return a policy that API Gateway answers as `{\"Version\"…}` as the JSON text it is."""
    if document is None or '\\"' not in document:
        return document
    try:
        return str(json.loads(f'"{document}"'))
    except ValueError:
        return document
