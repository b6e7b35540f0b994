"""The value of an expression, where it follows from the code alone.

Literals, and references and texts that lead to literals. Nothing is guessed: whatever else
stands there is not evaluable, and no user code runs. Which names and functions lead anywhere
is the caller's to say.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
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

MAX_SIZE = 1_000_000
"""Characters and elements of a value."""

Lookup: TypeAlias = Callable[[str], Json]
"""Returns what a name stands for, or raises `NotEvaluableError` or a `LookupError`."""

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
            return _joined(_text(_value(one, scope)) for one in parts)
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


def _joined(texts: Iterable[str]) -> str:
    whole = "".join(texts)
    if len(whole) > MAX_SIZE:
        raise NotEvaluableError
    return whole


def _referred(steps: tuple[str | int, ...], scope: Scope) -> Json:
    root = scope.names.get(str(steps[0]))
    if root is None or len(steps) < 2 or not isinstance(steps[1], str):
        raise NotEvaluableError
    try:
        found = root(steps[1])
    except LookupError as error:
        raise NotEvaluableError from error
    return _inside(found, steps[2:])


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
    """What names stand for: each is evaluated once, and only when it is asked for.

    Text that repeats text that repeats text grows beyond any memory: what is too large has no value.
    """

    def __init__(self, values: Mapping[str, Callable[[], Json]]) -> None:
        self._values = values
        self._known: dict[str, Json] = {}
        self._unknown: set[str] = set()
        """Also those that are being evaluated: whoever asks for them again goes in circles."""

    def __call__(self, name: str) -> Json:
        """Return what `name` stands for."""
        if name in self._known:
            return self._known[name]
        if name not in self._values or name in self._unknown:
            raise NotEvaluableError
        self._unknown.add(name)
        value = self._values[name]()
        if _size(value, MAX_SIZE) > MAX_SIZE:
            raise NotEvaluableError
        self._unknown.discard(name)
        self._known[name] = value
        return value


def names_for(expressions: Mapping[str, Expression], scope: Callable[[], Scope]) -> Names:
    """Return names that stand for expressions, all in one scope, which may hold these very names."""
    return Names({name: partial(_in_scope, one, scope) for name, one in expressions.items()})


def _in_scope(expression: Expression, scope: Callable[[], Scope]) -> Json:
    return evaluate(expression, scope())


def _size(value: Json, most: int) -> int:
    """Return how many characters and elements a value has, not counting much beyond `most`."""
    if isinstance(value, str):
        return len(value)
    size = 1
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        size += len(str(key)) + _size(inner, most - size)
        if size > most:
            break
    return size
