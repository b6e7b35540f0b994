"""The expressions of the tables: JMESPath, with functions that bring values into Terraform's form.

https://jmespath.org/specification.html. All functions give `null` for `null`, unless they say otherwise.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypeAlias, TypeVar, cast

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions as JmespathFunctions
from jmespath.functions import signature

from drift.model.resource import Json

Answer: TypeAlias = Mapping[str, Any]
"""What a cloud answered of one resource."""

ANY: Mapping[str, list[str]] = {"types": []}
TEXT: Mapping[str, list[str]] = {"types": ["string"]}
MAYBE_TEXT: Mapping[str, list[str]] = {"types": ["string", "null"]}


class LeftOut:
    """Stands for the value of an attribute that cannot be told of this resource."""


LEFT_OUT: Final = LeftOut()

FunctionT = TypeVar("FunctionT", bound=Callable[..., Json])


def expects(*arguments: Mapping[str, list[str]]) -> Callable[[FunctionT], FunctionT]:
    """Say what a function takes: the types of each argument, as JMESPath calls them."""
    return cast("Callable[[FunctionT], FunctionT]", signature(*arguments))


class Functions(JmespathFunctions):  # type: ignore[misc]  # it has no types
    """The functions that every cloud's tables may use beside those of JMESPath."""

    @expects(ANY, ANY)
    def _func_default(self, value: Json, otherwise: Json) -> Json:
        """Return what counts where nothing is said; never `null` for `null`."""
        return otherwise if value is None else value

    @expects(ANY, ANY, ANY)
    def _func_if(self, condition: Json, value: Json, otherwise: Json) -> Json:
        """Return one or the other; what is empty is no, as everywhere in JMESPath."""
        is_no = condition is None or condition is False or condition in ("", [], {})
        return otherwise if is_no else value

    @expects()
    def _func_left_out(self) -> Any:
        """Return what keeps an attribute from being compared."""
        return LEFT_OUT

    @expects({"types": ["array", "null"]}, {"types": ["array", "null"]})
    def _func_common(self, some: list[Any] | None, others: list[Any] | None) -> Json:
        """Return the elements of one list that stand in the other too."""
        return [one for one in some or () if one in (others or ())]

    @expects({"types": ["array", "null"]}, {"types": ["array", "null"]})
    def _func_ordered_like(self, some: list[Any] | None, others: list[Any] | None) -> Json:
        """Return a list whose order means nothing in the order of another one, then what that lacks."""
        known = [one for one in others or () if one in (some or ())]
        return [*known, *(one for one in some or () if one not in known)]

    @expects(ANY)
    def _func_block(self, value: Json) -> Json:
        """Return a nested block, which Terraform keeps as a list of at most one; `[]` for `null`."""
        return [] if value is None or value == {} else [value]

    @expects(ANY)
    def _func_text(self, value: Json) -> Json:
        """Return a scalar as Terraform writes it in a string."""
        if value is None or isinstance(value, str):
            return value
        return str(value).lower() if isinstance(value, bool) else str(value)

    @expects(ANY)
    def _func_boolean(self, value: Json) -> Json:
        """Return whether a text says yes."""
        return value.lower() in {"true", "yes", "enabled", "1"} if isinstance(value, str) else value

    @expects(MAYBE_TEXT)
    def _func_lower(self, value: str | None) -> Json:
        return None if value is None else value.lower()

    @expects(MAYBE_TEXT, TEXT)
    def _func_last(self, value: str | None, separator: str) -> Json:
        """Return what follows the last separator, or all of it."""
        return None if value is None else value.rpartition(separator)[2]

    @expects(MAYBE_TEXT, TEXT)
    def _func_without_end(self, value: str | None, end: str) -> Json:
        return None if value is None else value.removesuffix(end)

    @expects(MAYBE_TEXT, TEXT)
    def _func_before(self, value: str | None, separator: str) -> Json:
        """Return what stands before the first separator, or all of it."""
        return None if value is None else value.partition(separator)[0]

    @expects(MAYBE_TEXT, TEXT)
    def _func_after(self, value: str | None, separator: str) -> Json:
        """Return what follows the first separator; nothing where there is none."""
        return None if value is None else value.partition(separator)[2]

    @expects(MAYBE_TEXT, TEXT)
    def _func_split(self, value: str | None, separator: str) -> Json:
        return [] if not value else value.split(separator)

    @expects({"types": ["array", "null"]}, TEXT, TEXT)
    def _func_pairs(self, rows: list[Any] | None, key: str, value: str) -> Json:
        """Return a map of what each row holds under `key` and `value`."""
        return {row[key]: row.get(value) for row in rows or () if key in row}

    @expects({"types": ["object", "null"]}, MAYBE_TEXT)
    def _func_under(self, map_: dict[str, Any] | None, key: str | None) -> Json:
        """Return what a map holds under a key that an expression tells."""
        return None if map_ is None or key is None else map_.get(key)

    @expects({"types": ["object", "null"]}, TEXT)
    def _func_joined_values(self, map_: dict[str, Any] | None, separator: str) -> Json:
        """Return a map of lists as one of texts."""
        return {key: separator.join(map(str, values)) for key, values in (map_ or {}).items()}

    @expects({"types": ["object", "null"]})
    def _func_entries(self, map_: dict[str, Any] | None) -> Json:
        """Return each `key` of a map with its `value`."""
        return [{"key": key, "value": value} for key, value in (map_ or {}).items()]

    @expects({"types": ["array", "null"]}, TEXT)
    def _func_below(self, rows: list[Any] | None, name: str) -> Json:
        """Return the elements of each row's list `name`, each with its row as `of`; texts stand as `it`."""
        return [
            {**(inner if isinstance(inner, dict) else {"it": inner}), "of": row}
            for row in rows or ()
            for inner in row.get(name) or ()
        ]

    @expects({"types": ["array", "null"]}, ANY)
    def _func_each_with(self, rows: list[Any] | None, of: Json) -> Json:
        """Return the rows, each with `of`."""
        return [{**(row if isinstance(row, dict) else {"it": row}), "of": of} for row in rows or ()]

    @expects({"types": ["array", "null"]}, TEXT)
    def _func_grouped(self, rows: list[Any] | None, name: str) -> Json:
        """Return the rows with the same value of `name` together: it as `key`, and they as `rows`."""
        groups: dict[Any, list[Any]] = {}
        for row in rows or ():
            groups.setdefault(row.get(name), []).append(row)
        return [{"key": key, "rows": some} for key, some in groups.items()]

    @expects({"types": ["array", "null"]}, {"types": ["number"]})
    def _func_chunks(self, rows: list[Any] | None, size: int) -> Json:
        """Return the rows in parts of at most so many, each as `some`; none for none."""
        every = rows or []
        return [{"some": every[first : first + size]} for first in range(0, len(every), size)]

    @expects(ANY)
    def _func_blocks(self, value: Json) -> Json:
        """Return an object as a nested block, and each object in it, with names spelled Terraform's way."""
        return [_spelled(value)] if value else []

    @expects(MAYBE_TEXT, MAYBE_TEXT)
    def _func_version_like(self, version: str | None, declared: str | None) -> Json:
        """Return a version as it is declared, where that says less of it: `13` of `13.4`."""
        return declared if version and declared and version.startswith(f"{declared}.") else version

    @expects(ANY)
    def _func_time(self, value: Json) -> Json:
        """Return a time as Terraform writes it: `2026-11-20T10:11:12Z`."""
        if not isinstance(value, datetime):
            return value
        return f"{value:%Y-%m-%dT%H:%M:%S}Z"


