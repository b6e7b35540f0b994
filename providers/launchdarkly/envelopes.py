"""What LaunchDarkly wraps entries in: the pages of its API. A webhook's body is an entry itself."""

from collections.abc import Sequence

from providers.launchdarkly.entry import MARK
from providers.raw_json import elements_of, fields_of

PAGE_KEYS = frozenset({"items", "_links", "totalCount"})
ADDRESS = b"/auditlog"
"""Part of the links of every page."""

RECORD_HEADS: tuple[bytes, ...] = ()
"""Entries and pages may begin alike: with their links."""


def unwrap(document: bytes) -> Sequence[bytes] | None:
    """Return the entries on a page in their order, or `None` if it is no page of the audit log."""
    if MARK not in document and ADDRESS not in document:
        return None
    fields = fields_of(document)
    if fields is None or "items" not in fields or not fields.keys() <= PAGE_KEYS:
        return None
    found = elements_of(fields["items"])
    if found is None:
        return None
    items = [bytes(item) for item in found]
    is_ours = MARK in items[0] if items else ADDRESS in bytes(fields.get("_links", b""))
    return items if is_ours else None
