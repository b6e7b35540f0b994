"""GitLab as a code host: pipelines, merge requests, approvals, and how all that is controlled."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from drift.errors import ProviderAccessError
from drift.model.pipeline_control import PipelineControls
from drift.model.run_log import KeepLog, RunLogs
from drift.model.secret import Secret
from drift.model.ticket import Deployment, PullRequest
from providers.gitlab.api import REPOSITORY, ProjectApi, code_api, segment
from providers.gitlab.controls import controls_of
from providers.gitlab.documents import Pipeline, Project
from providers.gitlab.logs import logs_of
from providers.gitlab.proposals import proposal_of
from providers.gitlab.refusals import NotThereError
from providers.gitlab.runs import deployment_of
from providers.security_scans import scan_names

SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)

RUN_ID = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)

Name = Annotated[str, msgspec.Meta(pattern=rf"^{REPOSITORY.pattern}$")]


class GitLabSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is in scope, and how to sign in."""

    token: Secret
    """Of a project, a group or a person, with the scope `read_api`."""
    repositories: tuple[Name, ...] = ()
    """`group/project`, with all groups that it lies in."""
    group: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_./-]{1,255}$")] | None = None
    """All projects of it and of the groups within."""
    security_checks: tuple[str, ...] = ()
    """Patterns of jobs that look for weaknesses, besides those that are known."""
    owner: str | None = None
    """Who answers for a project whose CODEOWNERS names nobody for all of it."""
    base_url: Annotated[str, msgspec.Meta(pattern="^https?://")] = "https://gitlab.com/api/v4"
    ca_file: str | None = None

    def __post_init__(self) -> None:
        """Refuse what nobody could look at.

        Raises:
            ValueError: Nothing is in scope.
        """
        if not self.repositories and self.group is None:
            raise ValueError('needs "repositories" or a "group"')


class GitLab:
    """A `CodeHost` that asks GitLab, or a server of one's own."""

    def __init__(self, settings: GitLabSettings) -> None:
        self._settings = settings
        self._is_scan = scan_names(settings.security_checks)
        self._remarks: tuple[str, ...] = ()
        self._api = code_api(settings.base_url, self._headers, settings.ca_file)

    def check(self) -> str:
        """Read what the runs of each project take, as far as a run is there; see `CodeHost`."""
        names = self.repositories()
        if not names:
            raise ProviderAccessError(
                "no project is in scope", hint="make the token of a group, or name it in `repositories`"
            )
        for name in self._settings.repositories or names[:1]:
            api = ProjectApi(api=self._api, name=name)
            self._look_at(api)
            for path in ("pipelines", "merge_requests", "deployments"):
                api.get(path, object, doing=f"reading {path}", per_page=1)
        found = self.controls((self._settings.repositories or names)[0], None)
        hidden = [one for one in (found.documents if found else ()) if one.why is not None]
        self._remarks = tuple(f"not verifiable: {one.name}: {one.why}" for one in hidden)
        return f"{len(names):,} {'project' if len(names) == 1 else 'projects'} in scope"

    def remarks(self) -> Sequence[str]:
        """Return what of the pipelines' control is not verifiable, as the last `check` saw it."""
        return self._remarks

    def deployment(self, run_id: str, repositories: Collection[str] = ()) -> Deployment | None:
        """Look for the pipeline where it may be of; see `CodeHost`."""
        if not RUN_ID.fullmatch(run_id):
            return None
        for name in self._places(repositories):
            api = ProjectApi(api=self._api, name=name)
            project = self._look_at(
                api
            )  # GitLab says of a run that it is not there, also where one may not look
            try:
                run = api.get(f"pipelines/{run_id}", Pipeline, doing=f"reading the pipeline {run_id}")
            except NotThereError:
                continue
            return deployment_of(api, project, run, self._is_scan)
        return None

    def pull_request(self, repository: str, sha: str) -> PullRequest | None:
        """Return the review of a commit that somebody else deployed; see `Reviewing`."""
        if not (self._is_ours(repository) and SHA.fullmatch(sha)):
            return None
        return proposal_of(ProjectApi(api=self._api, name=repository), sha, None, self._is_scan)

    def repositories(self) -> Sequence[str]:
        """Return what is in scope, without archived projects, from which nothing is deployed."""
        names = set(self._settings.repositories)
        if (group := self._settings.group) is not None:
            what = f"listing the projects of {group}"
            path = f"groups/{segment(group)}/projects"
            for page in self._api.pages(path, what=what, include_subgroups="true", archived="false"):
                names |= {one.path_with_namespace for one in page.read_as(list[Project], what=what)}
        return sorted(names)

    def controls(self, repository: str, since: datetime | None) -> PipelineControls | None:
        """Read how a project is controlled; see `Controlled`. GitLab has no rules that one gets round."""
        if not self._is_ours(repository):
            return None
        api = ProjectApi(api=self._api, name=repository)
        return controls_of(api, self._look_at(api), self._settings.owner)

    def log_digests(self, deployment: Deployment, keep: KeepLog | None = None) -> RunLogs:
        """Hash what each job of a pipeline said; see `Logged`."""
        return logs_of(ProjectApi(api=self._api, name=deployment.repository), deployment, keep)

    def _places(self, hinted: Collection[str]) -> Iterator[str]:
        """Yield where a run may be, each once."""
        places = [*(one for one in hinted if self._is_ours(one)), *self._settings.repositories]
        yield from dict.fromkeys(places)

    def _is_ours(self, name: str) -> bool:
        if not REPOSITORY.fullmatch(name):
            return False
        group = self._settings.group
        return name in self._settings.repositories or (group is not None and name.startswith(f"{group}/"))

    def _look_at(self, api: ProjectApi) -> Project:
        try:
            return api.get("", Project, doing="looking at the project")
        except NotThereError as error:
            raise ProviderAccessError(
                f"the project {api.name} is not there, or the token may not see it",
                hint="make the token a member of it; docs/code-hosts.md lists what is needed",
            ) from error

    def _headers(self) -> Mapping[str, str]:
        token = self._settings.token.reveal()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            # As a header it would fail with an error that quotes it.
            raise ProviderAccessError(
                "the GitLab token is empty or holds characters that no token has",
                hint="check the file or variable that it comes from for quotes, spaces and line ends",
            )
        return {"PRIVATE-TOKEN": token, "Accept": "application/json"}
