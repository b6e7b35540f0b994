from drift.model.verdict import Severity
from providers.terraform.rules import detect_rules


def test_the_tables_are_understood() -> None:
    rules = detect_rules()

    assert "timeouts" in rules.skipped
    assert rules.mirrors["tags_all"] == "tags"
    assert {row.child for row in rules.companions} >= {"aws_security_group_rule", "aws_route"}
    assert rules.missing is Severity.HIGH


def test_tags_come_first_because_the_first_row_counts() -> None:
    """
    A tag of an IAM role is a tag.
    """
    assert detect_rules().severities[0].attribute == "tags*"
