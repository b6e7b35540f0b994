"""Runs of Spacelift as deployments: which commit, who started them, and who confirmed.

A session in the cloud that a run opens is named `RUN@STACK@ACCOUNT`; a run is known by the first two. Its
code is reviewed at another host, which is asked for that.
https://docs.spacelift.io/integrations/api (2026-11); the fields are those that its own client asks for.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, TypeVar

import msgspec

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.model.ticket import ApprovalDecision, Deployment, EnvironmentApproval
from providers.ticket_api import TicketApi
from providers.ticket_values import Address

T = TypeVar("T")

RUN_ID: Final = re.compile(r"(?P<run>[0-9A-Z]{26})@(?P<stack>[A-Za-z0-9_.-]{1,200})", re.ASCII)

SIGN_IN: Final = "mutation ($id: ID!, $secret: String!) { apiKeyUser(id: $id, secret: $secret) { jwt } }"

READ: Final = (
    "query ($stack: ID!, $run: ID!) { stack(id: $stack) { id namespace repository branch"
    " run(id: $run) { id type state createdAt triggeredBy commit { hash authorLogin authorName }"
    " history { state timestamp terminal username } } } }"
)

LOOK: Final = "query { stacks { id } }"

NEEDS: Final = "a key that may read the stacks"

PAGE: Final = "docs/code-hosts.md"

CONFIRMED: Final = "CONFIRMED"

CONCLUSIONS: Final = {"FINISHED": "success", "FAILED": "failed"}
"""What ended otherwise was discarded, stopped or cancelled, and did nothing that it should not."""


class SpaceliftSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account, and a key of its API that may read stacks."""

    base_url: Address
    """`https://example.app.spacelift.io`."""
    key: Annotated[str, msgspec.Meta(pattern="^[0-9A-Za-z]{10,64}$")]
    """The id of the key."""
    secret: Secret


class _Commit(msgspec.Struct, frozen=True):
    hash: str
    login: str | None = msgspec.field(default=None, name="authorLogin")
    author: str | None = msgspec.field(default=None, name="authorName")


class _Turn(msgspec.Struct, frozen=True):
    state: str
    timestamp: int
    terminal: bool
    username: str | None = None

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp, UTC)


class _Run(msgspec.Struct, frozen=True):
    id: str
    type: str
    commit: _Commit
    created: int = msgspec.field(name="createdAt")
    history: tuple[_Turn, ...]
    """The latest first."""
    by: str | None = msgspec.field(default=None, name="triggeredBy")
    """Who started it by hand; nobody, where a push did."""


class _Stack(msgspec.Struct, frozen=True):
    id: str
    namespace: str
    repository: str
    branch: str
    run: _Run | None


class _Read(msgspec.Struct, frozen=True):
    stack: _Stack | None


class _Key(msgspec.Struct, frozen=True):
    jwt: str


class _SignedIn(msgspec.Struct, frozen=True):
    key: _Key | None = msgspec.field(name="apiKeyUser")


class _Said(msgspec.Struct, frozen=True):
    message: str


class _Answered(msgspec.Struct, frozen=True):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: tuple[_Said, ...] = ()


class Spacelift:
    """A `CodeHost` of which only the runs are known; the code is elsewhere."""

    def __init__(self, settings: SpaceliftSettings) -> None:
        self._settings = settings
        self._url = settings.base_url.rstrip("/")
        self._open = self._api(dict)
        self._signed_in = self._api(self._headers)

    def check(self) -> str:
        """Sign in, and list the stacks."""
        self._ask(self._signed_in, LOOK, {}, what="listing the stacks")
        return f"{self._url} answers"

    def deployment(self, run_id: str, repositories: Collection[str] = ()) -> Deployment | None:
        """Return a run of the account; see `CodeHost`."""
        named = RUN_ID.fullmatch(run_id)
        if named is None:
            return None
        what = f"reading the run {named['run']}"
        data = self._ask(self._signed_in, READ, named.groupdict(), what=what)
        stack = _read_as(_Read, data, what).stack
        if stack is None or stack.run is None:
            return None
        return self._deployment(run_id, stack, stack.run)

    def _deployment(self, run_id: str, stack: _Stack, run: _Run) -> Deployment:
        ended = next((one for one in run.history if one.terminal), None)
        return Deployment(
            run_id=run_id,
            run_url=f"{self._url}/stack/{stack.id}/run/{run.id}",
            repository=f"{stack.namespace}/{stack.repository}",
            ref=f"refs/heads/{stack.branch}",
            head_sha=run.commit.hash,
            actor=run.by or run.commit.login or run.commit.author or "unknown",
            environment=stack.id,
            started_at=datetime.fromtimestamp(run.created, UTC),
            finished_at=ended.at if ended else None,
            conclusion=CONCLUSIONS.get(ended.state, ended.state.lower()) if ended else None,
            approvals=tuple(_confirmed(stack, run)),
            event=run.type.lower(),
            dispatched_by=run.by or None,
            is_reviewed_elsewhere=True,
        )

    def _ask(self, api: TicketApi, query: str, variables: Mapping[str, str], *, what: str) -> msgspec.Raw:
        """Return what a question is answered, without the envelope."""
        document = {"query": query, "variables": dict(variables)}
        answer = api.post("graphql", document, what=what, needs=NEEDS).read_as(_Answered)
        if answer.errors:
            said = answer.errors[0].message[:200]
            error = ProviderAccessError if "unauthorized" in said.lower() else ProviderResponseError
            raise error(f"{what}: Spacelift says: {said}", hint=f"it takes {NEEDS}; {PAGE} says how")
        return answer.data

    def _headers(self) -> Mapping[str, str]:
        """Sign in: a token holds for hours, but a run is asked for seldom."""
        what = "signing in at Spacelift"
        given = {"id": self._settings.key, "secret": self._settings.secret.reveal()}
        refused = ProviderAccessError(f"{what}: the key is refused", hint="make a new one; check `key`")
        try:
            found = _read_as(_SignedIn, self._ask(self._open, SIGN_IN, given, what=what), what)
        except ProviderUnavailableError:
            raise
        except ProviderError:
            raise refused from None  # what it says may quote the secret, which stood in the question
        if found.key is None:
            raise refused
        return {"Authorization": f"Bearer {found.key.jwt}"}

    def _api(self, headers: Callable[[], Mapping[str, str]]) -> TicketApi:
        return TicketApi(system="Spacelift", base_url=self._url, headers=headers, page=PAGE)


def _confirmed(stack: _Stack, run: _Run) -> Iterator[EnvironmentApproval]:
    """Yield who let the run be applied; one that applies by itself nobody did."""
    for one in run.history:
        if one.state == CONFIRMED and one.username:
            yield EnvironmentApproval(
                environment=stack.id, by=one.username, decision=ApprovalDecision.APPROVED, at=one.at
            )


def _read_as(type_: type[T], data: msgspec.Raw, what: str) -> T:
    try:
        return msgspec.json.decode(data, type=type_)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise ProviderResponseError(
            f"{what}: the answer is not what it should be: {error}",
            hint="check `base_url`; if it is right, report it",
        ) from error
