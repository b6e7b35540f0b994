"""Provider blocks: which provider, in which account and region, by which role."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

import msgspec

from drift.model.resource import Json
from providers.terraform.code.evaluate import NOTHING, Scope, known
from providers.terraform.code.module import Module, Placed
from providers.terraform.code.syntax import Block


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    attribute: str
    pattern: str


class _Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account: tuple[_Row, ...] = ()
    region: tuple[_Row, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderBlock:
    """A provider configuration as the code writes it."""

    name: str
    alias: str | None
    account: str | None
    region: str | None
    role: str | None
    """What it assumes to apply, which is more than reading needs."""
    path: PurePosixPath
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RequiredProvider:
    """A provider that a module needs."""

    name: str
    source: str | None
    version: str | None


def provider_blocks(placed: Iterable[Placed], scope: Scope = NOTHING) -> Iterator[ProviderBlock]:
    """Yield what provider blocks say, as far as it follows from the code alone."""
    for one in placed:
        block, rows = one.block, _table().get(one.block.labels[0] if one.block.labels else "", _Rows())
        values = _values(block, scope)
        yield ProviderBlock(
            name=block.labels[0] if block.labels else "",
            alias=block.text("alias"),
            account=_first(rows.account, values),
            region=_first(rows.region, values),
            role=_only(values.get("assume_role.role_arn")),
            path=one.path,
            line=block.line,
        )


def required_providers(module: Module) -> Iterator[RequiredProvider]:
    """Yield the providers that a module names under `required_providers`."""
    for one in module.terraform:
        for block in one.block.of_type("required_providers"):
            for attribute in block.attributes:
                value = known(attribute.value)
                asked = value if isinstance(value, dict) else {"version": value}
                yield RequiredProvider(
                    name=attribute.name,
                    source=_only(asked.get("source")),
                    version=_only(asked.get("version")),
                )


def main_provider(blocks: Iterable[ProviderBlock]) -> ProviderBlock | None:
    """Return the configuration that resources get which name none: the one without an alias."""
    telling = [one for one in blocks if one.account or one.region]
    return next((one for one in telling if one.alias is None), None)


def _values(block: Block, scope: Scope) -> Mapping[str, Json]:
    own = {one.name: known(one.value, scope) for one in block.attributes}
    inner = {
        f"{nested.type}.{one.name}": known(one.value, scope)
        for nested in block.blocks
        for one in nested.attributes
    }
    return {**own, **inner}


def _first(rows: Iterable[_Row], values: Mapping[str, Json]) -> str | None:
    for row in rows:
        text = _only(values.get(row.attribute))
        if text is not None and (found := re.search(row.pattern, text)):
            return found[1]
    return None


def _only(value: Json) -> str | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and value else None


@cache
def _table() -> Mapping[str, _Rows]:
    text = files(__package__).joinpath("providers.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, _Rows])
