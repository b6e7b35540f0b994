"""The value of an expression, where it follows from the code alone.

Literals, and references and texts that lead to literals. Nothing is guessed: whatever else
stands there is not evaluable, and no user code runs. Which names and functions lead anywhere
is the caller's to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from drift.model.resource import Json
from providers.terraform.code.syntax import (
    Call,
    Expression,
    ListOf,
    Literal,
    Member,
    ObjectOf,
    Other,
    Reference,
    Template,
)

MAX_DEPTH = 100
"""Names that lead to names; more is a circle, or might as well be one."""

Lookup: TypeAlias = Callable[[str], Json]
"""Returns what a name stands for, or raises `NotEvaluableError`."""

Function: TypeAlias = Callable[..., Json]


class NotEvaluableError(Exception):
    """A value does not follow from the code alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What the names in an expression mean."""

    names: Mapping[str, Lookup] = field(default_factory=dict)
    """By the first word of a reference: `var`, `local`."""
    functions: Mapping[str, Function] = field(default_factory=dict)


NOTHING = Scope()
"""In which only literals mean something."""


def evaluate(expression: Expression, scope: Scope = NOTHING) -> Json:
    """Return the value of an expression.

    Raises:
        NotEvaluableError: It does not follow from the code alone.
    """
    try:
        return _value(expression, scope)
    except RecursionError as error:
        raise NotEvaluableError from error


def known(expression: Expression | None, scope: Scope = NOTHING) -> Json:
    """Return the value of an expression, `None` where it is not written or not evaluable."""
    if expression is None:
        return None
    try:
        return evaluate(expression, scope)
    except NotEvaluableError:
        return None


def _value(expression: Expression, scope: Scope) -> Json:
    match expression:
        case Literal(value):
            return value
        case Template(parts):
            return "".join(_text(_value(one, scope)) for one in parts)
        case Reference(steps):
            return _referred(steps, scope)
        case Member(of, steps):
            return _inside(_value(of, scope), steps)
        case ListOf(items):
            return [_value(one, scope) for one in items]
        case ObjectOf(items):
            return {_text(_value(key, scope)): _value(one, scope) for key, one in items}
        case Call(name, arguments):
            return _called(name, arguments, scope)
        case Other():
            raise NotEvaluableError
        case _:
            assert_never(expression)


def _referred(steps: tuple[str | int, ...], scope: Scope) -> Json:
    root = scope.names.get(str(steps[0]))
    if root is None or len(steps) < 2 or not isinstance(steps[1], str):
        raise NotEvaluableError
    return _inside(root(steps[1]), steps[2:])


def _inside(value: Json, steps: tuple[str | int, ...]) -> Json:
    for step in steps:
        try:
            value = value[str(step)] if isinstance(value, dict) else value[int(step)]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise NotEvaluableError from error
    return value


def _called(name: str, arguments: tuple[Expression, ...], scope: Scope) -> Json:
    function = scope.functions.get(name)
    if function is None:
        raise NotEvaluableError
    try:
        return function(*(_value(one, scope) for one in arguments))
    except (TypeError, ValueError, LookupError, AttributeError, OSError) as error:
        raise NotEvaluableError from error


def _text(value: Json) -> str:
    """Return a scalar as Terraform writes it into a text."""
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case _:
            raise NotEvaluableError


class Names:
    """Names that stand for expressions, each evaluated once and only when it is asked for."""

    def __init__(self, expressions: Mapping[str, Expression], scope: Callable[[], Scope]) -> None:
        self._expressions = expressions
        self._scope = scope
        self._values: dict[str, Json] = {}
        self._asked: set[str] = set()

    def __call__(self, name: str) -> Json:
        """Return what `name` stands for."""
        if name in self._values:
            return self._values[name]
        if name not in self._expressions or name in self._asked or len(self._asked) > MAX_DEPTH:
            raise NotEvaluableError
        self._asked.add(name)
        try:
            self._values[name] = evaluate(self._expressions[name], self._scope())
        finally:
            self._asked.discard(name)
        return self._values[name]
