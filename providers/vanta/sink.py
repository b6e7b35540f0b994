"""Takes evidence to Vanta: files to the documents that ask for them, changes as custom resources.

Custom resources are the state of the world: what an earlier call told and a later one leaves out is deleted
there. So only a pack of the whole observation period is taken for them, all of its changes in one call.
https://developer.vanta.com/api-reference/custom-resources/sync-all-custom-resources
https://developer.vanta.com/api-reference/documents/upload-file-for-document
"""

import json
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from drift.errors import ProviderResponseError
from drift.model.secret import Secret
from drift.ports import HandedPack
from providers.posting import is_safe
from providers.vanta.api import Application
from providers.visible import shortened

CHANGES: Final = "02_population/changes.jsonl"
RESOURCES: Final = "custom resources"

RESOURCE_SCOPE: Final = "connectors.self:write-resource"
DOCUMENT_SCOPE: Final = "vanta-api.all:read vanta-api.all:write vanta-api.documents:upload"

MOST_ROWS: Final = 20_000
"""In one call, which cannot be parted: the next one would delete what this one told."""

LONGEST: Final = 1000
"""Characters of a text."""

PROPERTIES: Final = (
    *("began_at", "ended_at", "cloud", "account", "environment", "resource", "actor", "channel", "lane"),
    *("disposition", "severity", "ticket", "approver", "alert"),
)
"""Of a change; docs/push.md has the schema that the resource type needs."""


class VantaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which resource and which documents are kept up to date, and as which applications."""

    resource_id: str | None = None
    """Of a custom resource; without it no changes are sent."""
    client_id: str | None = None
    """Of the application that builds integrations, which the custom resource belongs to."""
    client_secret: Secret | None = None
    link: str | None = None
    """Where somebody finds a change who follows its link in Vanta: the change's id is put behind it."""
    documents: dict[str, str] = {}
    """By the path of a file in the pack, the id of the document that asks for it."""
    documents_client_id: str | None = None
    """Of the application that manages Vanta."""
    documents_client_secret: Secret | None = None
    base_url: str = "https://api.vanta.com"

    def __post_init__(self) -> None:
        """Refuse half of what one of the two takes.

        Raises:
            ValueError: Something is missing, or the address is not one to tell a secret.
        """
        if not is_safe(self.base_url):
            raise ValueError('"base_url" must begin with https://')
        if self.resource_id and not (self.client_id and self.client_secret and self.link):
            raise ValueError('"resource_id" needs client_id, client_secret_env and link')
        if self.documents and not (self.documents_client_id and self.documents_client_secret):
            raise ValueError('"documents" needs documents_client_id and documents_client_secret_env')
        if not self.resource_id and not self.documents:
            raise ValueError('needs "resource_id", "documents", or both')


