"""Secrets of Key Vault, as the resource log of a vault tells of them.

The Activity Log tells only of secrets that are written through Resource Manager. Who writes one at
the vault itself stands in its log `AuditEvent`, if a diagnostic setting sends it. Values stand in neither.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from drift.model.resource import Json
from providers.azure.fitting import fields_of, fitted
from providers.azure.record import Activity, Claims, Kind

SECRETS = "microsoft.keyvault/vaults/secrets"

_VAULT = re.compile(r"/providers/microsoft\.keyvault/vaults/[^/]+$", re.IGNORECASE)
_CATEGORY = "auditevent"
_TABLE = "azkvauditlogs"

_CALL = re.compile(r"secret(?P<verb>[a-z]+)", re.IGNORECASE)
"""Keys and certificates are used far more often than they are changed: they are left to the Activity Log."""

_DONE = {"delete": "delete", "purge": "delete", "set": "write", "update": "write"} | dict.fromkeys(
    ("recover", "restore"), "write"
)
"""What a call does to a secret. All others read it, list it or take a copy."""


def is_category(category: str) -> bool:
    """Tell whether a category may be that of a vault's resource log."""
    return category == _CATEGORY


def is_log(fields: Mapping[str, Json]) -> bool:
    """Tell whether these are the fields of a record about a secret in a vault's resource log."""
    is_named = _text(fields, "category").lower() == _CATEGORY or _text(fields, "type").lower() == _TABLE
    return is_named and _call(fields) is not None and _VAULT.search(_vault(fields)) is not None


def of_log(record: Mapping[str, Json]) -> Activity | None:
    """Return what a record of a vault's log says of a secret."""
    call = _call(record)
    if call is None:
        return None
    fields = {**fields_of(record.get("properties")), **record}
    identity = fields_of(fields.get("identity"))
    claims = fields_of(identity.get("claim")) or fields_of(identity.get("claims")) or identity
    return Activity(
        kind=Kind.VAULT,
        action=call[0],
        operation=f"{SECRETS}/{_DONE.get(call['verb'].lower(), 'read')}",
        time=_text(fields, "time", "timegenerated") or None,
        status=_text(fields, "httpstatuscode", "httpstatuscoded", "resulttype").lower(),
        resource_id=_vault(fields) + _secret(_text(fields, "id", "requesturi")),
        claims=fitted(Claims, claims),
        correlation_id=_text(fields, "correlationid") or None,
        client_ip=_text(fields, "calleripaddress") or None,
        user_agent=_text(fields, "clientinfo") or None,
    )


def _call(fields: Mapping[str, Json]) -> re.Match[str] | None:
    return _CALL.fullmatch(_text(fields, "operationname"))


def _vault(fields: Mapping[str, Json]) -> str:
    return _text(fields, "resourceid").rstrip("/")


def _secret(url: str) -> str:
    """Return the rest of the resource's id: which secret of the vault, whatever its version."""
    try:
        kind, _, rest = urlsplit(url).path.lstrip("/").partition("/")
    except ValueError:
        return ""
    name = unquote(rest.partition("/")[0])
    return f"/secrets/{name}" if kind in ("secrets", "deletedsecrets") and name else ""


def _text(fields: Mapping[str, Json], *names: str) -> str:
    """Return the first of these fields that holds something. Status codes are numbers in some exports."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value:
            return value
    return ""
