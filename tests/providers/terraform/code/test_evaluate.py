import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift.model.resource import Json
from providers.terraform.code.evaluate import NotEvaluableError, Scope, evaluate, names_for
from providers.terraform.code.parse import parse_hcl
from providers.terraform.code.parse_json import parse_json
from providers.terraform.code.syntax import Expression

VALUES = {"name": "web", "count": 3, "on": True, "tags": {"team": "a"}, "list": ["x", "y"], "none": None}


def an_expression(text: str) -> Expression:
    value = parse_hcl(f"x = {text}\n".encode()).body.attribute("x")
    assert value is not None
    return value


def value_of(text: str) -> Json:
    scope = Scope(names={"var": VALUES.__getitem__}, functions={"upper": str.upper})
    return evaluate(an_expression(text), scope)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("var.name", "web"),
        ('"${var.name}-${var.count}-${var.on}"', "web-3-true"),
        ("var.tags.team", "a"),
        ('var.tags["team"]', "a"),
        ("var.list[1]", "y"),
        ("[var.name, 1]", ["web", 1]),
        ("{ a = var.name, (var.name) = 2 }", {"a": "web", "web": 2}),
        ("var.none", None),
        ("upper(var.name)", "WEB"),
    ],
)
def test_what_leads_to_literals_has_a_value(text: str, value: Json) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "aws_vpc.main.id",
        "each.key",
        "count.index",
        "path.module",
        "var",
        "var.tags.gone",
        "var.list[9]",
        "var.name.inside",
        '"a ${var.list}"',
        '"a ${var.none}"',
        "lower(var.name)",
        "upper(1)",
        "upper()",
        "var.on ? 1 : 2",
        "[var.name, aws_vpc.main.id]",
    ],
)
def test_what_does_not_follow_from_the_code_has_none(text: str) -> None:
    with pytest.raises(NotEvaluableError):
        value_of(text)


def test_names_may_lead_to_names_but_not_in_circles() -> None:
    expressions = {
        "a": an_expression('"${local.b}!"'),
        "b": an_expression('"b"'),
        "c": an_expression("local.d"),
        "d": an_expression("local.c"),
    }
    names = names_for(expressions, lambda: Scope(names={"local": names}))

    assert names("a") == "b!"
    with pytest.raises(NotEvaluableError):
        names("c")


@pytest.mark.parametrize("twice", ['"${local.NEXT}${local.NEXT}"', "[local.NEXT, local.NEXT]"])
def test_what_grows_beyond_any_memory_has_no_value(twice: str) -> None:
    expressions = {
        f"a{number}": an_expression(twice.replace("NEXT", f"a{number + 1}")) for number in range(60)
    }
    expressions["a60"] = an_expression('"ten chars."')
    names = names_for(expressions, lambda: Scope(names={"local": names}))

    assert len(names("a50")) in (2, 10_240)
    with pytest.raises(NotEvaluableError):
        names("a0")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
        max_leaves=10,
    )
)
def test_any_literal_in_the_json_syntax_is_its_own_value(value: Json) -> None:
    """
    But for `${` and `%{`, which mean something: they are escaped, as an author would.
    """
    import msgspec

    document = msgspec.json.encode({"x": _escaped(value)})
    expression = parse_json(document).body.attribute("x")

    assert expression is not None
    assert evaluate(expression) == value


def _escaped(value: Json) -> Json:
    match value:
        case str():
            return value.replace("${", "$${").replace("%{", "%%{")
        case list():
            return [_escaped(one) for one in value]
        case dict():
            return {_escaped(key): _escaped(one) for key, one in value.items()}
        case _:
            return value
