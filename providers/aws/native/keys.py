"""What tells one resource of a type from another, and where it is asked for."""

from typing import Any, Final, TypeAlias

from drift.model.baseline import DeclaredResource
from providers.aws.native.rows import AwsType, Scope
from providers.live_tables.expressions import Answer, UnexpectedAnswerError

WORLD: Final = "us-east-1"
"""The region where AWS is asked for what stands in none.
https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html"""

Key: TypeAlias = Any
"""What tells one resource of a type from another."""


def key_of(row: AwsType, answer: Answer) -> Key:
    """Return what tells this resource from others of its type."""
    return hashable((row.key or row.id).of(answer))


def declared_key_of(row: AwsType, declared: DeclaredResource) -> Key:
    """Return the same of a declared one."""
    if row.declared_key is None:
        return declared.resource_id
    return hashable(row.declared_key.of({"id": declared.resource_id, **declared.attributes}))


def known_key_of(row: AwsType, declared: DeclaredResource) -> Key | None:
    """Return the same, `None` where what is declared is not of the form that the table expects."""
    try:
        return declared_key_of(row, declared)
    except UnexpectedAnswerError:
        return None


def region_of(row: AwsType, region: str) -> str:
    """Return where AWS is asked for what stands in a region."""
    return WORLD if row.scope is Scope.WORLD else region


def hashable(value: Any) -> Key:
    """Return a key of several parts as one."""
    return tuple(hashable(one) for one in value) if isinstance(value, list) else value