def _spelled(value: Json) -> Json:
    """Return `{VCpuCount: {Min: 1}}` as `{vcpu_count: [{min: 1}]}`."""
    if isinstance(value, list):
        return [_spelled(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        _UNITS.sub(lambda unit: unit[0].replace("_", ""), _WORDS.sub("_", key).lower()): (
            [_spelled(inner)] if isinstance(inner, dict) else _spelled(inner)
        )
        for key, inner in value.items()
    }


_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_UNITS: Final = re.compile(r"(?<![a-z])(v_cpu|[mg]i_b)(?![a-z])")


class Expression:
    """One expression of a table."""

    __slots__ = ("__dict__", "_functions", "text")

    def __init__(self, text: str, functions: Functions) -> None:
        self.text = text
        self._functions = functions

    @cached_property
    def of(self) -> Callable[[Any], Json]:
        """Return what evaluates it; raises `ValueError` where the text is none."""
        try:
            parsed = jmespath.compile(self.text)
        except JMESPathError as error:
            raise ValueError(f"{self.text!r} is no JMESPath expression: {error}") from error
        options = jmespath.Options(custom_functions=self._functions)

        def evaluate(value: Any) -> Json:
            try:
                return parsed.search(value, options)
            except (JMESPathError, LookupError, TypeError, ValueError, AttributeError) as error:
                raise UnexpectedAnswerError(f"{self.text!r}: {type(error).__name__} {error}") from error

        return evaluate


class UnexpectedAnswerError(Exception):
    """An answer has another form than the tables expect."""
