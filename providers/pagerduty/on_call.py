"""Who is on call, as PagerDuty's schedules and escalation policies have it.

https://developer.pagerduty.com/api-reference/ (List all of the on-calls, 2026-11). Without a time range it
answers for now.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from drift.model.secret import Secret
from providers.ticket_api import TicketApi, all_pages
from providers.ticket_values import Address, header_text

PAGE: Final = 100

KNOWN_FOR: Final = timedelta(minutes=1)
"""How long an answer is taken to hold: a burst of messages asks once."""

NEEDS: Final = "the scope oncalls.read, and users.read"


class PagerDutyOnCallSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks."""

    token: Secret
    """A read-only API key."""
    base_url: Address = "https://api.pagerduty.com"
    """In Europe: `https://api.eu.pagerduty.com`."""


class _Person(msgspec.Struct, frozen=True):
    email: str | None = None
    """Not there of somebody who was deleted."""


class _OnCall(msgspec.Struct, frozen=True):
    user: _Person
    escalation_level: int


class _Page(msgspec.Struct, frozen=True):
    oncalls: tuple[_OnCall, ...]
    more: bool = False


class PagerDutyOnCall:
    """An `OnCall` that asks PagerDuty's REST API. A rota is `ID`, `schedule/ID` or `policy/ID`."""

    def __init__(self, settings: PagerDutyOnCallSettings) -> None:
        self._settings = settings
        self._api = TicketApi(system="PagerDuty", base_url=settings.base_url, headers=self._headers)
        self._known: dict[str, tuple[float, Sequence[str]]] = {}

    def check(self) -> str:
        """List one who is on call."""
        found = self._page({"limit": 1}).oncalls
        return "somebody is on call" if found else "nobody is on call now"

    def who(self, rota: str) -> Sequence[str]:
        """Return who is on call by a rota, those of the first level of escalation first; see `OnCall`."""
        at, known = self._known.get(rota, (0.0, ()))
        if at and time.monotonic() - at < KNOWN_FOR.total_seconds():
            return known
        kind, _, id_ = rota.rpartition("/")
        key = "escalation_policy_ids[]" if kind == "policy" else "schedule_ids[]"

        def page(offset: int) -> tuple[Iterable[_OnCall], int | None]:
            found = self._page({key: id_, "limit": PAGE, "offset": offset})
            at = offset + len(found.oncalls)
            return found.oncalls, at if found.more and found.oncalls else None

        called = sorted(
            all_pages(page, 0, what="listing who is on call"), key=lambda one: one.escalation_level
        )
        addresses = tuple(dict.fromkeys(one.user.email for one in called if one.user.email))
        self._known[rota] = (time.monotonic(), addresses)
        return addresses

    def _page(self, asked: Mapping[str, str | int]) -> _Page:
        query = {"include[]": "users", **asked}
        return self._api.get("oncalls", query, what="listing who is on call", needs=NEEDS).read_as(_Page)

    def _headers(self) -> Mapping[str, str]:
        token = header_text(self._settings.token, what="the API key of PagerDuty")
        return {
            "Authorization": f"Token token={token}",
            "Accept": "application/vnd.pagerduty+json;version=2",
        }
