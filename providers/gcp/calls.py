"""Who called what and with which program: one object for all entries that agree in it.

Calls of one caller share what is known of him, whatever he called.
"""

from dataclasses import dataclass
from functools import _lru_cache_wrapper, lru_cache
from typing import Any, NamedTuple, TypeVar

from msgspec import Raw

from drift.model.event import Call, Principal
from drift.model.resource import Cloud
from drift.model.verdict import CredentialSign, Statement, ToolSign
from providers.gcp.credentials import credential_signs
from providers.gcp.effects import Method, method_of
from providers.gcp.identity import Caller, caller_of, delegators_of
from providers.gcp.names import ResourceName
from providers.gcp.place import Log, account_of, region_of_entry
from providers.gcp.reading import read_identity
from providers.gcp.record import Authentication, LogEntry
from providers.gcp.resources import ResourceMap
from providers.gcp.services import acting_service
from providers.gcp.sessions import session_keys
from providers.gcp.signals import Signals
from providers.gcp.statements import statements_of_caller
from providers.gcp.tools import Hints, tool_signs
from providers.gcp.user_agent import read_user_agent

MAX_REMEMBERED = 4096
MAX_SIZE = 4096
"""What takes more bytes than any real identity and user agent is made anew each time."""

_Made = TypeVar("_Made")


class _Kind(NamedTuple):
    """All of an entry that makes its call."""

    account: str | None
    region: str | None
    service: str | None
    action: str | None
    log: Log | None
    identity: bytes
    address: str | None
    agent: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class _People:
    """Everybody whom the identity of an entry names."""

    identity: Authentication
    caller: Caller | None
    delegators: tuple[Caller, ...]
    behind: tuple[Principal, ...]
    """The delegators, nearest first."""


@dataclass(frozen=True, slots=True)
class _Signs:
    """What is known of a caller by his identity and the program that he used."""

    tools: tuple[ToolSign, ...]
    credentials: tuple[CredentialSign, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A call, with what else its identity tells."""

    call: Call
    caller: Caller | None
    has_key: bool
    """A downloaded key of a service account was used."""


class Calls:
    """The calls and methods that entries have told of, each made once."""

    def __init__(self, signals: Signals, resources: ResourceMap) -> None:
        self._signals = signals
        self._resources = resources
        remember = lru_cache(MAX_REMEMBERED)
        self._methods, self._calls = remember(self._method), remember(self._call)
        self._people, self._signs = remember(self._named), remember(self._seen)

    def method(self, service: str | None, name: str | None) -> Method:
        """Return a method of a service, both as recorded, with what the tables say of it."""
        return _remembered(self._methods, service, name)

    def known(self, entry: LogEntry, log: Log | None, project: str | None, name: ResourceName) -> Known:
        """Return the call that an entry tells of: the same object for those that agree in it."""
        payload, metadata = entry.payload, entry.metadata
        kind = _Kind(
            account_of(entry, project),
            region_of_entry(entry, name),
            payload.service_name,
            payload.method_name,
            log,
            bytes(payload.authentication_info),
            metadata.caller_ip,
            metadata.caller_supplied_user_agent,
            entry.reason,
        )
        return _remembered(self._calls, *kind)

    def _method(self, service: str | None, name: str | None) -> Method:
        return method_of(service, name, self._signals, self._resources)

    def _call(self, *parts: Any) -> Known:
        kind = _Kind(*parts)
        method = self.method(kind.service, kind.action)
        people = _remembered(self._people, kind.identity)
        caller = people.caller
        service = acting_service(kind.log, caller, method.service, kind.address, self._signals)
        keys = session_keys(kind.account, method, caller, people.delegators)
        may_be_deployed = caller is not None and caller.carries_out_deployments and bool(keys)
        signs = _remembered(self._signs, kind.identity, kind.agent, kind.reason, service, may_be_deployed)
        call = Call(
            cloud=Cloud.GCP,
            account=kind.account,
            region=kind.region,
            service=method.service,
            action=kind.action or None,
            principal=caller.principal if caller else None,
            behind=people.behind,
            acting_service=service,
            tools=signs.tools,
            credentials=signs.credentials,
            session_keys=keys,
            statements=signs.statements,
            source_ip=kind.address or None,
            user_agent=kind.agent or None,
        )
        return Known(call, caller, bool(people.identity.service_account_key_name))

    def _named(self, identity: bytes) -> _People:
        found = read_identity(Raw(identity))
        delegators = delegators_of(found, self._signals)
        behind = tuple(one.principal for one in reversed(delegators))
        return _People(found, caller_of(found, self._signals), delegators, behind)

    def _seen(
        self,
        identity: bytes,
        agent: str | None,
        reason: str | None,
        service: str | None,
        may_be_deployed: bool,
    ) -> _Signs:
        signals, people = self._signals, _remembered(self._people, identity)
        oauth = people.identity.oauth_info
        client_id = oauth.oauth_client_id if oauth else None
        hints = Hints(
            agent=read_user_agent(agent, signals.agent_noise),
            reason=reason,
            caller=people.caller,
            client=next((row for row in signals.oauth_clients if row.id == client_id), None),
            service=service,
            may_be_deployed=may_be_deployed,
        )
        tools = tool_signs(hints, signals)
        return _Signs(
            tools,
            credential_signs(people.identity, hints, people.delegators, tools, signals),
            statements_of_caller(hints, people.delegators, signals),
        )


def _remembered(made: "_lru_cache_wrapper[_Made]", *parts: str | bytes | bool | None) -> _Made:
    """Return what is made of `parts`, from memory where they are small."""
    size = sum(len(one) for one in parts if isinstance(one, str | bytes))
    return made(*parts) if size <= MAX_SIZE else made.__wrapped__(*parts)
