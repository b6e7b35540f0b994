"""Reading one resource with a provider that is ready.

1. The provider translates what the state says to its own version: states are older than providers.
2. The very bytes that it answered are handed back to it, and it answers what is there now.
3. Both are understood by the schema of that version, so that only real differences are left.
"""

import base64
import binascii
from collections.abc import Iterator
from typing import TypeVar, cast

import msgspec

from drift.errors import ProviderResponseError
from drift.model.baseline import DeclaredResource
from drift.model.path import first_name
from drift.model.resource import Absent, Found, Json, LiveReading, LiveResource, NotRead, NotReadReason
from providers.terraform.plugin.client import Client
from providers.terraform.plugin.failures import AnswerError, LostError
from providers.terraform.plugin.protocol import Message
from providers.terraform.plugin.provider import Provider
from providers.terraform.plugin.schema import ResourceType
from providers.terraform.plugin.values import decode

ErrorT = TypeVar("ErrorT", AnswerError, LostError)

LEAST_SECRET = 4
"""Characters of a value below which it is no secret: cutting it out would only garble the text."""

_JSON = msgspec.json.Encoder()


def read(provider: Provider, declared: DeclaredResource, seconds: float) -> LiveReading:
    """Return what is there of a declared resource; each answer may take `seconds`.

    Raises:
        LostError: The provider is gone.
        DeadlineError: It does not answer.
        AnswerError: It refuses, or what it answers makes no sense.
    """
    kind = _kind(provider, declared.type)
    if kind is None:
        why = f"{provider.launch.binary} has no {declared.type}"
        return NotRead(address=declared.address, reason=NotReadReason.UNSUPPORTED, error=why)
    prior = _upgraded(provider.client, declared, kind, seconds)
    live = provider.client.read(declared.type, prior, _private(declared), seconds)
    now = _attributes(live, kind)
    if now is None:
        return Absent(address=declared.address)
    then = now if live.msgpack == prior.msgpack != b"" else _attributes(prior, kind)
    return Found(
        address=declared.address,
        resource=_resource(declared, kind, now),
        declared=now if then == now else then,
    )


def adopt(provider: Provider, type_: str, resource_id: str, seconds: float) -> LiveResource | None:
    """Return a resource of which only type and id are known, `None` if it is not there.

    Raises:
        LostError: The provider is gone.
        DeadlineError: It does not answer.
        AnswerError: It cannot read this type by its id.
    """
    kind = _kind(provider, type_)
    if kind is None:
        raise AnswerError(
            f"{provider.launch.binary} has no {type_}", hint="use another version of the provider"
        )
    found = provider.client.adopt(type_, resource_id, seconds)
    if found is None:
        return None
    live = provider.client.read(type_, found.state, found.private, seconds)
    attributes = _attributes(live, kind)
    if attributes is None:
        return None
    return LiveResource(
        type=type_, id=resource_id, account=None, region=None, attributes=attributes, schema=kind.schema
    )


def without_secrets(error: ErrorT, provider: Provider, declared: DeclaredResource) -> ErrorT:
    """Return what a provider says without the values that the state or its schema calls sensitive."""
    try:
        kind = provider.schemas.of(declared.type)
    except (ValueError, RecursionError):
        kind = None
    paths = declared.sensitive | (kind.schema.sensitive if kind else frozenset())
    names = {first_name(path) for path in paths}
    secrets = {text for name in names for text in _texts(declared.attributes.get(name))}
    if declared.stored and declared.stored.flat:
        secrets |= {text for key, text in declared.stored.flat.items() if first_name(key) in names}
    said = error.what
    for secret in sorted((text for text in secrets if len(text) >= LEAST_SECRET), key=len, reverse=True):
        said = said.replace(secret, "(sensitive)")
    return type(error)(said, hint=error.hint)


def _kind(provider: Provider, type_: str) -> ResourceType | None:
    try:
        return provider.schemas.of(type_)
    except (ValueError, RecursionError) as error:
        raise AnswerError(
            f"{provider.launch.binary} describes {type_} in a way that is not understood: {error}",
            hint="use another version of the provider",
        ) from error


def _upgraded(client: Client, declared: DeclaredResource, kind: ResourceType, seconds: float) -> Message:
    stored = declared.stored
    version = stored.schema_version if stored else kind.version
    flat = stored.flat if stored else None
    attributes = b"" if flat is not None else _JSON.encode(_identified(declared))
    return client.upgrade(declared.type, version, attributes, flat, seconds)


def _identified(declared: DeclaredResource) -> dict[str, Json]:
    """Return the attributes with the id, by which nearly every provider reads."""
    if "id" in declared.attributes or declared.resource_id is None:
        return declared.attributes
    return {**declared.attributes, "id": declared.resource_id}


def _private(declared: DeclaredResource) -> bytes:
    text = declared.stored.private if declared.stored else None
    try:
        return base64.b64decode(text or "", validate=True)
    except binascii.Error as error:
        raise ProviderResponseError(
            "what the state keeps for the provider is no base64",
            hint="refresh the state with `terraform apply`",
        ) from error


def _attributes(value: Message, kind: ResourceType) -> dict[str, Json] | None:
    try:
        return cast("dict[str, Json] | None", decode(value.msgpack, value.json, kind.read))
    except (ValueError, TypeError, AttributeError) as error:
        raise AnswerError(
            f"the provider's answer makes no sense: {error}", hint="use another version of the provider"
        ) from error


def _resource(declared: DeclaredResource, kind: ResourceType, now: dict[str, Json]) -> LiveResource:
    identity = now.get("id")
    return LiveResource(
        type=declared.type,
        id=identity if isinstance(identity, str) else declared.resource_id or "",
        account=declared.account,
        region=declared.region,
        attributes=now,
        schema=kind.schema,
    )


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
