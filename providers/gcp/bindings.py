"""Who was given which role, and whose access is logged: what a call changed in an IAM policy.

Most entries hold the exact difference. Where one does not, the request has the whole new
policy, of which nobody can tell what is new.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from drift.model.resource import Json
from providers.gcp.request import get, text_at, texts_at, values_at

MAX_BINDINGS = 1000
_ADDED = frozenset({"ADD", "1"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Binding:
    """A role of a member."""

    role: str
    member: str
    is_added: bool
    is_surely_new: bool
    """Stands in a difference, not in a whole policy."""


def bindings(request: Json) -> tuple[Binding, ...]:
    """Return what was added and removed, or without a difference the whole new policy."""
    return tuple(islice(_changed(request), MAX_BINDINGS)) or tuple(islice(_set(request), MAX_BINDINGS))


def reduces_audit_logs(request: Json) -> bool:
    """Tell whether less access will be logged: a kind of it no more, or not that of somebody."""
    for delta in values_at(request, "policyDelta.auditConfigDeltas"):
        is_exemption = text_at(delta, "exemptedMember") is not None
        if is_exemption == _is_added(delta):
            return True
    return False


def _changed(request: Json) -> Iterator[Binding]:
    for delta in values_at(request, "policyDelta.bindingDeltas"):
        role, member = text_at(delta, "role"), text_at(delta, "member")
        if role and member:
            yield Binding(role=role, member=member, is_added=_is_added(delta), is_surely_new=True)


def _set(request: Json) -> Iterator[Binding]:
    for binding in values_at(get(request, "policy"), "bindings"):
        role = text_at(binding, "role") or ""
        for member in texts_at(binding, "members"):
            yield Binding(role=role, member=member, is_added=True, is_surely_new=False)


def _is_added(delta: Json) -> bool:
    return (text_at(delta, "action") or "").upper() in _ADDED
