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
    return any(_is_for_everybody(statement) for statement in _allowing(policy))


def allows_everything(policy: Json) -> bool:
    """Tell whether a statement allows every action, or all of IAM's, on every resource."""
    return any(
        EVERYTHING.union({"iam:*"}).intersection(_listed(get(statement, "Action")))
        and "*" in _listed(get(statement, "Resource"))
        for statement in _allowing(policy)
    )


def _parsed(text: str) -> Json:
    plain = unquote(text) if text.startswith("%7B") else text
    if not plain.lstrip().startswith("{"):
        return None
    try:
        return msgspec.json.decode(plain)
    except (ValueError, RecursionError):
        return None


def _allowing(policy: Json) -> Iterator[Json]:
    found = get(policy, "Statement")
    for statement in found if isinstance(found, list) else [found]:
        if get(statement, "Effect") == ALLOW:
            yield statement


def _is_for_everybody(statement: Json) -> bool:
    if get(statement, "Condition"):
        return False
    principal = get(statement, "Principal")
    named = [*principal.values()] if isinstance(principal, dict) else [principal]
    return any("*" in _listed(one) for one in named) or get(statement, "NotPrincipal") is not None


def _listed(value: Json) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
