"""Who made a change, and with what.

The first rule that fits decides:

1. a service token: a machine, that token;
2. an application of the identity provider (SCIM): a machine;
3. a member, through an access token, an authorised application or LaunchDarkly's own pages: that person;
4. an authorised application without a member: a machine;
5. else nobody knows: a trigger's URL, a scheduled change, LaunchDarkly itself.

The programs behind a token are not recorded: Terraform, a pipeline and `curl` look the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from drift.model.event import Principal
from drift.model.resource import Json
from drift.model.verdict import ActorKind, Confidence, Credential, CredentialSign, Tool, ToolSign
from providers.launchdarkly.entry import Entry, text_in

PAGES = "no access token and no application: LaunchDarkly's own pages"


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who called, and the signs of the program and of the key."""

    principal: Principal | None
    tools: tuple[ToolSign, ...] = ()
    credentials: tuple[CredentialSign, ...] = ()


def caller_of(entry: Entry) -> Caller:
    """Return who made the change."""
    token, app = entry.object("token"), entry.object("app")
    if token:
        named = _named(token, "an access token")
        is_service = token.get("serviceToken") is True
        return Caller(
            principal=_machine(f"service-token/{_id(token)}", token, f"the service token {named}")
            if is_service
            else _member(entry, f"a member, with the access token {named}"),
            tools=(_tool(Tool.SDK, f"the API, with the access token {named}"),),
            credentials=(_credential(Credential.STATIC_KEY, f"the access token {named}", Confidence.HIGH),),
        )
    if app:
        named = _named(app, "an application")
        tools = (_tool(Tool.SDK, f"the application {named}"),)
        if app.get("isScim") is True:
            return Caller(principal=_machine(f"app/{_id(app)}", app, f"{named} of SCIM"), tools=tools)
        member = _member(entry, f"a member, through the application {named}")
        return Caller(
            principal=member or _machine(f"app/{_id(app)}", app, f"the application {named} by itself"),
            tools=tools,
        )
    member = _member(entry, "a member")
    if member is None:
        return Caller(principal=None)
    return Caller(
        principal=member,
        tools=(_tool(Tool.CONSOLE, PAGES),),
        credentials=(_credential(Credential.CONSOLE_SESSION, PAGES, Confidence.MEDIUM),),
    )


def _member(entry: Entry, reason: str) -> Principal | None:
    fields = entry.object("member")
    email, id_ = text_in(fields, "email"), text_in(fields, "_id")
    if not (email or id_):
        return None
    return Principal(
        id=email or f"member/{id_}",
        name=email or _full_name(entry) or f"member/{id_}",
        kind=ActorKind.HUMAN,
        confidence=Confidence.HIGH,
        reason=reason,
    )


def _full_name(entry: Entry) -> str:
    names = (entry.text(name, within="member") for name in ("firstName", "lastName"))
    return " ".join(name for name in names if name)


def _machine(id_: str, fields: Mapping[str, Json], reason: str) -> Principal:
    return Principal(
        id=id_,
        name=text_in(fields, "name") or id_,
        kind=ActorKind.MACHINE,
        confidence=Confidence.HIGH,
        reason=reason,
    )


def _id(fields: Mapping[str, Json]) -> str:
    return text_in(fields, "_id") or text_in(fields, "name") or "unnamed"


def _named(fields: Mapping[str, Json], otherwise: str) -> str:
    return text_in(fields, "name") or text_in(fields, "_id") or f"{otherwise} without a name"


def _tool(tool: Tool, reason: str) -> ToolSign:
    return ToolSign(tool=tool, confidence=Confidence.MEDIUM, reason=reason)


def _credential(credential: Credential, reason: str, confidence: Confidence) -> CredentialSign:
    return CredentialSign(credential=credential, confidence=confidence, reason=reason)
