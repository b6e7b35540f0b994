"""Reads who activated which role in Entra's Privileged Identity Management, through Microsoft Graph.

Roles of Entra itself and of groups are activated outside Resource Manager: the Activity Log tells
nothing of it. The audit log of the directory does, of roles on Azure resources too, with the reason and
the ticket. It is kept for 30 days.
https://learn.microsoft.com/graph/api/directoryaudit-list
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from providers.azure.by_time import ByTime, LookBack
from providers.azure.json_pages import JsonPages, rows_in
from providers.azure.sign_in import AzureSignIn, Https
from providers.azure.spans import Row, Span

PERMISSION: Final = "AuditLog.Read.All"

DELAY: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=30)
LOOK_BACK: Final = LookBack(always=timedelta(hours=1), hourly=timedelta(days=1))

PAGE: Final = 500
"""Of the 1,000 that are allowed."""

PATH: Final = "/v1.0/auditLogs/directoryAudits"

_TIME = re.compile(rb'"activityDateTime"\s*:\s*"([^"\\]{1,40})"')


class EntraPimSettings(AzureSignIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The directory is that of whoever signs in."""

    endpoint: Https = "https://graph.microsoft.com"
    """Where Microsoft Graph answers; another one outside the public cloud."""


class EntraPim(ByTime):
    """An `AuditLog` of what PIM did in one directory."""

    def __init__(self, settings: EntraPimSettings) -> None:
        pages = JsonPages(
            endpoint=settings.endpoint,
            audience=settings.endpoint.rstrip("/"),
            sign_in=settings,
            permission=PERMISSION,
            grant=f"let an administrator consent to the application permissions {PERMISSION} and "
            "Directory.Read.All; the directory needs Entra ID P1",
        )
        super().__init__(logs=[PimLog(pages=pages)], look_back=LOOK_BACK, delay=DELAY)


@dataclass(frozen=True, kw_only=True, slots=True)
class PimLog:
    """PIM's part of the directory's audit log: a `TimedLog`."""

    pages: JsonPages
    name: str = "directoryAudits"
    keeps: timedelta = KEPT

    def oldest(self, now: datetime) -> datetime:
        """Return the time until which records are kept."""
        return now - self.keeps

    def read(self, span: Span, most: int) -> Sequence[Row] | None:
        """Read a span page by page, for as long as it can be held; see `TimedLog`."""
        asked = {
            "$filter": "loggedByService eq 'PIM'"
            f" and activityDateTime ge {span.begin:%Y-%m-%dT%H:%M:%SZ}"
            f" and activityDateTime le {span.end:%Y-%m-%dT%H:%M:%SZ}",
            "$top": str(PAGE),
        }
        return rows_in(self.pages.pages(PATH, asked, on="the directory's audit log"), most, _TIME)
