"""Reads the Activity Log of subscriptions through its REST API: nothing needs to be set up in Azure.

The API knows when a call was made, and not when its record could first be seen, which is 3 to 20
minutes later. It takes no other filter than a span of time, tells the newest first, and keeps 90 days.
https://learn.microsoft.com/rest/api/monitor/activity-logs/list
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

from providers.azure.by_time import ByTime, LookBack
from providers.azure.json_pages import JsonPages, rows_in
from providers.azure.sign_in import AzureSignIn, Https
from providers.azure.spans import Row, Span

VERSION: Final = "2015-04-01"
"""Of the API; it has no newer one."""

PERMISSION: Final = "Microsoft.Insights/eventtypes/values/Read"

DELAY: Final = timedelta(minutes=20)
KEPT: Final = timedelta(days=90)
LOOK_BACK: Final = LookBack(always=timedelta(hours=1), hourly=timedelta(days=1))

PUBLIC: Final = "https://management.azure.com"

SubscriptionId = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]

_TIME = re.compile(rb'"eventTimestamp"\s*:\s*"([^"\\]{1,40})"')


class AzureActivityLogSettings(AzureSignIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The subscriptions, and as whom they are read."""

    subscriptions: Annotated[tuple[SubscriptionId, ...], msgspec.Meta(min_length=1)]
    endpoint: Https = PUBLIC
    """Where Resource Manager answers; another one outside Azure's public cloud."""


class AzureActivityLog(ByTime):
    """An `AuditLog` of one or more subscriptions."""

    def __init__(self, settings: AzureActivityLogSettings) -> None:
        pages = JsonPages(
            endpoint=settings.endpoint,
            audience=settings.endpoint.rstrip("/"),
            sign_in=settings,
            permission=PERMISSION,
            grant="grant the role Reader or Monitoring Reader on the subscription",
        )
        subscriptions = dict.fromkeys(one.lower() for one in settings.subscriptions)
        super().__init__(
            logs=[SubscriptionLog(name=one, pages=pages) for one in subscriptions],
            look_back=LOOK_BACK,
            delay=DELAY,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscriptionLog:
    """The log of one subscription: a `TimedLog`."""

    name: str
    pages: JsonPages
    keeps: timedelta = KEPT

    def oldest(self, now: datetime) -> datetime:
        """Return the time until which records are kept."""
        return now - self.keeps

    def read(self, span: Span, most: int) -> Sequence[Row] | None:
        """Read a span page by page, for as long as it can be held; see `TimedLog`."""
        asked = {
            "api-version": VERSION,
            "$filter": f"eventTimestamp ge '{span.begin:%Y-%m-%dT%H:%M:%SZ}'"
            f" and eventTimestamp le '{span.end:%Y-%m-%dT%H:%M:%SZ}'",
        }
        path = f"/subscriptions/{self.name}/providers/Microsoft.Insights/eventtypes/management/values"
        on = f"the Activity Log of the subscription {self.name}"
        return rows_in(self.pages.pages(path, asked, on=on), most, _TIME)
