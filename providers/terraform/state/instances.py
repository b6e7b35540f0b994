"""One instance of a state of version 4: what it declares, or why it cannot be understood."""

import binascii
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from drift.model.baseline import StoredForm, UnreadableInstance
from drift.model.resource import Json
from providers.terraform.state.addresses import Provider, instance_address, provider_of
from providers.terraform.state.flatmap import flat_texts, unflatten
from providers.terraform.state.items import Item, Reading, declared, deposed, id_of
from providers.terraform.state.undecodable import undecodable, without_half_pairs


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """What a state says of all instances of a resource block."""

    module: str | None
    type: str
    name: str
    provider: Json


class _Stored(msgspec.Struct, kw_only=True, gc=False):
    """An instance as it is stored. Nothing in it is taken for granted."""

    index_key: Json = None
    deposed: Json = None
    schema_version: Json = None
    attributes: Json = None
    attributes_flat: Json = None
    sensitive_attributes: Json = None
    private: Json = None
    instance_provider: Json = None
    """OpenTofu's, where the provider configurations of a block have a `for_each` of their own."""


_DECODER = msgspec.json.Decoder(_Stored)


def read_instance(text: bytes, block: Block, reading: Reading) -> Item:
    """Return what the instance that is written as `text` declares. A tainted one declares as any other."""
    if not text.startswith(b"{"):
        address = instance_address(block.module, block.type, block.name, None)
        return UnreadableInstance(address=address, type=block.type, error="an instance is no object")
    try:
        stored = _decoded(text)
    except (ValueError, RecursionError) as error:
        return undecodable(text, error, module=block.module, type_=block.type, name=block.name)
    address = instance_address(block.module, block.type, block.name, None)
    try:
        address = instance_address(block.module, block.type, block.name, stored.index_key)
        return _item(stored, address, block, reading)
    except ValueError as error:
        found = id_of(stored.attributes) or id_of(stored.attributes_flat)
        return UnreadableInstance(address=address, type=block.type, error=str(error), resource_id=found)


def _decoded(text: bytes) -> _Stored:
    try:
        return _DECODER.decode(text)
    except ValueError:
        if b"\\u" not in text:
            raise
        return _DECODER.decode(without_half_pairs(text))


def _item(stored: _Stored, address: str, block: Block, reading: Reading) -> Item:
    attributes, flat = _attributes(stored, reading)
    if stored.deposed:
        return deposed(block.type, id_of(attributes))
    provider = _provider(stored.instance_provider or block.provider)
    private = _private(stored.private)
    return declared(
        address=address,
        type_=block.type,
        provider=provider,
        attributes=attributes,
        marks=stored.sensitive_attributes,
        stored=StoredForm(
            configuration=reading.texts.text(provider.configuration),
            schema_version=_schema_version(stored.schema_version),
            private=reading.texts.text(private) if private else None,
            flat=flat,
        ),
        reading=reading,
    )


def _attributes(stored: _Stored, reading: Reading) -> tuple[dict[str, Json], Mapping[str, str] | None]:
    """Return the attributes, and their flat form where Terraform 0.11 wrote them and nobody since."""
    if isinstance(stored.attributes, dict):
        return stored.attributes, None
    if stored.attributes is not None or stored.attributes_flat is None:
        raise ValueError("it has no attributes")
    flat = flat_texts(stored.attributes_flat)
    reading.texts.share(flat)
    return unflatten(flat), flat


def _provider(text: Json) -> Provider:
    if not isinstance(text, str):
        raise ValueError("it names no provider")
    return provider_of(text)


def _schema_version(version: Json) -> int:
    if version is None:
        return 0
    if isinstance(version, int) and not isinstance(version, bool) and version >= 0:
        return version
    raise ValueError("its schema version is no number")


def _private(private: Json) -> str | None:
    """Return what the provider keeps for itself, which Terraform writes in base64."""
    if private is None:
        return None
    try:
        binascii.a2b_base64(private, strict_mode=True)
    except (ValueError, TypeError) as error:
        raise ValueError("what its provider keeps for itself is damaged") from error
    return str(private) or None
