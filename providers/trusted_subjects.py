"""Which pipelines a subject lets in: `repo:example/infra:ref:refs/heads/main`, or a pattern of such."""

import re

_NOBODYS_BRANCHES = ("ref:refs/heads/nobody's", "ref_type:branch:ref:nobody's")
"""What follows the repository where a branch runs that no rule of any company names, at GitHub and GitLab."""


def is_more_than_one_pipeline(subject: str) -> bool:
    """Tell whether a subject leaves open the repository, the branch, or whose pull request it is.

    `repo:example/infra:ref:refs/heads/release/*` means branches that a rule may protect, and is none.
    """
    first, *rest = subject.split(":")
    if any(part and not part.strip("*?") for part in (first, *rest)):
        return True
    asked_of_it = ":".join(rest[1:])
    if any(_fits(branch, asked_of_it) for branch in _NOBODYS_BRANCHES):
        return True
    # Whoever may open a pull request decides what its pipeline does.
    return rest[-1:] == ["pull_request"] or any("*" in part or "?" in part for part in rest[:1])


def _fits(text: str, pattern: str) -> bool:
    """Tell whether a text fits a pattern, in which `*` stands for any text and `?` for one character."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text) is not None
