"""Whom the ACL of a bucket grants what, as Terraform writes it: by the name of a canned ACL, or in blocks.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from drift.model.resource import Json

Grant: TypeAlias = tuple[str, str]
"""Who, and what."""

OWNER: Final = "owner"
EVERYBODY: Final = "http://acs.amazonaws.com/groups/global/AllUsers"
SIGNED_IN: Final = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOG_DELIVERY: Final = "http://acs.amazonaws.com/groups/s3/LogDelivery"

PRIVATE: Final = "private"
_OWN: Final[Grant] = (OWNER, "FULL_CONTROL")
_CANNED: Final[Mapping[frozenset[Grant], str]] = {
    frozenset({_OWN}): PRIVATE,
    frozenset({_OWN, (EVERYBODY, "READ")}): "public-read",
    frozenset({_OWN, (EVERYBODY, "READ"), (EVERYBODY, "WRITE")}): "public-read-write",
    frozenset({_OWN, (SIGNED_IN, "READ")}): "authenticated-read",
    frozenset({_OWN, (LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP")}): "log-delivery-write",
}
_OF_OBJECTS: Final = frozenset({"bucket-owner-read", "bucket-owner-full-control"})
"""Those that say nothing more of a bucket than `private`."""


def canned_acl(acl: Mapping[str, Any], declared: str | None = None) -> str | None:
    """Return the name of the canned ACL that grants what `acl` grants; where several do, the declared one."""
    owner = acl.get("Owner", {}).get("ID")
    name = _CANNED.get(frozenset(_grants(acl.get("Grants") or (), owner)))
    return declared if name == PRIVATE and declared in _OF_OBJECTS else name


def bucket_acl(acl: Mapping[str, Any], declared: Mapping[str, Json]) -> dict[str, Json]:
    """Return `acl` and `grant` of a bucket: one of them shows what changed, the other what is declared.

    Providers before 4.0 keep `private` as the default beside the declared grants; later ones keep no name,
    and the grants of the owner too.
    """
    said, blocks = declared.get("acl"), declared.get("grant")
    name = canned_acl(acl, said)
    if said is None or blocks or name is None:
        return {
            "acl": said,
            "grant": [] if name == PRIVATE and not blocks else _blocks(acl.get("Grants") or ()),
        }
    return {"acl": name, "grant": []}


def _grants(grants: Iterable[Mapping[str, Any]], owner: str | None) -> Iterator[Grant]:
    for one in grants:
        grantee = one["Grantee"]
        who = grantee.get("URI") or grantee.get("ID") or grantee.get("EmailAddress") or ""
        yield (OWNER if who == owner else who), one["Permission"]


def _blocks(grants: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    blocks: dict[tuple[str, str, str], list[str]] = {}
    for one in grants:
        grantee = one["Grantee"]
        who = grantee.get("ID") or "", grantee.get("Type") or "", grantee.get("URI") or ""
        blocks.setdefault(who, []).append(one["Permission"])
    return [
        {"id": id_, "type": type_, "uri": uri, "permissions": permissions}
        for (id_, type_, uri), permissions in blocks.items()
    ]
