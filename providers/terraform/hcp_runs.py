"""Runs of HCP Terraform and Terraform Enterprise as deployments: which commit, by whom, and who confirmed.

A session in the cloud that a run opens is named like it: `run-CZcmD7eagjhyX0vN`. Its code is reviewed at
another host, which is asked for that.
"""

import re
from collections.abc import Collection, Mapping
from typing import Annotated
from urllib.parse import quote, urlencode

import msgspec

from drift.errors import ProviderAccessError, ProviderError
from drift.model.secret import Secret
from drift.model.ticket import ApprovalDecision, Deployment, EnvironmentApproval
from providers.meter import given_meter
from providers.terraform.backends.answers import Answer, get, header_text, unexpected
from providers.terraform.backends.hcp_documents import read_as
from providers.terraform.backends.hcp_tokens import token_for
from providers.terraform.hcp_run_documents import UNKNOWN, Run, Users

RUN_ID = re.compile(r"run-[0-9A-Za-z]{16}", re.ASCII)

BY_HAND = frozenset({"tfe-ui", "tfe-api", "terraform", "terraform+cloud"})
"""Sources of runs that somebody starts. A commit starts the others."""

RELATED = "workspace,created_by,configuration_version,configuration_version.ingress_attributes"


class HcpRunsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the API is reached."""

    organisation: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    """Whose runs count: a run of another one is nobody's."""
    token: Secret | None = None
    """May read workspaces and runs. Without it, the one that `terraform login` kept."""
    host: str = "app.terraform.io"
    endpoint: str | None = None
    """Where the API answers, if not at `https://HOST`."""


class HcpRuns:
    """A `CodeHost` of which only the runs are known; the code is elsewhere."""

    def __init__(self, settings: HcpRunsSettings) -> None:
        self._settings = settings
        self._meter = given_meter()

    def check(self) -> str:
        """Look at the organisation and at who we are; see `CodeHost`."""
        what = f"looking at the organisation {self._settings.organisation}"
        answer = self._ask(f"organizations/{quote(self._settings.organisation)}", what=what)
        if answer.status != 200:
            raise _refused(answer, what, 'no such organisation, or the permission "Read runs" is missing')
        return f"the organisation {self._settings.organisation} answers"

    def deployment(self, run_id: str, repositories: Collection[str] = ()) -> Deployment | None:
        """Return a run of the organisation; see `CodeHost`."""
        if not RUN_ID.fullmatch(run_id):
            return None
        what = f"reading the run {run_id}"
        answer = self._ask(f"runs/{run_id}?{urlencode({'include': RELATED})}", what=what)
        if answer.status == 404:
            self.check()  # the same is said of a run that the token may not see
            return None
        if answer.status in {401, 403}:
            raise _refused(answer, what, 'the permission "Read runs" is missing')
        run = read_as(Run, answer, what=what)
        if run.organisation != self._settings.organisation:
            return None
        return self._deployment(run)

    def _deployment(self, run: Run) -> Deployment:
        ingress, starter = run.ingress, run.created_by
        by = starter or (ingress.sender_username if ingress else None) or UNKNOWN
        return Deployment(
            run_id=run.data.id,
            run_url=self._url_of(run),
            repository=(ingress.identifier if ingress else None) or f"{run.organisation}/{run.workspace}",
            ref=_ref(run),
            head_sha=(ingress.commit_sha if ingress else None) or run.configuration or "",
            actor=by,
            environment=run.workspace,
            started_at=run.created_at,
            finished_at=run.ended_at,
            conclusion=run.conclusion,
            approvals=tuple(self._confirmed(run)),
            event=run.data.attributes.source,
            dispatched_by=by if run.data.attributes.source in BY_HAND else None,
            is_reviewed_elsewhere=bool(ingress and ingress.identifier and ingress.commit_sha),
        )

    def _confirmed(self, run: Run) -> list[EnvironmentApproval]:
        """Return who let the run be applied; one that applies by itself nobody did."""
        person, at = run.confirmed_by, run.confirmed_at
        if person is None:
            return []
        what = f"reading who confirmed the run {run.data.id}"
        answer = self._ask(f"users/{quote(person)}", what=what)
        name = None if answer.status == 404 else read_as(Users, answer, what=what).data.attributes.username
        said = EnvironmentApproval(
            environment=run.workspace,
            by=name or UNKNOWN,
            decision=ApprovalDecision.APPROVED,
            at=at,
            is_known=name is not None,
        )
        return [said]

    def _url_of(self, run: Run) -> str:
        where = f"{self._settings.organisation}/workspaces/{quote(run.workspace)}/runs/{run.data.id}"
        return f"https://{self._settings.host}/app/{where}"

    def _ask(self, path: str, *, what: str) -> Answer:
        api = (self._settings.endpoint or f"https://{self._settings.host}").rstrip("/")
        return get(f"{api}/api/v2/{path}", self._headers(), what=what, meter=self._meter)

    def _headers(self) -> Mapping[str, str]:
        token = self._settings.token or token_for(self._settings.host)
        text = header_text(token, what=f"the token for {self._settings.host}")
        return {"Authorization": f"Bearer {text}", "Accept": "application/vnd.api+json"}


def _ref(run: Run) -> str:
    ingress = run.ingress
    if ingress and ingress.tag:
        return f"refs/tags/{ingress.tag}"
    return f"refs/heads/{ingress.branch}" if ingress and ingress.branch else run.configuration or ""


def _refused(answer: Answer, what: str, why: str) -> ProviderError:
    if answer.status == 401:
        return ProviderAccessError(f"{what}: the token is refused", hint="run `terraform login`, or renew it")
    if answer.status in {403, 404}:
        return ProviderAccessError(
            f"{what}: {why} (status {answer.status})", hint="docs/code-hosts.md lists what is needed"
        )
    return unexpected(answer, what=what)
