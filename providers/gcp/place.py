"""Where an entry belongs: its log, the project it is about, the region, and its identity among entries."""

import re
from datetime import datetime
from enum import StrEnum

from providers.gcp.names import ResourceName, name_of, region_of
from providers.gcp.record import LogEntry

_LOG = re.compile(r"cloudaudit\.googleapis\.com(?:%2[Ff]|/)(?P<log>\w+)$")
_OWNER = re.compile(r"^(?P<kind>projects|folders|organizations|billingAccounts)/(?P<id>[^/]+)")
_BELOW = (("folder_id", "folders"), ("organization_id", "organizations"))


class Log(StrEnum):
    """The audit logs of an account."""

    ACTIVITY = "activity"
    """Always on: what changed configuration."""
    DATA_ACCESS = "data_access"
    """Reads, and writes of data, where somebody switched it on."""
    SYSTEM_EVENT = "system_event"
    """What Google did by itself."""
    POLICY = "policy"
    """What was denied for a policy's sake."""


_LOGS = {log.value: log for log in Log}
LONGEST_END = 64
"""The end of a log's name, which tells the log, is shorter."""


def log_of(entry: LogEntry) -> Log | None:
    """Return the log that an entry stands in, or `None` where its name does not say."""
    found = _LOG.search((entry.log_name or "")[-LONGEST_END:])
    return _LOGS.get(found["log"]) if found else None


def project_of(entry: LogEntry) -> str | None:
    """Return the id of the project: what stands in a resource's name may be its number."""
    if labelled := entry.labels.get("project_id"):
        return labelled
    owner = _OWNER.match(entry.log_name or "")
    if owner and owner["kind"] == "projects":
        return owner["id"]
    return name_of(entry.payload.resource_name).project if owner is None else None


def account_of(entry: LogEntry, project: str | None) -> str | None:
    """Return the project, or the folder or organisation where the call was about no project."""
    if project:
        return project
    for label, kind in _BELOW:
        if found := entry.labels.get(label):
            return f"{kind}/{found}"
    for text in (entry.log_name, entry.payload.resource_name):
        owner = _OWNER.match(text or "")
        if owner and owner["kind"] != "projects":
            return owner[0]
    return None


def region_of_entry(entry: LogEntry, name: ResourceName) -> str | None:
    """Return the region of what was called, a zone's being the region it is in.

    A resource that is in many regions is in none of them.
    """
    labels = (entry.labels.get(one) for one in ("region", "zone", "location"))
    where = entry.payload.resource_location
    current = (where.current_locations if where else None) or ()
    only = current[0] if len(current) == 1 else None
    return region_of(next(filter(None, (*labels, only, name.location)), None))


def event_id_of(entry: LogEntry, at: datetime | None) -> str | None:
    """Return the identity of an entry of this time: `insertId@time@project/log`.

    Google calls entries the same that agree in time, `insertId` and name of the log; the
    `insertId` alone may come twice. It stands first, for it is what people search for.
    """
    if not entry.insert_id:
        return None
    time = at.isoformat(timespec="microseconds").replace("+00:00", "Z") if at else None
    log = _LOG.sub(lambda end: end["log"], entry.log_name or "").replace("/logs/", "/")
    return "@".join(filter(None, (entry.insert_id, time, log)))
