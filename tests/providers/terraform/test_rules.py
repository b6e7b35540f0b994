import pytest

from drift.model.detection import Rewritten
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


def test_own_rows_come_before_those_that_ship_and_take_their_place() -> None:
    rules = detect_rules(
        {
            "attributes": """
                skipped = ["etag"]
                missing = "critical"
                [mirrors]
                all_labels = "labels"
                [[severities]]
                severity = "critical"
                types = ["aws_sqs_queue"]
                attributes = ["policy"]
                """,
            "companions": """
                [[companions]]
                parent = "example_group"
                attribute = "rule"
                child = "example_rule"
                names_parent_by = "group"
                """,
        }
    )

    assert {"etag", "timeouts"} <= rules.skipped
    assert (rules.missing, rules.unmanaged) == (Severity.CRITICAL, Severity.MEDIUM)
    assert (rules.mirrors["all_labels"], rules.mirrors["tags_all"]) == ("labels", "tags")
    assert (rules.severities[0].type, rules.severities[0].attribute) == ("aws_sqs_queue", "policy")
    assert rules.companions[0].child == "example_rule"
    assert len(rules.companions) > 1


def test_own_rows_say_what_else_a_provider_keeps_otherwise_than_it_is_written() -> None:
    own = '[[rewritten]]\ntypes = ["example_queue"]\nattributes = ["name"]\n'

    rows = detect_rules({"coded": own}).rewritten

    assert rows[0] == Rewritten(types=("example_queue",), attributes=("name",))
    assert any("aws_instance" in row.types and "user_data" in row.attributes for row in rows[1:])


@pytest.mark.parametrize(
    ("table", "text", "what"),
    [
        ("attributes", "skiped = []", "skiped"),
        ("attributes", "missing = 'dreadful'", "dreadful"),
        ("companions", "[[companions]]\nparent = 'x'", "attribute"),
        ("attributes", "=", "Invalid"),
        (
            "attributes",
            "[[documents]]\nmarker = 'M'\nsets = []\nsets_below = []\nsame = {'(' = ''}",
            "no regular expression",
        ),
    ],
)
def test_own_rows_of_another_form_are_refused_with_the_reason(table: str, text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        detect_rules({table: text})
