"""Settings of App Configuration: its own logs, and the events that it sends.

The Activity Log tells only of settings that are written through Resource Manager. Who writes
one at the store itself stands in the resource logs `Audit` and `HttpRequest`; Event Grid tells
that one was written, but not by whom. The value of a setting is nowhere taken over.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from drift.model.resource import Json
from providers.azure.fitting import fields_of
from providers.azure.json_text import value_of
from providers.azure.record import Activity, Claims, Kind
from providers.azure.shapes import GridEvent

STORES = "microsoft.appconfiguration/configurationstores"
EVENTS = "Microsoft.AppConfiguration."

_STORE = re.compile(r"/providers/microsoft\.appconfiguration/configurationstores/[^/]+", re.IGNORECASE)

_CATEGORIES = frozenset({"audit", "httprequest"})
_TABLES = frozenset({"aacaudit", "aachttprequest"})

_COLLECTIONS = {"kv": "keyvalues", "locks": "keyvalues", "snapshots": "snapshots"}
"""What the first step of a store's URL holds, by its name in Resource Manager."""

_NOTHING = frozenset({"", "\0", "%00"})
"""How a store writes that a setting has no label."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Address:
    """What the URL of a request to a store names."""

    kept: str | None = None
    """`keyvalues` or `snapshots`, as Resource Manager calls what the store holds."""
    key: str = ""
    label: str = ""


def is_category(category: str) -> bool:
    """Tell whether a category may be one of a store's resource logs."""
    return category in _CATEGORIES


def is_log(fields: Mapping[str, Json]) -> bool:
    """Tell whether these are the fields of a record of a store's resource logs."""
    if str(fields.get("type", "")).lower() in _TABLES:
        return True
    return (
        str(fields.get("category", "")).lower() in _CATEGORIES
        and _STORE.search(str(fields.get("resourceid", ""))) is not None
    )


def of_log(record: Mapping[str, Json]) -> Activity | None:
    """Return what a record of the resource logs says."""
    fields = {**fields_of(record.get("properties")), **record}
    store = _text(fields, "resourceid")
    method = (_text(fields, "method") or "").upper()
    named = _text(fields, "operationname")
    url = _text(fields, "requesturi")
    address = _address(url) if url else _target(fields.get("targetresource"))
    operation = _operation(named, method, address)
    if store is None or operation is None:
        return None
    who = {**fields_of(fields.get("identity")), **fields_of(fields.get("calleridentity"))}
    return Activity(
        kind=Kind.SETTING,
        action=named or method,
        operation=operation,
        category=(_text(fields, "category") or "").lower(),
        time=_text(fields, "time", "timegenerated"),
        id=(_text(fields, "requestid") or "").lower() or None,
        status=(_text(fields, "statuscode", "resulttype") or "").lower(),
        resource_id=store + _setting(address.kept, address.key, address.label),
        caller=_text(fields, "accesskeyid"),
        claims=Claims(
            object_id=_text(fields, "clientobjectid") or _text(who, "objectid", "callerobjectid", "oid"),
            upn=_text(who, "upn", "userprincipalname"),
            app_id=_text(who, "appid", "clientid", "applicationid"),
        ),
        client_ip=_text(fields, "clientipaddress", "calleripaddress"),
        user_agent=_text(fields, "useragent"),
    )


def of_grid(grid: GridEvent) -> Activity | None:
    """Return what an event of a store says, or `None` if it is none. It names nobody."""
    action = grid.event_type or grid.type or ""
    store = grid.topic or grid.source or ""
    if not action.startswith(EVENTS) or not _STORE.search(store):
        return None
    data = fields_of(value_of(grid.data))
    key, label = _text(data, "key"), _text(data, "label") or ""
    kept = "keyvalues" if "KeyValue" in action else "snapshots"
    verb = "delete" if action.endswith("Deleted") else "write"
    return Activity(
        kind=Kind.SETTING,
        action=action,
        operation=f"{STORES}/{kept}/{verb}",
        time=grid.event_time or grid.time,
        id=(grid.id or "").lower() or None,
        resource_id=store + _setting(kept, key or "", label),
    )


def _operation(named: str | None, method: str, address: _Address) -> str | None:
    """Return what a call on a store would be called by Resource Manager."""
    if named is None and not method:
        return None
    kept = address.kept or ("keyvalues" if "keyvalue" in (named or "").lower() else None)
    verb, _, _ = (named or "").lower().partition("-")
    is_read = method in ("GET", "HEAD", "OPTIONS") or verb in ("get", "list", "check", "head")
    done = "read" if is_read else "delete" if method == "DELETE" or verb == "delete" else "write"
    return "/".join(part for part in (STORES, kept, done) if part)


def _address(url: str | None) -> _Address:
    try:
        parts = urlsplit(url or "")
        query = parse_qs(parts.query, keep_blank_values=True)
    except ValueError:
        return _Address()
    first, _, rest = parts.path.lstrip("/").partition("/")
    label = next(iter(query.get("label", [])), "")
    return _Address(kept=_COLLECTIONS.get(first.lower()), key=unquote(rest), label=label)


def _setting(kept: str | None, key: str, label: str) -> str:
    """Return the rest of the resource's id: which setting of the store."""
    if not kept or not key:
        return ""
    return f"/{kept}/{key}" if label in _NOTHING else f"/{kept}/{key}${label}"


def _target(said: Json) -> _Address:
    """Return what an audit record names as its target, in whichever field it does."""
    fields = fields_of(said) or {"uri": said}
    texts = (one for one in fields.values() if isinstance(one, str))
    named = next((found for one in texts if (found := _address(one)).kept), None)
    key = _text(fields, "key", "name")
    return named or _Address(
        kept="keyvalues" if key else None, key=key or "", label=_text(fields, "label") or ""
    )


def _text(fields: Mapping[str, Json], *names: str) -> str | None:
    """Return the first of these fields that holds something. Status codes are numbers in some exports."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value:
            return value
    return None
