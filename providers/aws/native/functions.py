"""What only AWS's tables need beside the functions that all clouds' tables have."""

import json
from typing import Any

from drift.model.resource import Json
from providers.aws.native.bucket_grants import bucket_acl, canned_acl
from providers.aws.native.identities import group_members, policy_holders
from providers.aws.native.security_rules import security_rules
from providers.live_tables.expressions import ANY, Functions, expects


class AwsFunctions(Functions):
    """Functions of AWS's expressions."""

    @expects(ANY)
    def _func_tags(self, tags: Json) -> Json:
        """Return tags as a map, without those that AWS itself gives; never `null`."""
        rows: dict[str, Any] = tags if isinstance(tags, dict) else dict(map(_pair, tags or ()))
        return {key: value for key, value in rows.items() if not key.startswith("aws:")}

    @expects(ANY)
    def _func_document(self, value: Json) -> Json:
        """Return a policy as the JSON text that Terraform keeps."""
        return _text(value) if isinstance(value, dict | list) else value

    @expects(ANY, ANY)
    def _func_security_rules(self, permissions: Json, group: Json) -> Json:
        """Return rules as blocks of a security group: those of the same ports and description in one."""
        return security_rules(permissions or (), group["GroupId"], group.get("OwnerId"))

    @expects(ANY)
    def _func_canned_acl(self, acl: Json) -> Json:
        """Return the name of the canned ACL that grants exactly this, if there is one."""
        return canned_acl(acl or {})

    @expects(ANY, ANY)
    def _func_bucket_acl(self, acl: Json, declared: Json) -> Json:
        """Return `acl` and `grant` of a bucket whose code says one of them."""
        return bucket_acl(acl or {}, declared)

    @expects(ANY)
    def _func_policy_holders(self, identities: Json) -> Json:
        """Return each managed policy that anybody has, with the names of all who have it."""
        return list(policy_holders(identities))

    @expects(ANY)
    def _func_group_members(self, identities: Json) -> Json:
        """Return each group, with the names of its members."""
        return list(group_members(identities))


def _pair(tag: dict[str, str]) -> tuple[str, str]:
    """Return key and value of a tag, which services write with large or small letters."""
    lowered = {key.lower(): value for key, value in tag.items()}
    return lowered.get("key", lowered.get("tagkey", "")), lowered.get("value", lowered.get("tagvalue", ""))


def _text(value: Json) -> str:
    return json.dumps(value, default=str)
