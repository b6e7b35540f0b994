"""How a provider is configured to read one account and region.

A state says neither the credentials nor the settings that it was written with. So they are put
together out of the table `providers.toml`, what the user configured, the resource's own account
and region, and the ambient environment.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import msgspec

from drift.errors import ProviderResponseError
from drift.model.resource import Json
from providers.terraform.plugin.find.source import Reference
from providers.terraform.plugin.protocol import Message
from providers.terraform.plugin.schema import Nesting
from providers.terraform.plugin.table import Special, Specials
from providers.terraform.plugin.values import encode


@dataclass(frozen=True, kw_only=True, slots=True)
class Configuration:
    """What a provider is started with: equal ones share a process."""

    wanted: str
    """What the user wants of it, as JSON: attributes that its version does not know are mistakes."""
    filled: str
    """What is filled in besides, as JSON: attributes that its version does not know are left out."""
    endpoint: str | None
    """Where everything is sent instead of to the cloud."""
    environment: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Configurations:
    """Everything that configurations are put together from."""

    specials: Specials
    ambient: Mapping[str, str] = field(repr=False)
    """Our own environment."""
    wanted: Mapping[str, Mapping[str, Json]] = field(default_factory=dict, repr=False)
    """By `namespace/type`, and by `namespace/type.alias` for what is different there."""
    role: str | None = None
    """Name of the role to read with, in which `{account}` stands for the account."""

    @property
    def named(self) -> Collection[str]:
        """The provider configurations of which the user said something, even if only that nothing is set."""
        return self.wanted.keys()

    def of(self, reference: Reference, account: str | None, region: str | None) -> Configuration:
        """Return the configuration that reads an account and region; both may be unknown."""
        special = self.specials.of(reference.source.type)
        endpoint = self._endpoint(special)
        filled: dict[str, Json] = {**special.settings, **(special.stand_in if endpoint else {})}
        filled |= _filled(special.region, "region", region or self._ambient_region(special))
        filled |= _filled(special.account, "account", account)
        if self.role and account:
            filled |= _filled(special.role, "role", self.role.replace("{account}", account))
        wanted = dict(self._wanted(reference))
        if region:  # one configuration is written for all regions of an estate
            for name in special.region:
                wanted.pop(name, None)
        return Configuration(
            wanted=json.dumps(wanted, sort_keys=True),
            filled=json.dumps(filled, sort_keys=True),
            endpoint=endpoint,
            environment=self._environment(special),
        )

    def _wanted(self, reference: Reference) -> Mapping[str, Json]:
        return {**self.wanted.get(reference.source.short, {}), **self.wanted.get(reference.short, {})}

    def _endpoint(self, special: Special) -> str | None:
        return self.ambient.get(special.endpoint_environment) if special.endpoint_environment else None

    def _ambient_region(self, special: Special) -> str | None:
        named = (self.ambient.get(name) for name in special.region_environment)
        return next(filter(None, named), special.fallback_region)

    def _environment(self, special: Special) -> tuple[tuple[str, str], ...]:
        """Return the variables that a provider may see."""
        return tuple(
            (name, value)
            for name, value in sorted(self.ambient.items())
            if any(fnmatchcase(name, pattern) for pattern in special.environment)
        )


def packed(configuration: Configuration, schema: Message, special: Special) -> bytes:
    """Return a configuration as the provider with this schema takes it.

    Raises:
        ProviderResponseError: The user wants what the provider does not know.
    """
    block = schema.block
    known = {one.name for one in block.attributes} | {one.type_name for one in block.block_types}
    wanted: dict[str, Json] = msgspec.json.decode(configuration.wanted)
    filled: dict[str, Json] = msgspec.json.decode(configuration.filled)
    given = {name: value for name, value in filled.items() if name in known} | wanted
    if configuration.endpoint and special.endpoints and special.endpoints not in wanted:
        given |= _endpoints(block, special.endpoints, configuration.endpoint)
    try:
        return encode(_shaped(block, given, ""))
    except (TypeError, OverflowError) as error:
        raise ProviderResponseError(
            f"a provider cannot be configured so: {error}",
            hint="check the table of this provider in the configuration",
        ) from error


def _endpoints(block: Message, name: str, endpoint: str) -> dict[str, Json]:
    for one in block.block_types:
        if one.type_name == name:
            return {name: [{each.name: endpoint for each in one.block.attributes}]}
    return {}


def _shaped(block: Message, given: Json, place: str) -> dict[str, Json]:
    """Return all that a block holds: what is not given is `None`, of blocks an empty list."""
    if not isinstance(given, dict):
        raise ProviderResponseError(
            f"in the provider's configuration, {place.rstrip('.')} is no table",
            hint="check the table of this provider in the configuration",
        )
    attributes = {one.name: one for one in block.attributes}
    blocks = {one.type_name: one for one in getattr(block, "block_types", ())}
    if unknown := given.keys() - attributes.keys() - blocks.keys():
        raise ProviderResponseError(
            f"the provider's configuration has no {place}{min(unknown)}",
            hint="check the table of this provider in the configuration",
        )
    shaped: dict[str, Json] = {}
    for name, attribute in attributes.items():
        shaped[name] = _shaped_attribute(attribute, given.get(name), f"{place}{name}.")
    for name, nested in blocks.items():
        many = _shaped_many(nested.block, nested.nesting, given.get(name), f"{place}{name}.")
        is_one = Nesting(nested.nesting) in (Nesting.SINGLE, Nesting.GROUP)
        shaped[name] = many if many is not None or is_one else {} if nested.nesting == Nesting.MAP else []
    return shaped


def _shaped_attribute(attribute: Message, given: Json, place: str) -> Json:
    if attribute.type:
        return _whole(json.loads(attribute.type), given)
    return _shaped_many(attribute.nested_type, attribute.nested_type.nesting, given, place)


def _shaped_many(block: Message, nesting: int, given: Json, place: str) -> Json:
    """Return what stands in a block, or in an attribute with attributes of its own, as often as it stands."""
    if given is None:
        return None
    match Nesting(nesting):
        case Nesting.SINGLE | Nesting.GROUP:
            return _shaped(block, given[0] if isinstance(given, list) else given, place)
        case Nesting.MAP:
            return {key: _shaped(block, one, place) for key, one in given.items()}
        case _:
            return [_shaped(block, one, place) for one in (given if isinstance(given, list) else [given])]


def _whole(type_: Json, given: Json) -> Json:
    """Return a value of which no attribute is missing."""
    match type_, given:
        case ["object", dict(fields), *_], dict(given):
            return {name: _whole(inner, given.get(name)) for name, inner in fields.items()}
        case [_, inner], list(given):
            return [_whole(inner, one) for one in given]
        case ["map", inner], dict(given):
            return {key: _whole(inner, one) for key, one in given.items()}
        case _:
            return given


def _filled(template: Mapping[str, Json], name: str, value: str | None) -> dict[str, Json]:
    """Return a template with the value in its place, nothing where the value is not known."""
    return {key: _put(inner, f"{{{name}}}", value) for key, inner in template.items()} if value else {}


def _put(template: Json, name: str, value: str) -> Json:
    if isinstance(template, str):
        return template.replace(name, value)
    if isinstance(template, dict):
        return {key: _put(inner, name, value) for key, inner in template.items()}
    if isinstance(template, list):
        return [_put(inner, name, value) for inner in template]
    return template
