"""Which values does the code give to the attributes of a resource?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from drift.model.path import path_text
from drift.model.resource import Json
from providers.terraform.code.evaluate import NotEvaluableError, Scope, evaluate, known
from providers.terraform.code.syntax import Attribute, Block, Expression, ObjectOf

META = frozenset({"count", "for_each", "provider", "depends_on"})
"""Arguments that Terraform takes for itself."""

META_BLOCKS = frozenset({"lifecycle", "connection", "provisioner", "timeouts"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Coded:
    """What a block gives to its attributes."""

    values: Mapping[str, Json] = field(default_factory=dict)
    """By path. Of a nested block only what is known of it: the list of its occurrences."""
    unknown_count: int = 0
    """Attributes whose value does not follow from the code alone."""


def coded(block: Block, scope: Scope) -> Coded:
    """Return the values that a `resource` block gives, as far as they follow from the code alone."""
    values: dict[str, Json] = {}
    unknown = 0
    for attribute in block.attributes:
        if attribute.name not in META:
            for path, expression in _parts(attribute, scope):
                try:
                    values[path] = evaluate(expression, scope)
                except NotEvaluableError:
                    unknown += 1
    for type_, found in _nested(block):
        if found is None:
            unknown += 1  # its number depends on what nobody evaluates
            continue
        inside = [_inside(one, scope) for one in found]
        values[type_] = [value for value, _ in inside]
        unknown += sum(count for _, count in inside)
    return Coded(values=values, unknown_count=unknown)


def _parts(attribute: Attribute, scope: Scope) -> Iterator[tuple[str, Expression]]:
    """Take a map apart of which not all is known: its known keys count all the same."""
    value = attribute.value
    if not isinstance(value, ObjectOf) or known(value, scope) is not None:
        yield attribute.name, value
        return
    for key, expression in value.items:
        name = known(key, scope)
        yield path_text((attribute.name, str(name))) if name is not None else attribute.name, expression


def _nested(block: Block) -> Iterator[tuple[str, list[Block] | None]]:
    """Yield the nested blocks by type; `None` for a type of which a `dynamic` makes some."""
    dynamic = {one.labels[0] for one in block.of_type("dynamic") if one.labels}
    for type_ in dict.fromkeys(one.type for one in block.blocks):
        if type_ not in META_BLOCKS and type_ != "dynamic" and type_ not in dynamic:
            yield type_, list(block.of_type(type_))
    for type_ in sorted(dynamic):
        yield type_, None


def _inside(block: Block, scope: Scope) -> tuple[dict[str, Json], int]:
    """Return what is known of a nested block, and how much is not."""
    values: dict[str, Json] = {}
    unknown = 0
    for attribute in block.attributes:
        try:
            values[attribute.name] = evaluate(attribute.value, scope)
        except NotEvaluableError:
            unknown += 1
    for type_, found in _nested(block):
        if found is None:
            unknown += 1
            continue
        inside = [_inside(one, scope) for one in found]
        values[type_] = [value for value, _ in inside]
        unknown += sum(count for _, count in inside)
    return values, unknown
