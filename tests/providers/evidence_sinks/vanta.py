"""Vanta's API: two applications, a custom resource that is the state of the world, and documents."""

import email
import json
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

from drift.model.secret import Secret
from providers.vanta.sink import DOCUMENT_SCOPE, RESOURCE_SCOPE, Vanta, VantaSettings
from tests.providers.channels.http_server import Reply, Request, serving
from tests.providers.evidence_sinks.places import Place
from tests.providers.state_stores.servers import Servers

DOCUMENTS = {"02_population/changes.xlsx": "change-management", "04_dossiers/chg-1.pdf": "change-sample"}
APPLICATIONS = {("vci_1", "vs-1"): RESOURCE_SCOPE, ("vci_2", "vs-2"): DOCUMENT_SCOPE}
RESOURCE = {"displayName", "uniqueId", "externalUrl", "customProperties"}


class FakeVanta:
    """One account. A new token ends the one before of the same application."""

    def __init__(self) -> None:
        self.resources: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, bytes] = {}
        self.submitted: list[str] = []
        self.tokens: dict[str, str] = {}
        self.tokens_given = 0
        self.mistakes: list[str] = []
        self.refusal: Reply | None = None
        self.rejected = 0

    def answer(self, request: Request) -> Reply:
        """Answer one request as Vanta does."""
        if (request.method, request.path) == ("POST", "/oauth/token"):
            return self._token(json.loads(request.body))
        if self.refusal is not None:
            return self.refusal
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        scope = next((scope for scope, one in self.tokens.items() if one == token), None)
        if (request.method, request.path) == ("PUT", "/v1/resources/custom_resource"):
            return self._sync(json.loads(request.body)) if scope == RESOURCE_SCOPE else Reply(status=403)
        if request.method == "POST" and request.path.startswith("/v1/documents/"):
            return self._document(request) if scope == DOCUMENT_SCOPE else Reply(status=403)
        return self._mistake(f"{request.method} {request.path}")

    def _token(self, asked: dict[str, str]) -> Reply:
        scope = APPLICATIONS.get((asked.get("client_id", ""), asked.get("client_secret", "")))
        if scope is None or (asked["scope"], asked["grant_type"]) != (scope, "client_credentials"):
            return Reply(status=401, body=b'{"error": "invalid_client"}')
        self.tokens_given += 1
        self.tokens[scope] = f"vat_{self.tokens_given}"
        said = {"access_token": self.tokens[scope], "expires_in": 3600, "token_type": "Bearer"}
        return Reply(body=json.dumps(said).encode())

    def _sync(self, asked: dict[str, Any]) -> Reply:
        if asked.keys() != {"resourceId", "resources"} or asked["resourceId"] != "66a1":
            return self._mistake(f"a sync with {sorted(asked)}")
        for one in asked["resources"]:
            properties = one.get("customProperties", {}).values()
            if one.keys() != RESOURCE or not all(isinstance(value, str | bool) for value in properties):
                return self._mistake(f"a resource with {one}")
        self.resources = {one["uniqueId"]: one for one in asked["resources"]}
        taken = len(self.resources) - self.rejected
        return Reply(body=json.dumps({"results": {"accepted": taken, "rejected": self.rejected}}).encode())

    def _document(self, request: Request) -> Reply:
        _, _, _, document, verb = request.path.split("/")
        if document not in DOCUMENTS.values():
            return Reply(status=404)
        if verb == "submit":
            self.submitted.append(document)
            return Reply(status=204)
        parts = {str(part.get_param("name", header="content-disposition")): part for part in _parts(request)}
        known = {"file", "description", "effectiveAtDate"}
        if verb != "uploads" or parts.keys() - known or "file" not in parts:
            return self._mistake(f"an upload with {sorted(parts)}")
        content = parts["file"].get_payload(decode=True)
        assert isinstance(content, bytes)
        self.uploads[document] = content
        return Reply(status=201, body=json.dumps({"id": f"upl_{len(self.uploads)}"}).encode())

    def _mistake(self, what: str) -> Reply:
        self.mistakes.append(what)
        return Reply(status=400, body=b'{"message": "Bad Request"}')


def _parts(request: Request) -> list[Message]:
    kind = request.headers["content-type"]
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body)
    found = message.get_payload()
    return [one for one in found if isinstance(one, Message)] if isinstance(found, list) else []


def settings_of(url: str, **others: Any) -> VantaSettings:
    """Both applications, one resource and two documents."""
    given = {
        "resource_id": "66a1",
        "client_id": "vci_1",
        "client_secret": Secret("vs-1"),
        "link": "https://evidence.example.com/changes/",
        "documents": DOCUMENTS,
        "documents_client_id": "vci_2",
        "documents_client_secret": Secret("vs-2"),
        "base_url": url,
    }
    return VantaSettings(**(given | others))


@contextmanager
def vanta(_: Servers) -> Iterator[Place]:
    """One account of Vanta."""
    service = FakeVanta()
    by_document = {document: path for path, document in DOCUMENTS.items()}

    def contents() -> dict[str, bytes]:
        resources = {"resources": repr(sorted(service.resources)).encode()} if service.resources else {}
        return resources | {by_document[one]: content for one, content in service.uploads.items()}

    with serving(service.answer) as url:
        yield Place(
            sink=Vanta(settings_of(url)),
            contents=contents,
            throttle=lambda: setattr(service, "refusal", Reply(status=429, headers={"Retry-After": "17"})),
            deny=lambda: setattr(service, "refusal", Reply(status=403)),
            permission=RESOURCE_SCOPE,
            mistakes=lambda: service.mistakes,
        )
