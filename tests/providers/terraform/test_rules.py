import pytest

from drift.model.verdict import Severity
from providers.terraform.rules import detect_rules


def test_the_tables_are_understood() -> None:
    rules = detect_rules()

    assert "timeouts" in rules.skipped
    assert rules.mirrors["tags_all"] == "tags"
    assert {row.child for row in rules.companions} >= {"aws_security_group_rule", "aws_route"}
    assert rules.missing is Severity.HIGH


def test_a_tag_of_what_protects_the_estate_is_a_tag() -> None:
    """
    The first row that fits counts, so the order of the rows matters.
    """
    rows = detect_rules().severities

    first = next(
        row for row in rows if not row.live and not row.declared and row.is_about("aws_iam_role", "tags.Name")
    )

    assert (first.severity, first.is_security_relevant) == (Severity.LOW, False)


def test_no_row_of_the_companions_stands_twice() -> None:
    rows = [
        (
            row.parent,
            row.attribute,
            row.child,
            row.names_parent_by,
            tuple(row.where.items()),
            tuple(row.element),
        )
        for row in detect_rules().companions
    ]

    assert len(rows) == len(set(rows))


def test_every_co_managed_row_says_how_far_it_may_go() -> None:
    for row in detect_rules().co_managed:
        assert row.same_parts is not None or row.least or row.most or row.where, row


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
    assert (rules.severities[0].types, rules.severities[0].attributes) == (("aws_sqs_queue",), ("policy",))
    assert rules.companions[0].child == "example_rule"
    assert len(rules.companions) > 1


@pytest.mark.parametrize(
    ("table", "text", "what"),
    [
        ("attributes", "skiped = []", "skiped"),
        ("attributes", "missing = 'dreadful'", "dreadful"),
        ("companions", "[[companions]]\nparent = 'x'", "attribute"),
        ("attributes", "=", "Invalid"),
        ("equivalences", "[[documents]]\nmarker = 'M'\nsame = {'(' = ''}", "no regular expression"),
        (
            "equivalences",
            "[[spellings]]\nform = 'rewritten'\ntypes = []\nattributes = []\nsame = {'a' = '\\1'}",
            "a is no",
        ),
        ("equivalences", "owners = ['^x']", "no group for the account"),
        ("equivalences", "[[spellings]]\nform = 'shout'\ntypes = []\nattributes = []", "shout"),
        ("defaults", "[[defaults]]\ntypes = ['x']\nvalues = { a = [] }", "values"),
        ("companions", "[[companions]]\nparnt = 'x'", "parnt"),
        ("co-managed", "[[co_managed]]\ntypes = []\nattribute = 'x'\nlest = 'y'", "lest"),
    ],
)
def test_own_rows_of_another_form_are_refused_with_the_reason(table: str, text: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        detect_rules({table: text})
