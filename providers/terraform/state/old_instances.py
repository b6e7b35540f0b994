"""One resource of a state of version 3, as Terraform 0.9 to 0.11 wrote it: what it declares.

Its attributes are flat, and nothing says which of them are sensitive.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from drift.model.baseline import StoredForm, UnreadableInstance
from drift.model.resource import Json
from providers.terraform.state.addresses import instance_address, old_provider_of
from providers.terraform.state.flatmap import flat_texts, unflatten
from providers.terraform.state.items import Item, Reading, declared, deposed, id_of
from providers.terraform.state.undecodable import without_half_pairs

_DATA = "data."


class _Object(msgspec.Struct, kw_only=True, gc=False):
    """What there is, or was before it was replaced. Nothing in it is taken for granted."""

    id: Json = None
    attributes: Json = None
    meta: Json = None


class _Resource(msgspec.Struct, kw_only=True, gc=False):
    primary: _Object | None = None
    deposed: list[_Object | None] | None = None
    provider: Json = None


_DECODER = msgspec.json.Decoder(_Resource)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    address: str
    module: str
    type: str


def read_old_instance(key: str, text: bytes, module: str, place: str, reading: Reading) -> Iterator[Item]:
    """Yield the instance of this key, such as `aws_instance.web.0`, and what was deposed of it.

    Data sources are not managed, so nothing is yielded of them. `place` names what has no address.
    """
    if key.startswith(_DATA):
        return
    match key.split("."):
        case [type_, name] if type_ and name:
            index = None
        case [type_, name, count] if type_ and name and count.isascii() and count.isdigit():
            index = int(count)
        case _:
            yield UnreadableInstance(address=place, type=None, error="its key is no address")
            return
    here = _Place(address=instance_address(module, type_, name, index), module=module, type=type_)
    try:
        resource = _DECODER.decode(without_half_pairs(text) if b"\\u" in text else text)
    except (ValueError, RecursionError) as error:
        yield UnreadableInstance(address=here.address, type=type_, error=f"it is damaged: {error}")
        return
    if resource.primary is not None:
        yield _primary(resource.primary, resource.provider, here, reading)
    for replaced in filter(None, resource.deposed or ()):
        yield _deposed(replaced, here)


def _primary(found: _Object, provider_text: Json, here: _Place, reading: Reading) -> Item:
    try:
        if not isinstance(provider_text, str | None):
            raise ValueError("its provider is no text")
        provider = old_provider_of(provider_text or "", here.module, here.type)
        flat = flat_texts({} if found.attributes is None else found.attributes)
        if not flat.get("id") and (known := id_of({"id": found.id})):
            flat["id"] = known  # as Terraform itself does when it upgrades such a state
        reading.texts.share(flat)
        return declared(
            address=here.address,
            type_=here.type,
            provider=provider,
            attributes=unflatten(flat),
            marks=None,
            stored=StoredForm(
                configuration=reading.texts.text(provider.configuration),
                schema_version=_schema_version(found.meta) or 0,
                private=_private(found.meta),
                flat=flat,
            ),
            reading=reading,
        )
    except ValueError as error:
        return UnreadableInstance(
            address=here.address, type=here.type, error=str(error), resource_id=_id(found)
        )


def _deposed(replaced: _Object, here: _Place) -> Item:
    try:
        return deposed(here.type, _id(replaced))
    except ValueError as error:
        return UnreadableInstance(address=here.address, type=here.type, error=str(error))


def _id(found: _Object) -> str | None:
    return id_of(found.attributes) or id_of({"id": found.id})


def _schema_version(meta: Json) -> int | None:
    """Return the version that providers of that time kept among their own data, mostly as a text."""
    version = str(meta.get("schema_version", "")) if isinstance(meta, dict) else ""
    return int(version) if version.isascii() and version.isdigit() and len(version) < 20 else None


def _private(meta: Json) -> str | None:
    """Return what the provider keeps for itself, time-outs for example, in today's form."""
    if not isinstance(meta, dict):
        return None
    kept = dict(meta)
    if _schema_version(meta) is not None:
        del kept["schema_version"]
    return base64.b64encode(msgspec.json.encode(kept)).decode() if kept else None
