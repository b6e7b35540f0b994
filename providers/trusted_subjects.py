"""Which pipelines a subject lets in: `repo:example/infra:ref:refs/heads/main`, or a pattern of such."""


def is_more_than_one_pipeline(subject: str) -> bool:
    """Tell whether a subject leaves open the repository, the branch, or whose pull request it is.

    `repo:example/infra:ref:refs/heads/release/*` means branches that a rule may protect, and is none.
    """
    first, *rest = subject.split(":")
    if any(part and not part.strip("*?") for part in (first, *rest)):
        return True
    # Whoever may open a pull request decides what its pipeline does.
    return rest[-1:] == ["pull_request"] or any("*" in part or "?" in part for part in rest[:1])
