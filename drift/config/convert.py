"""Turns one table into its type: secrets resolved, paths absolute, every mistake named."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec
from msgspec.structs import FieldInfo, fields

from drift.config import values
from drift.config.place import Place, nearest, on_one_line, quoted
from drift.errors import ConfigError
from drift.model.secret import Secret

StructT = TypeVar("StructT", bound=msgspec.Struct)

SEE_EXAMPLE = "config.example.toml shows every key"

WORDS = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "list": "a list",
    "object": "a table",
    "dict": "a table",
    "date": "a date",
    "datetime": "a date",
    "time": "a time",
}
"""What msgspec and Python call the types of TOML, in the words of its authors."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Converter:
    """Knows what the values in a file refer to."""

    folder: Path
    """What relative paths start from."""
    environ: Mapping[str, str] | None

    def convert(
        self, place: Place, table: Mapping[str, object], into: type[StructT], *, besides: Collection[str] = ()
    ) -> StructT:
        """Return `table` as `into`; `besides` are keys that somebody else reads.

        Raises:
            ConfigError: A key is unknown or missing, or a value is not what it must be.
        """
        _refuse_unknown(place, table, [*besides, *keys_of(into)])
        given = {key: value for key, value in table.items() if key not in besides}
        for field in fields(into):
            if _is_secret(field):
                self._resolve(place, given, field)
            if field.required and field.encode_name not in given:
                raise _missing(place, f'"{field.encode_name}"')
        try:
            return msgspec.convert(given, into, dec_hook=_keep)
        except msgspec.ValidationError as error:
            raise _wrong_value(place, into, str(error)) from None

    def _resolve(self, place: Place, given: dict[str, object], field: FieldInfo) -> None:
        """Replace the reference to a secret by the secret."""
        key = field.encode_name
        if key in given:
            raise place.error(
                f'"{key}" must not stand in the file: it is a secret',
                hint=f'write {key}_env = "NAME" of an environment variable, or {key}_file = "path"',
            )
        env = _text(place, f"{key}_env", given.pop(f"{key}_env", None))
        file = _text(place, f"{key}_file", given.pop(f"{key}_file", None))
        if env is not None or file is not None:
            reference = values.SecretReference(place=place, key=key, env=env, file=file)
            given[key] = reference.resolve(self.folder, self.environ)
        elif field.required:
            raise _missing(place, f'"{key}_env" or "{key}_file"')


def keys_of(settings: type[msgspec.Struct]) -> list[str]:
    """Return the keys that a table of the type `settings` may hold."""
    return [
        key
        for field in fields(settings)
        for key in (
            (f"{field.encode_name}_env", f"{field.encode_name}_file")
            if _is_secret(field)
            else (field.encode_name,)
        )
    ]


def _text(place: Place, key: str, raw: object) -> str | None:
    if raw is None or isinstance(raw, str):
        return raw
    raise place.error(f'"{key}" must be text', hint="write it in quotes")


def _keep(into: type, raw: object) -> object:
    """Let pass what was resolved already: of the types that msgspec does not know, there are only secrets."""
    if isinstance(raw, into):
        return raw
    raise NotImplementedError(into)


def _is_secret(field: FieldInfo) -> bool:
    return field.type is Secret or Secret in get_args(field.type)


def _refuse_unknown(place: Place, table: Mapping[str, Any], known: Collection[str]) -> None:
    for key in table:
        # The secret itself is refused later, with a better explanation.
        if key not in known and f"{key}_env" not in known:
            raise place.error(f"unknown key {quoted(key)}", hint=nearest(key, known))


def _missing(place: Place, what: str) -> ConfigError:
    return place.error(f"{what} is missing", hint=f"add it; {SEE_EXAMPLE}")


def _wrong_value(place: Place, into: type[msgspec.Struct], message: str) -> ConfigError:
    """Say msgspec's message in the words of people who write TOML."""
    problem, at, path = message.rpartition(" - at `$.")
    if not at:
        return place.error(_expectation(message), hint=SEE_EXAMPLE)
    key = path.rstrip("`")
    return place.error(f'"{key}" {_expectation(problem)}', hint=_choices(into, key) or SEE_EXAMPLE)


def _choices(into: type[msgspec.Struct], key: str) -> str | None:
    """Return the values that a key allows, where it allows but a few."""
    allowed = next((field.type for field in fields(into) if field.encode_name == key), None)
    if isinstance(allowed, type) and issubclass(allowed, Enum):
        return f"it can be {' or '.join(str(one.value) for one in allowed)}"
    return None


def _expectation(problem: str) -> str:
    if found := re.match(r"Expected `([^`]+)`, got `([^`]+)`", problem):
        expected = found[1].removesuffix(" | null")
        return f"must be {WORDS.get(expected, expected)}, not {WORDS.get(found[2], found[2])}"
    if found := re.match(r"Invalid enum value (.*)", problem, re.DOTALL):
        return f"cannot be {quoted(found[1].strip(chr(39)))}"
    if "encoded date" in problem:
        return 'must be a date: "2027-06-30"'
    # What an adapter's own check says, or a limit of the type: `length >= 1`.
    return re.sub(r"^Expected `\w+` ", "must be ", on_one_line(problem))
