"""Reads the people of a Slack workspace: their ids, each with the address that it confirmed.

What people call themselves there proves nothing. Nor does the address of a guest from another company's
workspace: that company sets it. https://docs.slack.dev/reference/methods/users.list
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.person import Person
from drift.model.secret import Secret
from providers.meter import given_meter
from providers.proving_names import each_once, needed, person_of, text_at
from providers.slack.answers import only_provider_errors
from providers.slack.web_api import TIMEOUT, client_of, scopes_of

if TYPE_CHECKING:
    from slack_sdk import WebClient

SCOPES: Final = ("users:read", "users:read.email")

PAGE: Final = 200
"""What Slack recommends at most."""

MAX_PAGES: Final = 5_000

_WHAT: Final = "listing the people of the Slack workspace"
_ITS_OWN: Final = "USLACKBOT"


class SlackPeopleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The workspace is that of the token."""

    token: Secret
    """Of a bot with `users:read` and `users:read.email`."""
    base_url: Annotated[str, msgspec.Meta(pattern="^https?://")] = "https://slack.com/api/"
    """Where the Web API answers: a gateway, or the stand-in of a test."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Home:
    """Whose people count."""

    team: str | None
    enterprise: str | None

    def has(self, member: Mapping[str, object]) -> bool:
        """Tell whether somebody is a person of this company's."""
        if member.get("is_bot") or member.get("is_stranger") or member.get("id") == _ITS_OWN:
            return False
        enterprise = text_at(member, "enterprise_user", "enterprise_id")
        return text_at(member, "team_id") == self.team or enterprise == (self.enterprise or "none")


class SlackPeople:
    """A `Directory` of one workspace."""

    def __init__(self, settings: SlackPeopleSettings) -> None:
        self._settings = settings
        self._meter = given_meter()

    def check(self) -> str:
        """Ask what the token may, and read the first page."""
        with _about_people():
            client = self._client()
            _home(client)
            return f"the first page names {len(next(_pages(client)))} members"

    def people(self) -> Sequence[Person]:
        """Return everybody, with those who were deactivated; see `Directory`."""
        with _about_people():
            client = self._client()
            home = _home(client)
            return each_once(_person(one) for page in _pages(client) for one in page if home.has(one))

    def _client(self) -> "WebClient":
        return client_of(self._settings.token, self._settings.base_url, self._meter, TIMEOUT)


def _home(client: "WebClient") -> _Home:
    answer = client.auth_test()
    scopes = scopes_of(answer)
    if scopes and (missing := [one for one in SCOPES if one not in scopes]):
        raise ProviderAccessError(
            f"the Slack token lacks the scope {missing[0]}",
            hint=f"add {' and '.join(missing)} to the Slack app and install it again",
        )
    return _Home(team=answer.get("team_id"), enterprise=answer.get("enterprise_id"))


def _pages(client: "WebClient") -> Iterator[Sequence[Mapping[str, Any]]]:
    cursor, seen = "", set[str]()
    while cursor not in seen and len(seen) < MAX_PAGES:
        answer = client.users_list(limit=PAGE, cursor=cursor or None)
        yield answer["members"]
        seen.add(cursor)
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
    raise ProviderResponseError(f"{_WHAT}: its pages have no end", hint="if it happens again, report it")


def _person(member: Mapping[str, Any]) -> Person | None:
    is_confirmed = member.get("is_email_confirmed", True)
    email = text_at(member, "profile", "email") if is_confirmed else None
    return person_of(email, needed(member, "id", what=_WHAT))


@contextmanager
def _about_people() -> Iterator[None]:
    """Say of what could not be read that it was people, and no message."""
    try:
        with only_provider_errors():
            yield
    except ProviderUnavailableError as error:
        said = error.what.partition(": ")[2] or error.what
        raise ProviderUnavailableError(
            f"{_WHAT}: Slack does not tell now: {said}",
            hint="it is asked again within an hour",
            retry_after=error.retry_after,
        ) from error
