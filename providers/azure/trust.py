"""Reads who may act as the applications that deploy, and what these may do.

An application is whoever holds one of its secrets or certificates, whoever a federated credential lets in,
and, at one remove, its owners: they may add a secret.
https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview (2026-11)
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

import msgspec

from drift.errors import ProviderAccessError
from drift.model.pipeline_control import Verifiable
from drift.model.resource import Json
from drift.model.trust import DeployingIdentity
from providers.azure.json_pages import JsonPages
from providers.azure.sign_in import AzureSignIn, Https
from providers.proving_names import entry_of, needed, text_at
from providers.trusted_subjects import is_more_than_one_pipeline

PERMISSION: Final = "Application.Read.All"
MAY_READ: Final = "Microsoft.Authorization/roleAssignments/read"

APPLICATION: Final = "id,appId,passwordCredentials,keyCredentials"
CREDENTIALS: Final = (("passwordCredentials", "client secret"), ("keyCredentials", "certificate"))

Guid = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]

_WHAT: Final = "reading an application"
_EXPRESSION: Final = re.compile(r"claims\['sub'\]\s+(?:matches|eq)\s+'([^']*)'")


class AzureApplicationsSettings(AzureSignIn, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which applications, of the tenant of whoever signs in."""

    applications: Annotated[tuple[Guid, ...], msgspec.Meta(min_length=1)]
    """Their client ids."""
    subscriptions: tuple[Guid, ...] = ()
    """In which it is looked what they may do."""
    endpoint: Https = "https://graph.microsoft.com"
    """Where Microsoft Graph answers; another one outside the public cloud."""
    management: Https = "https://management.azure.com"


class AzureApplications:
    """A `TrustSource` of a tenant's applications."""

    def __init__(self, settings: AzureApplicationsSettings) -> None:
        self._settings = settings
        self._graph = JsonPages(
            endpoint=settings.endpoint,
            audience=settings.endpoint.rstrip("/"),
            sign_in=settings,
            permission=PERMISSION,
            grant=f"let an administrator consent to the application permission {PERMISSION}",
        )
        self._management = JsonPages(
            endpoint=settings.management,
            audience=settings.management.rstrip("/"),
            sign_in=settings,
            permission=MAY_READ,
            grant="give it the role Reader in the subscription",
        )

    def check(self) -> str:
        """Read every application; say which of them is not there."""
        found = self.identities()
        if unread := [one.why for one in found if one.why]:
            raise ProviderAccessError(unread[0], hint="docs/code-hosts.md lists what is needed")
        missing = len(set(self._settings.applications)) - len(found)
        return f"{len(found)} applications that deploy" + (f"; {missing} are not there" if missing else "")

    def identities(self) -> Sequence[DeployingIdentity]:
        """Return the applications that exist; see `TrustSource`."""
        names = sorted(set(self._settings.applications))
        return [one for name in names if (one := self._identity(name)) is not None]

    def _identity(self, name: str) -> DeployingIdentity | None:
        found = self._list("applications", {"$filter": f"appId eq '{name}'", "$select": APPLICATION})
        if not found:
            return None
        application = found[0]
        path = f"applications/{needed(application, 'id', what=_WHAT)}"
        federated = self._list(f"{path}/federatedIdentityCredentials", {})
        owners = self._list(f"{path}/owners", {"$select": "id,userPrincipalName"})
        subjects = [_subject(one) for one in federated]
        said: dict[str, Json] = {
            "federated": _sorted({**one, "id": None} for one in federated),
            "credentials": _sorted(_credentials(application)),
            "owners": sorted(text_at(one, "id") or "" for one in owners),
        }
        identity = DeployingIdentity(
            name=name,
            status=Verifiable.READ,
            text="",
            trusts=tuple(sorted({*_trusts(application, federated), *map(_owner, owners)})),
            too_wide=tuple(
                sorted(
                    f"more than one pipeline may act as it: all whose sub fits {subject}"
                    for subject in subjects
                    if is_more_than_one_pipeline(subject)
                )
            ),
        )
        return self._with_permissions(identity, said)

    def _with_permissions(self, identity: DeployingIdentity, said: dict[str, Json]) -> DeployingIdentity:
        try:
            may, why = self._permissions(identity.name), None
        except ProviderAccessError as error:
            may, why = None, error.what
        return replace(identity, text=json.dumps({**said, "permissions": may}, sort_keys=True), why=why)

    def _permissions(self, name: str) -> list[Json]:
        """Return which roles an application has in which scopes of the subscriptions."""
        principals = self._list("servicePrincipals", {"$filter": f"appId eq '{name}'", "$select": "id"})
        found: list[Json] = []
        for principal in principals:
            asked = {"api-version": "2022-04-01", "$filter": f"assignedTo('{text_at(principal, 'id')}')"}
            for subscription in self._settings.subscriptions:
                path = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignments"
                on = f"the role assignments of {subscription}"
                for page in self._management.pages(path, asked, on=on):
                    found += [_assignment(entry_of(one, f"reading {on}")) for one in page]
        return _sorted(found)

    def _list(self, path: str, asked: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
        pages = self._graph.pages(f"/v1.0/{path}", asked, on="an application")
        return [entry_of(one, _WHAT) for page in pages for one in page]


def _trusts(application: Mapping[str, Any], federated: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in federated:
        yield f"federated {text_at(one, 'issuer')} if sub {_subject(one)}"
    for one in _credentials(application):
        yield f"{one['kind']} {one['name'] or one['id']} until {one['until']}"


def _credentials(application: Mapping[str, Any]) -> Iterator[dict[str, str | None]]:
    """Yield the secrets and certificates of an application: never what they are, only how long they hold."""
    for field, kind in CREDENTIALS:
        for one in application.get(field) or ():
            yield {
                "kind": kind,
                "id": text_at(one, "keyId"),
                "name": text_at(one, "displayName"),
                "until": text_at(one, "endDateTime"),
            }


def _subject(federated: Mapping[str, Any]) -> str:
    """Return the subject that a credential asks for, or the pattern where it is flexible."""
    expression = text_at(federated, "claimsMatchingExpression", "value")
    found = _EXPRESSION.search(expression or "")
    return text_at(federated, "subject") or (found[1] if found else expression or "*")


def _owner(one: Mapping[str, Any]) -> str:
    return f"owner {text_at(one, 'userPrincipalName') or text_at(one, 'id')}, who may add a secret"


def _assignment(one: Mapping[str, Any]) -> Json:
    properties = "properties"
    return {
        "role": text_at(one, properties, "roleDefinitionId"),
        "scope": text_at(one, properties, "scope"),
        "condition": text_at(one, properties, "condition"),
    }


def _sorted(found: Any) -> list[Json]:
    """Return what is in no particular order in one, so that the same is the same."""
    return sorted(found, key=lambda one: json.dumps(one, sort_keys=True))
