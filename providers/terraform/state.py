"""Read a Terraform state of version 4.

What a single instance lacks never hides the others: it becomes an `UnreadableInstance` with
the reason. What is no such state at all raises, saying what it is and what to do.
"""

import hashlib

import msgspec

from drift.errors import ProviderResponseError
from drift.model.baseline import Declaration, DeclaredResource, UnreadableInstance
from drift.model.resource import Json, Resource
from providers.terraform.instances import read_instances
from providers.terraform.locations import Locations, shipped_locations

VERSION = 4


def read_state(content: bytes, *, name: str, origin: str, locations: Locations | None = None) -> Declaration:
    """Return what the state declares: its managed instances, in the state's order.

    Data sources are not managed. A deposed object is not the instance, a tainted one is.

    Raises:
        ProviderResponseError: It is damaged, encrypted, of another version or no state.
    """
    known = locations or shipped_locations()
    document = _document(content, origin)
    instances = list(read_instances(document.get("resources") or [], origin, known))
    resources = [(one.configuration, one.item) for one in instances if isinstance(one.item, DeclaredResource)]
    return Declaration(
        name=name,
        origin=origin,
        lineage=_text(document.get("lineage")),
        serial=serial if isinstance(serial := document.get("serial"), int) else None,
        sha256=hashlib.sha256(content).hexdigest(),
        resources=tuple(known.with_neighbours(resources)),
        unreadable=tuple(one.item for one in instances if isinstance(one.item, UnreadableInstance)),
        deposed=tuple(one.item for one in instances if isinstance(one.item, Resource)),
    )


def _document(content: bytes, origin: str) -> dict[str, Json]:
    if not content.strip():
        raise ProviderResponseError(f"{origin} is empty", hint="a state appears there with the first apply")
    try:
        document = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderResponseError(
            f"{origin} is damaged or no Terraform state: {error}",
            hint="restore an older version of it, or give a file as `terraform state pull` prints it",
        ) from error
    if not isinstance(document, dict):
        raise _no_state(origin, "its outermost value is no object")
    if "encrypted_data" in document:
        raise ProviderResponseError(
            f"{origin} is a state encrypted by OpenTofu",
            hint="encrypted states are not read: give a decrypted copy, as `tofu state pull` prints it",
        )
    if "format_version" in document:
        raise _no_state(origin, "it looks like the output of `terraform show -json`")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise _no_state(origin, "it names no version")
    if version != VERSION:
        raise _other_version(origin, version, document)
    if not isinstance(document.get("resources") or [], list):
        raise _no_state(origin, "its `resources` is no list")
    return document


def _no_state(origin: str, why: str) -> ProviderResponseError:
    return ProviderResponseError(
        f"{origin} is no Terraform state: {why}",
        hint="give a file as `terraform state pull` prints it",
    )


def _other_version(origin: str, version: int, document: dict[str, Json]) -> ProviderResponseError:
    written_by = _text(document.get("terraform_version"))
    by = f", written by Terraform {written_by}" if written_by else ""
    if version > VERSION:
        hint = f"this release reads version {VERSION}; look for a newer release"
    else:
        hint = (
            f"only version {VERSION} is read: Terraform 0.12 or newer rewrites an older state with its"
            " next apply or refresh"
        )
    return ProviderResponseError(f"{origin} is a Terraform state of version {version}{by}", hint=hint)


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
