"""What protects a branch: its own protection, and the rules of every ruleset that holds for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from drift.errors import ProviderAccessError
from providers.github.api import RepositoryApi, segment
from providers.github.documents import Branch, Rule
from providers.github.refusals import NotThereError

GUARDS = frozenset(
    {"pull_request", "required_status_checks", "update", "required_deployments", "merge_queue"}
)
"""Rules that keep people from pushing just so. Others only forbid to delete, or to rewrite."""

REVIEW = "pull_request"


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarded:
    """How a branch is protected."""

    is_protected: bool | None
    """`None`: the plan does not tell, or the token may not see it."""
    required_checks: tuple[str, ...] | None
    required_approvals: int | None
    """As the rules say; what only the branch's own protection says is not known here."""


UNKNOWN = Guarded(is_protected=None, required_checks=None, required_approvals=None)


def guarded(api: RepositoryApi, name: str) -> Guarded | None:
    """Return how a branch is protected now; `None` if there is no such branch, as of a tag."""
    try:
        branch = api.get(f"branches/{segment(name)}", Branch, doing=f"reading the branch {name}")
    except NotThereError:
        return None
    rules = rules_of(api, name)
    own = branch.protection and branch.protection.required_status_checks
    contexts = list(own.contexts if own else ())
    if rules is None:
        return Guarded(
            is_protected=branch.protected or None,
            required_checks=tuple(sorted(contexts)) if branch.protected else None,
            required_approvals=None,
        )
    required = [one.parameters for one in rules if one.parameters]
    contexts += [check.context for one in required for check in one.required_status_checks]
    counts = [one.required_approving_review_count for one in required]
    return Guarded(
        is_protected=branch.protected or any(one.type in GUARDS for one in rules),
        required_checks=tuple(sorted(set(contexts))),
        required_approvals=max((count for count in counts if count is not None), default=None),
    )


def rules_of(api: RepositoryApi, branch: str) -> Sequence[Rule] | None:
    """Return the rules that hold for a branch; `None` where the plan has none, or nobody lets us see them."""
    doing = f"reading the rules for the branch {branch}"
    try:
        pages = api.list(f"rules/branches/{segment(branch)}", list[Rule], doing=doing)
    except (ProviderAccessError, NotThereError):
        return None
    return [one for page in pages for one in page]
