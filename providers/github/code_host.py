"""GitHub as a code host: workflow runs, pull requests, reviews, and how all that is controlled.

A run's id names no repository, so it is looked for where the session's token says, and else in the
repositories that the configuration names; never outside of what the configuration has in scope.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from drift.errors import ProviderAccessError
from drift.model.pipeline_control import PipelineControls
from drift.model.run_log import KeepLog, RunLogs
from drift.model.secret import Secret
from drift.model.ticket import Deployment, PullRequest
from providers.code_api import CodeApi
from providers.github import documents as github
from providers.github.api import REPOSITORY, RepositoryApi, code_api, segment
from providers.github.controls import controls_of
from providers.github.logs import logs_of
from providers.github.proposals import proposal_of
from providers.github.refusals import NotThereError
from providers.github.runs import deployment_of, run_of
from providers.github.sign_in import AppSignIn, InstallationToken, TokenSignIn
from providers.security_scans import scan_names

SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)

RUN_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)

Name = Annotated[str, msgspec.Meta(pattern=rf"^{REPOSITORY.pattern}$")]


class GitHubSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is in scope, and how to sign in: with a token, or as an app."""

    repositories: tuple[Name, ...] = ()
    """`owner/name`."""
    organisation: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9-]{1,39}$")] | None = None
    """All repositories of it that the credentials may see."""
    token: Secret | None = None
    app: str | None = None
    """The app's client id or number. Where there is a token as well, the app counts."""
    installation: int | None = None
    private_key: Secret | None = None
    security_checks: tuple[str, ...] = ()
    """Patterns of checks that look for weaknesses, besides those that are known."""
    owner: str | None = None
    """Who answers for a repository whose CODEOWNERS names nobody for all of it."""
    base_url: Annotated[str, msgspec.Meta(pattern="^https?://")] = "https://api.github.com"
    ca_file: str | None = None

    def __post_init__(self) -> None:
        """Refuse what nobody could sign in with, or look at.

        Raises:
            ValueError: Something is missing, or contradicts another key.
        """
        app = (self.app, self.installation, self.private_key)
        if not all(app) and (any(app) or self.token is None):
            raise ValueError("needs token_env, or else app, installation and private_key_file")
        if not self.repositories and self.organisation is None:
            raise ValueError('needs "repositories" or an "organisation"')


