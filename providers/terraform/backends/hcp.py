"""States of HCP Terraform and Terraform Enterprise, through their API: one a workspace.

A page of the list of workspaces tells of a hundred which state version is the current one and who
holds them, so an unchanged workspace is not asked by itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.ports import StateContent, StoredState
from providers.meter import given_meter
from providers.terraform.backends.answers import Answer, get, header_text, unexpected
from providers.terraform.backends.hcp_documents import (
    StateVersion,
    Workspace,
    WorkspacePage,
    lock_of,
    read_as,
)
from providers.terraform.backends.hcp_tokens import token_for

PAGE = 100
"""The most that the API gives."""

MAX_PAGES = 1000


class HcpStatesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the API is reached."""

    token: Secret | None = None
    """May read workspaces and state versions. Without it, the one that `terraform login` kept."""
    endpoint: str | None = None
    """Where the API answers, if not at `https://HOST`."""


class HcpStates:
    """A `StateStore` of `tfe://HOST/ORGANISATION/WORKSPACE`, or the beginning of several names."""

    def __init__(self, settings: HcpStatesSettings) -> None:
        self._settings = settings
        self._meter = given_meter()
        self._ids: dict[str, str] = {}

    def find(self, location: str) -> Sequence[StoredState]:
        """List the workspaces that have a state; see `StateStore`."""
        host, organisation, name = _parts(location)
        begins = {one.attributes.name: one for one in self._list(host, organisation, name)}
        wanted = [begins[name]] if name in begins else [begins[each] for each in sorted(begins)]
        found = [self._listed(host, organisation, one) for one in wanted if one.may_have_state]
        if not found:
            raise ProviderResponseError(
                f"no state at {location}",
                hint="check the names; workspaces that the token may not read are not listed",
            )
        return found

    def read(self, state: StoredState, *, known: str | None = None) -> StateContent | None:
        """Read the current state version of a workspace; see `StateStore`."""
        host, organisation, name = _parts(state.name)
        what = f"reading {state.name}"
        id_ = self._ids.get(state.name) or self._id_of(host, organisation, name)
        answer = self._ask(host, f"workspaces/{quote(id_)}/current-state-version", what=what)
        if answer.status in {401, 403, 404}:
            raise _refused(
                answer, what, 'no state is there, or the permission "Read state versions" is missing'
            )
        version = read_as(StateVersion, answer, what=what)
        if version.id == known:
            return None
        if not (url := version.attributes.hosted_state_download_url):
            raise ProviderUnavailableError(
                f"{what}: its state is still being uploaded", hint="it is tried again in the next cycle"
            )
        return StateContent(pieces=self._download(host, url, what), version=version.id)

    def _list(self, host: str, organisation: str, name: str) -> Iterator[Workspace]:
        what = f"listing the workspaces of tfe://{host}/{organisation}"
        page: int | None = 1
        for _ in range(MAX_PAGES):
            asked = {"page[size]": PAGE, "page[number]": page, "include": "current_run"}
            if name:
                asked["search[name]"] = name
            path = f"organizations/{quote(organisation)}/workspaces?{urlencode(asked)}"
            answer = self._ask(host, path, what=what)
            if answer.status in {401, 403, 404}:
                raise _refused(
                    answer, what, 'no such organisation, or the permission "Read workspaces" is missing'
                )
            found = read_as(WorkspacePage, answer, what=what)
            yield from (one for one in found.workspaces() if one.attributes.name.startswith(name))
            page = found.next_page
            if page is None:
                return
        raise ProviderResponseError(f"{what}: its pages have no end", hint="if it happens again, report it")

    def _listed(self, host: str, organisation: str, workspace: Workspace) -> StoredState:
        name = f"tfe://{host}/{organisation}/{workspace.attributes.name}"
        self._ids[name] = workspace.id
        return StoredState(name=name, version=workspace.state_version, lock=lock_of(workspace))

    def _id_of(self, host: str, organisation: str, name: str) -> str:
        for one in self._list(host, organisation, name):
            if one.attributes.name == name:
                return one.id
        raise ProviderResponseError(
            f"the workspace tfe://{host}/{organisation}/{name} is gone", hint="check the name"
        )

    def _download(self, host: str, url: str, what: str) -> Iterable[bytes]:
        """Get the state from where the API keeps it.

        Another host has signed its address, and must not see our token; the API's own may lead there.
        """
        is_ours = urlsplit(url)[:2] == urlsplit(self._api(host))[:2]
        headers = self._authorisation(host) if is_ours else {}
        answer = get(url, headers, what=what, meter=self._meter, follows=True)
        if answer.status != 200:
            raise unexpected(answer, what=what)
        return answer.pieces

    def _ask(self, host: str, path: str, *, what: str) -> Answer:
        headers = {**self._authorisation(host), "Accept": "application/vnd.api+json"}
        return get(f"{self._api(host)}/api/v2/{path}", headers, what=what, meter=self._meter)

    def _api(self, host: str) -> str:
        return (self._settings.endpoint or f"https://{host}").rstrip("/")

    def _authorisation(self, host: str) -> Mapping[str, str]:
        token = self._settings.token or token_for(host)
        return {"Authorization": f"Bearer {header_text(token, what=f'the token for {host}')}"}


def _refused(answer: Answer, what: str, why: str) -> ProviderAccessError:
    if answer.status == 401:
        return ProviderAccessError(f"{what}: the token is refused", hint="run `terraform login`, or renew it")
    return ProviderAccessError(
        f"{what}: {why} (status {answer.status})", hint="docs/states.md lists all that is needed"
    )


def _parts(uri: str) -> tuple[str, str, str]:
    scheme, _, rest = uri.partition("://")
    host, _, path = rest.partition("/")
    organisation, _, name = path.partition("/")
    if scheme != "tfe" or not host or not organisation or "/" in name:
        raise ProviderResponseError(
            f"{uri} names no workspace", hint="write tfe://app.terraform.io/ORGANISATION/WORKSPACE"
        )
    return host, organisation, name
