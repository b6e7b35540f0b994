import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.terraform.code.parse import parse_hcl, parse_template
from providers.terraform.code.syntax import (
    Block,
    Call,
    Expression,
    ListOf,
    Literal,
    Member,
    ObjectOf,
    Other,
    Reference,
    Template,
    overridden,
)


def parsed(text: str) -> Expression:
    value = parse_hcl(f"x = {text}\n".encode()).body.attribute("x")
    assert value is not None
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"plain"', Literal("plain")),
        ('""', Literal("")),
        ("14", Literal(14)),
        ("1.5", Literal(1.5)),
        ("-1", Literal(-1)),
        ("1e3", Literal(1000)),
        ("true", Literal(value=True)),
        ("null", Literal(None)),
        ('"a\\n\\"b\\" \\\\ \\u00e9 $${c} %%{d}"', Literal('a\n"b" \\ é ${c} %{d}')),
        ("var.name", Reference(("var", "name"))),
        ('var.tags["team"]', Reference(("var", "tags", "team"))),
        ("var.list[0].name", Reference(("var", "list", 0, "name"))),
        ("var.list.0", Reference(("var", "list", 0))),
        ("(var.name)", Reference(("var", "name"))),
        ('"${var.name}"', Reference(("var", "name"))),
        ('"${var.name}-queue"', Template((Reference(("var", "name")), Literal("-queue")))),
        ('[1, "a",]', ListOf((Literal(1), Literal("a")))),
        ("[]", ListOf(())),
        ("{ a = 1 }", ObjectOf(((Literal("a"), Literal(1)),))),
        ('{ "a" : 1, true = 2 }', ObjectOf(((Literal("a"), Literal(1)), (Literal("true"), Literal(2))))),
        ("{ (var.a) = 1 }", ObjectOf(((Reference(("var", "a")), Literal(1)),))),
        ('lower("A")', Call("lower", (Literal("A"),))),
        ("timestamp()", Call("timestamp", ())),
        ('split("/", local.a)[0]', Member(Call("split", (Literal("/"), Reference(("local", "a")))), (0,))),
        ("<<EOT\n  a\n  $${b}\nEOT", Literal("  a\n  ${b}\n")),
        ("<<-EOT\n    a\n      b\n    EOT", Literal("a\n  b\n")),
        ("<<EOT\n${var.a}b\nEOT", Template((Reference(("var", "a")), Literal("b\n")))),
    ],
)
def test_an_expression_is_parsed_to_what_it_says(text: str, value: Expression) -> None:
    assert parsed(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "a ? b : c",
        "!true",
        "1 + 1",
        "[for a in b : a]",
        "{ for a in b : a => a }",
        "aws_instance.web[*].id",
        "aws_instance.web[each.key].id",
        "max(var.list...)",
    ],
)
def test_what_is_never_evaluated_is_kept_as_such(text: str) -> None:
    assert isinstance(parsed(text), Other)


def test_blocks_have_their_labels_and_lines() -> None:
    file = parse_hcl(b'# first\nresource "aws_sqs_queue" "orders" {\n  name = "x"\n\n  timeouts {}\n}\n')

    (block,) = file.body.blocks
    assert (block.type, block.labels, block.line, block.end_line) == (
        "resource",
        ("aws_sqs_queue", "orders"),
        2,
        6,
    )
    assert [(one.name, one.line) for one in block.attributes] == [("name", 3)]
    assert [one.type for one in block.blocks] == ["timeouts"]


def test_a_template_may_hold_braces_and_quotes() -> None:
    assert parse_template('a ${lookup({ x = "}" }, "x")} b') == Template(
        (
            Literal("a "),
            Call("lookup", (ObjectOf(((Literal("x"), Literal("}")),)), Literal("x"))),
            Literal(" b"),
        )
    )


@pytest.mark.parametrize("text", ["%{ if true }a%{ endif }", "${ a", "${ ! }"])
def test_a_template_that_is_more_is_never_evaluated(text: str) -> None:
    assert isinstance(parse_template(text), Other)


def test_an_override_replaces_attributes_and_blocks_and_merges_only_the_lifecycle() -> None:
    lifecycle = "lifecycle {\n prevent_destroy = true\n ignore_changes = [x]\n }"
    base = a_block(f'r "a" {{\n x = 1\n y = 2\n b {{ z = 1 }}\n b {{ z = 2 }}\n {lifecycle}\n}}\n')
    override = a_block('r "a" {\n y = 3\n b { z = 3 }\n lifecycle { ignore_changes = all }\n}\n')

    both = overridden(base, override)

    assert {one.name: one.value for one in both.attributes} == {"x": Literal(1), "y": Literal(3)}
    assert [one.attribute("z") for one in both.of_type("b")] == [Literal(3)]
    (merged,) = both.of_type("lifecycle")
    assert {one.name for one in merged.attributes} == {"prevent_destroy", "ignore_changes"}
    assert merged.attribute("ignore_changes") == Reference(("all",))


def a_block(text: str) -> Block:
    return parse_hcl(text.encode()).body.blocks[0]


@given(st.text(alphabet='abc"{}[]()$%<>=.,:?!#\\\n -~"EOT', max_size=60) | st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    parsed_file = parse_hcl(text.encode("utf-8", "surrogatepass"))

    assert parsed_file.error is None or parsed_file.body == Block(type="")
    parse_template(text)