class GitHub:
    """A `CodeHost` that asks GitHub, or a server of GitHub Enterprise."""

    def __init__(self, settings: GitHubSettings) -> None:
        self._settings = settings
        self._is_scan = scan_names(settings.security_checks)
        self._remarks: tuple[str, ...] = ()
        self._api = code_api(settings.base_url, self._sign_in().headers, settings.ca_file)

    def check(self) -> str:
        """Read what the runs of each repository take, as far as a run is there; see `CodeHost`."""
        names = self.repositories()
        if not names:
            raise ProviderAccessError(
                "no repository is in scope", hint="install the app in one, or name it in `repositories`"
            )
        for name in self._settings.repositories or names[:1]:
            self._try(RepositoryApi(api=self._api, name=name))
        found = self.controls((self._settings.repositories or names)[0], datetime.now(UTC))
        hidden = [one for one in (found.documents if found else ()) if one.why is not None]
        self._remarks = tuple(f"not verifiable: {one.name}: {one.why}" for one in hidden)
        return f"{len(names):,} {'repository' if len(names) == 1 else 'repositories'} in scope"

    def remarks(self) -> Sequence[str]:
        """Return what of the pipelines' control is not verifiable, as the last `check` saw it."""
        return self._remarks

    def deployment(self, run_id: str, repositories: Collection[str] = ()) -> Deployment | None:
        """Look for the run where it may be of; see `CodeHost`."""
        if not RUN_ID.fullmatch(run_id):
            return None
        for name in self._places(repositories):
            api = RepositoryApi(api=self._api, name=name)
            try:
                run = run_of(api, run_id)
            except NotThereError:
                # GitHub says the same of a repository that the token may not see.
                self._look_at(api)
                continue
            now = run.repository.full_name if run.repository else name  # it may have been renamed
            return deployment_of(RepositoryApi(api=self._api, name=now), run, self._is_scan)
        return None

    def pull_request(self, repository: str, sha: str) -> PullRequest | None:
        """Return the review of a commit that somebody else deployed; see `Reviewing`."""
        if not (self._is_ours(repository) and SHA.fullmatch(sha)):
            return None
        return proposal_of(RepositoryApi(api=self._api, name=repository), sha, None, self._is_scan)

    def repositories(self) -> Sequence[str]:
        """Return what is in scope, without archived repositories, from which nothing is deployed."""
        names = {one.lower(): one for one in self._settings.repositories}
        if self._settings.organisation is not None:
            names |= {one.full_name.lower(): one.full_name for one in self._listed() if not one.archived}
        return sorted(names.values())

    def controls(self, repository: str, since: datetime | None) -> PipelineControls | None:
        """Read how a repository is controlled; see `Controlled`."""
        if not self._is_ours(repository):
            return None
        api = RepositoryApi(api=self._api, name=repository)
        return controls_of(api, self._look_at(api), since, self._settings.owner)

    def log_digests(self, deployment: Deployment, keep: KeepLog | None = None) -> RunLogs:
        """Hash what each job of a run said; see `Logged`."""
        return logs_of(RepositoryApi(api=self._api, name=deployment.repository), deployment, keep)

    def _places(self, hinted: Collection[str]) -> Iterator[str]:
        """Yield where a run may be, each once."""
        places = [*(one for one in hinted if self._is_ours(one)), *self._settings.repositories]
        named: dict[str, str] = {}
        for one in places:
            named.setdefault(one.lower(), one)
        yield from named.values()

    def _is_ours(self, name: str) -> bool:
        if not REPOSITORY.fullmatch(name):
            return False
        owner = (self._settings.organisation or "").lower()
        named = {one.lower() for one in self._settings.repositories}
        return name.lower() in named or name.partition("/")[0].lower() == owner

    def _listed(self) -> Iterator[github.Repository]:
        owner, what = self._settings.organisation or "", "listing the repositories"
        if self._settings.app is not None:
            for page in self._api.pages("installation/repositories", what=what):
                found = page.read_as(github.Repositories, what=what).repositories
                yield from (one for one in found if self._is_ours(one.full_name))
            return
        for page in self._api.pages(f"orgs/{segment(owner)}/repos", what=f"{what} of {owner}"):
            yield from page.read_as(list[github.Repository], what=what)

    def _look_at(self, api: RepositoryApi) -> github.Repository:
        try:
            return api.get("", github.Repository, doing="looking at the repository")
        except NotThereError as error:
            raise ProviderAccessError(
                f"the repository {api.name} is not there, or the token may not see it",
                hint="add it to the token or the app's installation; docs/code-hosts.md lists what is needed",
            ) from error

    def _try(self, api: RepositoryApi) -> None:
        """Read one of everything: each takes a permission of its own, and a missing one is named."""
        branch = self._look_at(api).default_branch
        for path in ("actions/runs", "deployments", "pulls"):
            api.answer(path, doing=f"reading {path}", per_page=1)
        for path in ("check-runs", "statuses"):
            api.answer(f"commits/{segment(branch)}/{path}", doing=f"reading {path}", per_page=1)

    def _sign_in(self) -> TokenSignIn | AppSignIn:
        settings = self._settings
        if settings.app and settings.private_key:
            return AppSignIn(settings.app, settings.private_key, self._renew)
        return TokenSignIn(settings.token or Secret(""))

    def _renew(self, headers: Mapping[str, str]) -> InstallationToken:
        what, settings = "signing in as the GitHub App", self._settings
        api: CodeApi = code_api(settings.base_url, lambda: headers, settings.ca_file)
        url = f"{settings.base_url.rstrip('/')}/app/installations/{settings.installation}/access_tokens"
        return api.ask(url, what=what, method="POST").read_as(InstallationToken, what=what)
