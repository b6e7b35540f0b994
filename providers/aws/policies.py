"""Policy documents inside a request: objects, or JSON within a string, plain or URL-encoded."""

from collections.abc import Iterator
from urllib.parse import unquote

import msgspec

from drift.model.resource import Json
from providers.aws.request import get
from providers.raw_json import nodes

ALLOW = "Allow"
EVERYTHING = frozenset({"*", "*:*"})


def policies(parameters: Json) -> Iterator[Json]:
    """Yield the policy documents in `parameters`."""
    for _, value in nodes(parameters):
        document = _parsed(value) if isinstance(value, str) else value
        if get(document, "Statement") is not None:
            yield document


def admits_everybody(policy: Json) -> bool:
    """Tell whether a statement allows any principal without a condition."""
    return any(_is_for_everybody(statement) for statement in allowing(policy))


def allows_everything(policy: Json) -> bool:
    """Tell whether a statement allows every action, or all of IAM's, on every resource."""
    return any(
        EVERYTHING.union({"iam:*"}).intersection(listed(get(statement, "Action")))
        and "*" in listed(get(statement, "Resource"))
        for statement in allowing(policy)
    )


def allowing(policy: Json) -> Iterator[Json]:
    """Yield the statements that allow something."""
    for statement in as_list(get(policy, "Statement")):
        if get(statement, "Effect") == ALLOW:
            yield statement


def as_list(value: Json) -> list[Json]:
    """Return a list: IAM lets a single statement, action or principal stand by itself."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def listed(value: Json) -> list[str]:
    """Return the texts of such a list."""
    return [one for one in as_list(value) if isinstance(one, str)]


def _parsed(text: str) -> Json:
    plain = unquote(text) if text.startswith("%7B") else text
    if not plain.lstrip().startswith("{"):
        return None
    try:
        return msgspec.json.decode(plain)
    except (ValueError, RecursionError):
        return None


def _is_for_everybody(statement: Json) -> bool:
    if get(statement, "Condition"):
        return False
    principal = get(statement, "Principal")
    named = [*principal.values()] if isinstance(principal, dict) else [principal]
    return any("*" in listed(one) for one in named) or get(statement, "NotPrincipal") is not None
