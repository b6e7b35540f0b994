"""What only AWS's tables need beside the functions that all clouds' tables have."""

import json

from drift.model.resource import Json
from providers.aws.native.bucket_grants import bucket_acl, canned_acl
from providers.aws.native.caches import cache_version, log_deliveries
from providers.aws.native.certificates import certificate_like
from providers.aws.native.distributions import cache_behaviors
from providers.aws.native.identities import group_members, policy_holders
from providers.aws.native.instance_parts import declared_interfaces, group_tags, instance_disks, script_like
from providers.aws.native.listener_actions import listener_actions
from providers.aws.native.own_tags import own_tags
from providers.aws.native.records import alias_target, record_id, record_name, record_values
from providers.aws.native.routes import ENDPOINT, is_declarable_route
from providers.aws.native.security_rules import (
    foreign_group,
    protocol_name,
    security_group_rule,
    security_rules,
)
from providers.live_tables.expressions import ANY, MAYBE_TEXT, TEXT, Functions, expects


class AwsFunctions(Functions):
    """Functions of AWS's expressions."""

    @expects(ANY)
    def _func_tags(self, tags: Json) -> Json:
        """Return tags as a map, without those that AWS itself gives; never `null`."""
        return own_tags(tags)

    @expects(ANY)
    def _func_document(self, value: Json) -> Json:
        """Return a policy as the JSON text that Terraform keeps."""
        return _text(value) if isinstance(value, dict | list) else value

    @expects(MAYBE_TEXT)
    def _func_record_name(self, name: str | None) -> Json:
        """Return the name of a record as it is compared."""
        return None if name is None else record_name(name)

    @expects(TEXT, TEXT, TEXT, MAYBE_TEXT)
    def _func_record_id(self, zone: str, name: str, type_: str, set_: str | None) -> Json:
        """Return what Terraform calls a record by."""
        return record_id(zone, name, type_, set_)

    @expects({"types": ["array", "null"]}, ANY)
    def _func_listener_actions(self, actions: Json, declared: Json) -> Json:
        """Return what a listener or a rule of it does."""
        return listener_actions(actions or (), declared)

    @expects(TEXT)
    def _func_listener_of(self, rule: str) -> Json:
        """Return the ARN of the listener in that of one of its rules."""
        return rule.rpartition("/")[0].replace(":listener-rule/", ":listener/")

    @expects(ANY)
    def _func_security_group_rule(self, group: Json) -> Json:
        """Return what stands of the `declared` rule in its group."""
        return security_group_rule(group, group["declared"])

    @expects(ANY, ANY)
    def _func_referenced_group(self, group: Json, owner: Json) -> Json:
        """Return a group that a rule names, with the account in front where that is another one."""
        return group and foreign_group(group, owner)

    @expects(ANY)
    def _func_protocol(self, protocol: Json) -> Json:
        """Return the name of a protocol."""
        return protocol_name(protocol)

    @expects(ANY, ANY)
    def _func_protocol_like(self, protocol: Json, declared: Json) -> Json:
        """Return a protocol as it is declared, by name or number, where it is that one."""
        return declared if declared and protocol_name(protocol) == protocol_name(declared) else protocol

    @expects({"types": ["array", "null"]})
    def _func_declarable_routes(self, routes: Json) -> Json:
        """Return the routes of a table that somebody may have written."""
        return [one for one in routes or () if is_declarable_route(one)]

    @expects(MAYBE_TEXT)
    def _func_gateway(self, id_: str | None) -> Json:
        """Return the id of a gateway; AWS keeps those of endpoints in the same place."""
        return None if id_ is None or id_.startswith(ENDPOINT) else id_

    @expects(MAYBE_TEXT)
    def _func_endpoint(self, id_: str | None) -> Json:
        """Return the id of an endpoint, and nothing for that of a gateway."""
        return id_ if id_ is not None and id_.startswith(ENDPOINT) else None

    @expects(ANY, ANY)
    def _func_security_rules(self, permissions: Json, group: Json) -> Json:
        """Return rules as blocks of a security group: those of the same ports and description in one."""
        return security_rules(permissions or (), group["GroupId"], group.get("OwnerId"))

    @expects({"types": ["array", "null"]}, TEXT)
    def _func_record_values(self, values: Json, kind: str) -> Json:
        """Return what a record of DNS says."""
        return record_values(values or (), kind)

    @expects(ANY, ANY)
    def _func_alias_target(self, target: Json, declared: Json) -> Json:
        """Return what an alias of DNS stands for."""
        return target and alias_target(target, declared)

    @expects(MAYBE_TEXT, ANY)
    def _func_certificate_like(self, said: str | None, declared: Json) -> Json:
        """Return a certificate as the state keeps it."""
        return None if said is None else certificate_like(said, declared)

    @expects({"types": ["array", "null"]})
    def _func_cache_behaviors(self, behaviors: Json) -> Json:
        """Return how a distribution answers requests."""
        return cache_behaviors(one for one in behaviors or () if one)

    @expects(MAYBE_TEXT, MAYBE_TEXT)
    def _func_cache_version(self, version: str | None, declared: str | None) -> Json:
        """Return the version of a cache's engine in as many parts as are declared."""
        return cache_version(version, declared)

    @expects(ANY)
    def _func_log_deliveries(self, deliveries: Json) -> Json:
        """Return where the logs of a cache go."""
        return log_deliveries(deliveries or ())

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

    @expects(ANY)
    def _func_instance_disks(self, instance: Json) -> Json:
        """Return `root`, `others` and `tags` of the disks of a server."""
        return instance_disks(instance)

    @expects(ANY, ANY)
    def _func_declared_interfaces(self, attached: Json, declared: Json) -> Json:
        """Return the network interfaces of a server at the places that are declared."""
        return declared_interfaces(attached or (), declared or ())

    @expects(MAYBE_TEXT, ANY)
    def _func_script_like(self, said: str | None, declared: Json) -> Json:
        """Return a script in base64 as the state keeps it."""
        return script_like(said, declared)

    @expects(ANY, ANY)
    def _func_group_tags(self, tags: Json, declared: Json) -> Json:
        """Return `tag` and `tags` of an Auto Scaling group."""
        return group_tags(tags or (), declared)


def _text(value: Json) -> str:
    return json.dumps(value, default=str)
