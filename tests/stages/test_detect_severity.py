"""How much drift matters, by the product's own tables."""

import re
from dataclasses import replace
from typing import Any

import pytest

from drift.model.environment import Environment
from drift.model.finding import FindingKind
from drift.model.verdict import Severity
from drift.stages.detect import detect
from providers.terraform.rules import detect_rules
from tests.stages.detect_builders import a_declared, a_live, a_schema, compared, held

RULES = detect_rules()
DEV = Environment(name="dev", accounts=(re.compile("111122223333"),), is_production=False)
PRODUCTION = Environment(name="prod", accounts=(re.compile(".*"),), is_production=True)


def severity(type_: str, name: str, declared: Any, live: Any) -> Severity:
    one = a_live({name: live}, type=type_, schema=a_schema("ingress", "grant"))
    (finding,) = compared((a_declared({name: declared}, type=type_), one), rules=RULES).findings
    return finding.severity


@pytest.mark.parametrize(
    ("type_", "name", "declared", "live", "expected"),
    [
        ("aws_security_group", "ingress", [], [{"port": 22, "cidr_blocks": ["0.0.0.0/0"]}], "critical"),
        ("aws_security_group", "ingress", [], [{"port": 22, "cidr_blocks": ["10.0.0.0/8"]}], "high"),
        ("aws_security_group", "ingress", [{"port": 22, "cidr_blocks": ["0.0.0.0/0"]}], [], "high"),
        ("aws_db_instance", "publicly_accessible", False, True, "critical"),
        ("aws_db_instance", "publicly_accessible", True, False, "high"),
        ("aws_s3_bucket_public_access_block", "block_public_acls", True, False, "critical"),
        ("aws_s3_bucket_public_access_block", "block_public_acls", False, True, "high"),
        ("aws_s3_bucket", "acl", "private", "public-read", "critical"),
        ("aws_cloudtrail", "enable_logging", True, False, "critical"),
        ("aws_ebs_volume", "encrypted", True, False, "high"),
        ("aws_db_instance", "deletion_protection", True, False, "high"),
        ("aws_db_instance", "multi_az", True, None, "high"),
        ("aws_db_instance", "backup_retention_period", 7, 1, "high"),
        ("google_project_iam_binding", "members", ["user:a"], ["user:a", "allUsers"], "critical"),
        ("google_storage_bucket", "public_access_prevention", "enforced", "inherited", "critical"),
        ("azurerm_network_security_rule", "source_address_prefix", "10.0.0.0/8", "Internet", "critical"),
        ("azurerm_storage_account", "allow_nested_items_to_be_public", False, True, "critical"),
        ("azurerm_key_vault", "purge_protection_enabled", True, False, "high"),
        ("aws_iam_role", "tags", {"a": "1"}, {"a": "2"}, "low"),
        ("aws_instance", "instance_type", "t3.small", "t3.large", "medium"),
    ],
)
def test_what_weakens_protection_weighs_more(
    type_: str, name: str, declared: Any, live: Any, expected: str
) -> None:
    assert severity(type_, name, declared, live) == expected


def test_outside_production_it_weighs_less() -> None:
    rules = replace(RULES, environments=(DEV, PRODUCTION))
    drifted = a_declared({"policy": "a"}), a_live({"policy": "b"})
    elsewhere = (
        a_declared({"policy": "a"}, account="444455556666", resource_id="q"),
        a_live({"policy": "b"}),
    )

    comparison = detect(
        [held(drifted, (a_declared(resource_id="r"), None), elsewhere)], [a_live(id="x")], rules
    )

    assert [(one.kind, one.account, one.severity) for one in comparison.findings] == [
        (FindingKind.DRIFTED, "111122223333", Severity.MEDIUM),
        (FindingKind.MISSING, "111122223333", Severity.MEDIUM),
        (FindingKind.DRIFTED, "444455556666", Severity.HIGH),
        (FindingKind.UNMANAGED, "111122223333", Severity.LOW),
    ]


@pytest.mark.parametrize(
    ("type_", "path", "is_relevant"),
    [
        ("aws_security_group", "ingress", True),
        ("aws_instance", "vpc_security_group_ids", True),
        ("aws_instance", "user_data", True),
        ("aws_db_instance", "storage_encrypted", True),
        ("google_compute_instance", "network_interface[0].access_config[0].nat_ip", True),
        ("aws_instance", "instance_type", False),
        ("aws_instance", "tags.Name", False),
        ("aws_iam_role", "tags.Name", False),
    ],
)
def test_what_can_weaken_protection_is_known_whatever_its_values(
    type_: str, path: str, is_relevant: bool
) -> None:
    assert RULES.is_security_relevant(type_, path) is is_relevant
