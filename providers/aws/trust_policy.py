"""Reads a role's trust policy: who may assume it, and who of them is more than one pipeline.

https://docs.github.com/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws (2026-11)
"""

import re
from collections.abc import Iterator

from drift.model.resource import Json
from providers.aws.policies import allowing, listed
from providers.aws.request import get
from providers.trusted_subjects import is_more_than_one_pipeline

ANYBODY = "*"
SERVICE = "Service"
"""The kind of a principal that is a service of AWS."""

_ASKS = re.compile(r"(ForAnyValue:)?String(Equals|EqualsIgnoreCase|Like)(IfExists)?", re.IGNORECASE)
"""Operators that let in only who has one of the values; others tell who is kept out, or hold of nobody.

`IfExists` asks as much, since each token has a `sub`; `ForAllValues:` holds of whatever has no value.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

_OIDC = re.compile(r"arn:[^:]*:iam::\d*:oidc-provider/(?P<host>.+)")


def principals(policy: Json) -> tuple[tuple[str, str], ...]:
    """Return who is let in, whatever is asked of them: the kind of principal, and the name, each once."""
    named = {one for statement in allowing(policy) for one in _principals(statement)}
    return tuple(sorted(named))


def trusts(policy: Json) -> tuple[str, ...]:
    """Return who may assume the role, each with what is asked of them, in one line."""
    lines = (
        f"{kind} {who}{_asked(statement)}"
        for statement in allowing(policy)
        for kind, who in _principals(statement)
    )
    return tuple(sorted(set(lines)))


def too_wide(policy: Json) -> tuple[str, ...]:
    """Return what lets in more than one pipeline or somebody in particular, each in one line."""
    return tuple(sorted({line for statement in allowing(policy) for line in _weaknesses(statement)}))


def _weaknesses(statement: Json) -> Iterator[str]:
    for _, who in _principals(statement):
        if who == ANYBODY and not get(statement, "Condition"):
            yield "anybody may assume it"
        elif provider := _OIDC.fullmatch(who):
            yield from _of_pipelines(provider["host"], statement)


def _of_pipelines(host: str, statement: Json) -> Iterator[str]:
    """Say what is wrong with the pipelines of a provider that may assume it: `sub` says which one it is."""
    subjects = [
        value
        for operator, key, value in _conditions(statement)
        if _ASKS.fullmatch(operator) and key.lower() == f"{host}:sub".lower()
    ]
    if not subjects:
        yield f"whoever has a pipeline at {host} may assume it: nothing is asked of {host}:sub"
    for subject in subjects:
        if is_more_than_one_pipeline(subject):
            yield f"more than one pipeline may assume it: all at {host} whose sub fits {subject}"


def _principals(statement: Json) -> Iterator[tuple[str, str]]:
    """Yield who is named, each with what kind of principal that is: AWS, Service, Federated."""
    principal = get(statement, "Principal")
    named = principal if isinstance(principal, dict) else {"AWS": principal}
    if get(statement, "NotPrincipal") is not None:
        named = {"AWS": ANYBODY}  # all but these: nobody in particular
    for kind, values in named.items():
        for value in sorted(listed(values)):
            yield kind, value


def _asked(statement: Json) -> str:
    asked = ", ".join(f"{operator} {key} {value}" for operator, key, value in _conditions(statement))
    return f" if {asked}" if asked else ""


def _conditions(statement: Json) -> Iterator[tuple[str, str, str]]:
    """Yield the operator, the key and each value of a condition, in order of their names."""
    condition = get(statement, "Condition")
    for operator, keys in sorted(condition.items()) if isinstance(condition, dict) else ():
        for key, values in sorted(keys.items()) if isinstance(keys, dict) else ():
            for value in sorted(listed(values)):
                yield operator, key, value
