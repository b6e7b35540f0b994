"""Entries that state only what matters: everything else is a flag that somebody turned on in production."""

import json
from typing import Any

ABSENT: Any = object()

NOON_MS = 1_794_830_400_000
"""2026-11-16 12:00 UTC, in the milliseconds of LaunchDarkly."""

ALICE = {
    "_links": {"self": {"href": "/api/v2/members/5a0000000000000000000001", "type": "application/json"}},
    "_id": "5a0000000000000000000001",
    "email": "alice@example.com",
    "firstName": "Alice",
    "lastName": "Example",
}


def an_access(action: str = "updateOn", resource: str = "proj/web:env/production:flag/checkout") -> Any:
    """One thing that was done."""
    return {"action": action, "resource": resource}


def an_entry(**fields: Any) -> dict[str, Any]:
    """An entry as the API lists it; `ABSENT` takes a field away, and what is given takes its place."""
    entry = {
        "_links": {
            "canonical": {"href": "/api/v2/flags/web/checkout", "type": "application/json"},
            "self": {"href": "/api/v2/auditlog/6b0000000000000000000001", "type": "application/json"},
        },
        "_id": "6b0000000000000000000001",
        "_accountId": "4c0000000000000000000001",
        "date": NOON_MS,
        "accesses": [an_access()],
        "kind": "flag",
        "name": "Checkout",
        "description": "",
        "shortDescription": "",
        "member": ALICE,
        "titleVerb": "turned on the flag",
        "title": "[Alice Example](mailto:alice@example.com) turned on the flag [Checkout](https://example.com)",
        "target": {"name": "Checkout", "resources": ["proj/web:env/production:flag/checkout"]},
    } | {key.removeprefix("x"): value for key, value in fields.items()}
    return {key: value for key, value in entry.items() if value is not ABSENT}


def as_bytes(entry: Any) -> bytes:
    """Return it as LaunchDarkly delivers it."""
    return json.dumps(entry).encode()