class Vanta:
    """An `EvidenceSink` for one account at Vanta."""

    def __init__(self, settings: VantaSettings) -> None:
        self._settings = settings
        self._builder = _application(settings, settings.client_id, settings.client_secret, RESOURCE_SCOPE)
        self._manager = _application(
            settings, settings.documents_client_id, settings.documents_client_secret, DOCUMENT_SCOPE
        )

    def parcels(self, pack: HandedPack) -> Sequence[str]:
        """Take the changes of a whole pack, and the files that documents ask for."""
        if missing := [path for path in self._settings.documents if path not in pack.files]:
            raise ProviderResponseError(
                f"the pack has no file {missing[0]}", hint="check the paths of `documents`"
            )
        if self._settings.resource_id and not pack.is_whole:
            raise ProviderResponseError(
                "the pack is not of the whole observation period, and Vanta deletes what is left out",
                hint="export one without --until, from before the observation period or without --since",
            )
        resources = [RESOURCES] if self._settings.resource_id else []
        return (*resources, *self._settings.documents)

    def deliver(self, pack: HandedPack, parcel: str) -> str:
        """Send the changes, or one file; see `EvidenceSink`."""
        return self._sync(pack) if parcel == RESOURCES else self._upload(pack, parcel)

    def check(self) -> str:
        """Sign in as each application; nothing is sent."""
        if self._settings.resource_id:
            self._builder.token()
        if self._settings.documents:
            self._manager.token()
        return "the credentials are taken; whether the ids are right, the first push tells"

    def _sync(self, pack: HandedPack) -> str:
        what = "sending custom resources to Vanta"
        resources = list(self._resources(pack))
        if len(resources) > MOST_ROWS:
            raise ProviderResponseError(
                f"{what}: {len(resources):,} changes do not fit into one call",
                hint="leave out `resource_id`, and send the table of changes as a document",
            )
        document = {"resourceId": self._settings.resource_id, "resources": resources}
        answer = self._builder.ask(
            "PUT",
            "/v1/resources/custom_resource",
            json.dumps(document).encode(),
            "application/json",
            what=what,
            needs=f"check `resource_id`, and that the application has the scope {RESOURCE_SCOPE}",
        )
        _refuse_part(what, answer.body)
        return f"{self._settings.resource_id}: {len(resources)} changes"

    def _resources(self, pack: HandedPack) -> Iterator[dict[str, Any]]:
        for line in pack.files[CHANGES].read().splitlines():
            row = json.loads(line)
            row["resource"] = row.get("address") or row.get("resource_id")
            yield {
                "displayName": _text(row.get("summary")) or row["change_id"],
                "uniqueId": row["change_id"],
                "externalUrl": f"{self._settings.link}{row['change_id']}",
                "customProperties": {name: _flat(row.get(name)) for name in PROPERTIES},
            }

    def _upload(self, pack: HandedPack, path: str) -> str:
        document_id = self._settings.documents[path]
        what = f"sending {PurePosixPath(path).name} to the document {document_id} of Vanta"
        needs = f"check the document's id, and that the application has the scopes {DOCUMENT_SCOPE}"
        body, kind = _form(pack, path)
        at = f"/v1/documents/{document_id}"
        answer = self._manager.ask("POST", f"{at}/uploads", body, kind, what=what, needs=needs)
        upload = _object(answer.body).get("id")
        self._manager.ask("POST", f"{at}/submit", b"", "application/json", what=what, needs=needs)
        return f"{document_id}/{upload}"


def _application(
    settings: VantaSettings, client_id: str | None, secret: Secret | None, scope: str
) -> Application:
    return Application(
        base_url=settings.base_url,
        client_id=client_id or "",
        client_secret=secret or Secret(""),
        scope=scope,
    )


def _form(pack: HandedPack, path: str) -> tuple[bytes, str]:
    """Return a form with one file of the pack, and its content type."""
    import httpx

    name = PurePosixPath(path).name
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    said = {"description": f"{path} of the Driftledger pack {pack.manifest_sha256}"}
    if pack.until:
        said["effectiveAtDate"] = pack.until.isoformat()
    form = httpx.Request(
        "POST", "https://api.vanta.com", data=said, files={"file": (name, pack.files[path].read(), kind)}
    )
    return form.read(), form.headers["Content-Type"]


def _refuse_part(what: str, body: bytes) -> None:
    """Raise where Vanta says that it did not take everything."""
    said = _object(body)
    results = said.get("results")
    rejected = results.get("rejected") if isinstance(results, Mapping) else 0
    if said.get("success") is False or rejected:
        raise ProviderResponseError(
            f"{what}: Vanta did not take {rejected or 'all'} of them",
            hint="hold the custom properties of the resource type against docs/push.md",
        )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _flat(value: object) -> str | bool:
    """Return what a custom property can hold of a value: Vanta knows no other types, and no null."""
    return value if isinstance(value, bool) else _text(value)


def _text(value: object) -> str:
    return "" if value is None else shortened(str(value), LONGEST)
