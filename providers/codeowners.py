"""Who owns everything in a repository, by its CODEOWNERS."""


def owner_of_all(text: str) -> str | None:
    """Return the owners of `*`, as the last such line has them; GitLab's sections count like one file."""
    found = None
    for line in text.splitlines():
        pattern, *owners = line.partition("#")[0].split() or [""]
        if pattern in {"*", "/**", "**"}:
            found = " ".join(owners) or None
    return found
