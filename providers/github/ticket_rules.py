"""What a configuration says of GitHub's issues: where changes are requested, and which labels mean what."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from drift.model.secret import Secret
from providers.ticket_values import Address

REPOSITORY = re.compile(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}", re.ASCII)

LOGIN = re.compile(r"[A-Za-z0-9-]{1,39}(?:\[bot\])?", re.ASCII)

_KEY = re.compile(r"(?P<repository>[^#\s]{3,140})#(?P<number>[1-9][0-9]{0,8})", re.ASCII)

MAX_QUERY = 250
"""Characters of a search; GitHub refuses more than 256."""

MAX_WORDS = 100


class GitHubIssuesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The repositories, and who asks for their issues."""

    token: Secret
    repositories: tuple[str, ...]
    """`owner/name` of each repository in whose issues changes are approved."""
    base_url: Address = "https://api.github.com"
    """Of a server of one's own: `https://github.example.com/api/v3`."""
    approval_labels: tuple[str, ...] = ()
    """Whoever sets one of these labels approves. Default: nobody approves anything."""
    decline_labels: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    """Whose approval labels count, by login; default: everybody's who may set labels."""
    incident_labels: tuple[str, ...] = ("incident",)
    """Issues with one of these are incidents."""
    by_resource: bool = True
    """Whether issues are searched for that name the resource: GitHub allows thirty searches a minute."""

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            ValueError: There is no repository, or one has no such name.
        """
        if not self.repositories:
            raise ValueError('"repositories" must name one')
        for repository in self.repositories:
            if not REPOSITORY.fullmatch(repository) or repository.endswith(("/.", "/..")):
                raise ValueError(f'a repository is named "owner/name", not "{repository}"')

    def allows(self, repository: str) -> bool:
        """Tell whether changes are approved in a repository; GitHub takes no notice of capitals."""
        return repository.lower() in {one.lower() for one in self.repositories}

    def parts_of(self, key: str) -> tuple[str, int] | None:
        """Return the repository and number of a key, `None` where it is no issue's of these repositories."""
        found = _KEY.fullmatch(key)
        if not found or not self.allows(found["repository"]):
            return None
        return found["repository"], int(found["number"])

    def searches(self, *conditions: str) -> Iterator[str]:
        """Yield searches for issues with all these conditions, in as few as GitHub's limit allows."""
        some: list[str] = []
        for repository in self.repositories:
            if some and len(_search([*some, repository], conditions)) > MAX_QUERY:
                yield _search(some, conditions)
                some = []
            some.append(repository)
        yield _search(some, conditions)


def phrase(text: str) -> str:
    """Return words that are searched for as they stand, and mean nothing else in a search.

    Of what is too long the beginning is searched for, up to the end of a word: who asks looks closer.
    """
    plain = re.sub(r'["\\\x00-\x1f\x7f]', " ", text)
    if len(plain) > MAX_WORDS:
        plain = re.sub(r"[^\W_]*$", "", plain[:MAX_WORDS])
    return f'"{plain}"'


def logins(people: Iterable[str]) -> Sequence[str]:
    """Return those names that may be logins: mail addresses are none, and cannot be searched for."""
    return sorted({one for one in people if LOGIN.fullmatch(one)})


def _search(repositories: Sequence[str], conditions: Sequence[str]) -> str:
    return " ".join([*(f"repo:{one}" for one in repositories), "is:issue", *conditions])
