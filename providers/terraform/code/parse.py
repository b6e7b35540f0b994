"""From the bytes of a `.tf`, `.tfvars` or `.hcl` file to its blocks. Nothing is evaluated."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from providers.terraform.code.syntax import (
    Attribute,
    Block,
    Call,
    Expression,
    ListOf,
    Literal,
    Member,
    ObjectOf,
    Other,
    ParsedFile,
    Reference,
    Template,
)
from providers.terraform.code.text import NotATemplateError, heredoc_body, interpolations, unescaped

Tree: TypeAlias = Any
"""A node of the parser, which has no types."""

_WORDS = {"true": True, "false": False, "null": None}


def parse_hcl(content: bytes) -> ParsedFile:
    """Return what stands in a file; one that cannot be parsed says where, and nothing else."""
    import hcl2  # slow to import, and not needed where there is no code
    from lark.exceptions import LarkError, UnexpectedInput

    try:
        # The tree itself is walked: turning it into Python values takes as long again as
        # parsing, and only the tree has line numbers.
        tree = hcl2.parses_to_tree(content.decode("utf-8-sig"))
        return ParsedFile(body=_block("", (), tree, tree.children[0]))
    except UnexpectedInput as error:
        # Without the parser's own words: they quote the code, which may hold a secret.
        return ParsedFile(error=f"not valid HCL at line {error.line}, column {error.column}")
    except UnicodeDecodeError:
        return ParsedFile(error="not valid UTF-8")
    except (LarkError, RecursionError, ValueError):
        return ParsedFile(error="not valid HCL")


def parse_template(text: str) -> Expression:
    """Return what a text with `${...}` in it means, as heredocs and the JSON syntax write them."""
    try:
        parts = [_inner(part) if is_code else Literal(part) for is_code, part in interpolations(text)]
    except NotATemplateError as error:
        return Other(str(error))
    return _template(parts)


def _inner(text: str) -> Expression:
    parsed = parse_hcl(f"x = ({text})\n".encode())
    return parsed.body.attribute("x") or Other("an expression that cannot be read")


def _block(type_: str, labels: tuple[str, ...], node: Tree, body: Tree) -> Block:
    attributes, blocks = [], []
    for child in body.children:
        if child.data == "attribute":
            attributes.append(_attribute(child))
        elif child.data == "block":
            names = [_plain(one) for one in child.children if _is(one, "identifier", "string")]
            inside = next(one for one in child.children if _is(one, "body"))
            blocks.append(_block(names[0], tuple(names[1:]), child, inside))
    line = getattr(node.meta, "line", 1)  # an empty file has no place
    return Block(
        type=type_,
        labels=labels,
        line=line,
        end_line=getattr(node.meta, "end_line", line),
        attributes=tuple(attributes),
        blocks=tuple(blocks),
    )


def _attribute(node: Tree) -> Attribute:
    return Attribute(
        name=_plain(node.children[0]),
        value=_expression(node.children[-1]),
        line=node.meta.line,
        end_line=node.meta.end_line,
    )


def _expression(node: Tree) -> Expression:
    match node.data:
        case "expr_term":
            inner = [one for one in _children(node) if not _is_token(one, "(", ")")]
            return _expression(inner[0]) if len(inner) == 1 else Other("an expression")
        case "literal_value":
            return Literal(_WORDS[str(node.children[0])])
        case "int_lit":
            return Literal(int(str(node.children[0])))
        case "float_lit":
            return Literal(_number(str(node.children[0])))
        case "identifier":
            word = str(node.children[0])
            return Literal(_WORDS[word]) if word in _WORDS else Reference((word,))
        case "string":
            return _template([_part(one) for one in node.children if _is(one, "string_part")])
        case "heredoc_template" | "heredoc_template_trim":
            return parse_template(heredoc_body(str(node.children[0])))
        case "unary_op":
            return _negated(node)
        case "tuple":
            items = (one for one in _children(node) if hasattr(one, "data"))
            return ListOf(tuple(_expression(one) for one in items))
        case "object":
            elements = (one for one in _children(node) if _is(one, "object_elem"))
            return ObjectOf(tuple(_element(one) for one in elements))
        case "function_call":
            return _call(node)
        case "get_attr_expr_term" | "index_expr_term":
            return _traversal(node)
        case _:
            return Other(str(node.data).replace("_", " "))


def _negated(node: Tree) -> Expression:
    of = _expression(node.children[-1])
    if _is_token(node.children[0], "-") and isinstance(of, Literal) and isinstance(of.value, int | float):
        return Literal(-of.value)
    return Other("an operator")


def _part(node: Tree) -> Expression:
    inner = node.children[0]
    if _is(inner, "interpolation"):
        return _expression(next(one for one in inner.children if hasattr(one, "data")))
    return Other("a template directive") if hasattr(inner, "data") else Literal(unescaped(str(inner)))


def _template(parts: list[Expression]) -> Expression:
    """Return the text of parts; a lone interpolation is what stands in it, not a text."""
    if all(isinstance(one, Literal) and isinstance(one.value, str) for one in parts):
        return Literal("".join(str(one.value) for one in parts if isinstance(one, Literal)))
    return parts[0] if len(parts) == 1 else Template(tuple(parts))


def _element(node: Tree) -> tuple[Expression, Expression]:
    key = _expression(node.children[0].children[0])
    if isinstance(key, Reference) and len(key.steps) == 1 and len(list(_tokens(node.children[0]))) == 1:
        key = Literal(key.steps[0])  # a bare word is its own name; only one in parentheses is a reference
    elif isinstance(key, Literal) and isinstance(key.value, bool | None):
        key = Literal("".join(_tokens(node.children[0])))
    return key, _expression(node.children[-1])


def _call(node: Tree) -> Expression:
    name = "::".join(_plain(one) for one in node.children if _is(one, "identifier"))
    given = [one for one in node.children if _is(one, "arguments")]
    if not given:
        return Call(name, ())
    if any(_is_token(one, "...") for one in given[0].children):
        return Other("a call with a list of arguments")
    arguments = (one for one in _children(given[0]) if hasattr(one, "data"))
    return Call(name, tuple(_expression(one) for one in arguments))


def _traversal(node: Tree) -> Expression:
    of, step = _expression(node.children[0]), _step(node.children[-1])
    if step is None:
        return Other("an index that is computed")
    match of:
        case Reference(steps):
            return Reference((*steps, step))
        case Member(inner, steps):
            return Member(inner, (*steps, step))
        case Other():
            return of
        case _:
            return Member(of, (step,))


def _step(node: Tree) -> str | int | None:
    if _is(node, "get_attr"):
        return _plain(node.children[-1])
    if _is(node, "short_index"):
        return int(str(node.children[-1]).lstrip("."))
    index = next((_expression(one) for one in node.children if hasattr(one, "data")), None)
    if (
        isinstance(index, Literal)
        and isinstance(index.value, str | int)
        and not isinstance(index.value, bool)
    ):
        return index.value
    return None


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _children(node: Tree) -> Iterator[Tree]:
    return (one for one in node.children if not _is(one, "new_line_or_comment"))


def _plain(node: Tree) -> str:
    """Return the text of an identifier, or of a label in quotes."""
    text = "".join(_tokens(node))
    return text[1:-1] if _is(node, "string") else text


def _tokens(node: Tree) -> Iterator[str]:
    if not hasattr(node, "children"):
        yield str(node)
    elif not _is(node, "new_line_or_comment"):
        for child in node.children:
            yield from _tokens(child)


def _is(node: Tree, *names: str) -> bool:
    return getattr(node, "data", None) in names


def _is_token(node: Tree, *texts: str) -> bool:
    return not hasattr(node, "data") and str(node).strip() in texts
