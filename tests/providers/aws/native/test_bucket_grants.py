"""What the ACL of a bucket shows, by what its code says."""

from typing import Any

import pytest

from drift.model.resource import Json
from providers.aws.native.bucket_grants import EVERYBODY, LOG_DELIVERY, SIGNED_IN, bucket_acl, canned_acl

OWNER = "0123abc"
OWN: dict[str, Any] = {"Grantee": {"ID": OWNER, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
OWN_BLOCK: dict[str, Json] = {
    "id": OWNER,
    "type": "CanonicalUser",
    "uri": "",
    "permissions": ["FULL_CONTROL"],
}


def an_acl(*grants: tuple[str, str]) -> dict[str, Any]:
    groups = [{"Grantee": {"URI": uri, "Type": "Group"}, "Permission": what} for uri, what in grants]
    return {"Owner": {"ID": OWNER}, "Grants": [OWN, *groups]}


@pytest.mark.parametrize(
    ("acl", "name"),
    [
        (an_acl(), "private"),
        (an_acl((EVERYBODY, "READ")), "public-read"),
        (an_acl((EVERYBODY, "READ"), (EVERYBODY, "WRITE")), "public-read-write"),
        (an_acl((SIGNED_IN, "READ")), "authenticated-read"),
        (an_acl((LOG_DELIVERY, "WRITE"), (LOG_DELIVERY, "READ_ACP")), "log-delivery-write"),
        (an_acl((EVERYBODY, "WRITE")), None),
        ({"Owner": {"ID": OWNER}, "Grants": []}, None),
    ],
)
def test_an_acl_is_called_by_the_name_of_the_canned_one(acl: dict[str, Any], name: str | None) -> None:
    assert canned_acl(acl) == name


def test_a_canned_acl_that_says_nothing_of_buckets_is_private() -> None:
    assert canned_acl(an_acl(), "bucket-owner-full-control") == "bucket-owner-full-control"


def test_a_bucket_whose_code_names_a_canned_acl_shows_the_name_only() -> None:
    found = bucket_acl(an_acl((EVERYBODY, "READ")), {"acl": "private", "grant": []})

    assert found == {"acl": "public-read", "grant": []}


def test_a_bucket_that_grants_what_no_canned_acl_does_shows_the_grants() -> None:
    found = bucket_acl(an_acl((EVERYBODY, "WRITE")), {"acl": "private", "grant": []})

    everybody = {"id": "", "type": "Group", "uri": EVERYBODY, "permissions": ["WRITE"]}
    assert found == {"acl": "private", "grant": [OWN_BLOCK, everybody]}


def test_declared_grants_are_compared_though_private_is_the_default_beside_them() -> None:
    found = bucket_acl(an_acl(), {"acl": "private", "grant": [OWN_BLOCK]})

    assert found == {"acl": "private", "grant": [OWN_BLOCK]}


def test_a_provider_that_keeps_no_name_is_shown_none() -> None:
    assert bucket_acl(an_acl(), {"acl": None, "grant": []}) == {"acl": None, "grant": []}
