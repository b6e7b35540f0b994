"""How a repository at GitHub is controlled: what protects its branch, who may push, what deploys.

Much of it only administrators may see, and some only those who may change it. What the credentials do
not show is not verifiable. https://docs.github.com/rest/authentication/permissions-required-for-github-apps
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from drift.errors import ProviderAccessError
from drift.model.pipeline_control import ControlDocument, PipelineControls, RuleBypass, Verifiable
from providers.code_answers import Document
from providers.codeowners import owner_of_all
from providers.control_text import document
from providers.github.api import RepositoryApi, segment
from providers.github.branches import guarded
from providers.github.documents import Repository
from providers.github.files import codeowners_of, workflows_of
from providers.github.refusals import NotThereError

NOT_PROTECTED = "Branch not protected"

PERIODS = ((timedelta(hours=23), "day"), (timedelta(days=6), "week"))
"""How far back bypasses are listed; beyond, and at first, a month is all that GitHub keeps."""


class _Ruleset(Struct, frozen=True):
    id: int


class _Suite(Document, frozen=True):
    id: int
    ref: str
    after_sha: str
    pushed_at: datetime
    actor_name: str | None = None


class _ReviewRule(Struct, frozen=True):
    required_approving_review_count: int = 0


class _Protection(Struct, frozen=True):
    required_pull_request_reviews: _ReviewRule | None = None


def controls_of(
    api: RepositoryApi, repository: Repository, since: datetime | None, owner: str | None
) -> PipelineControls:
    """Return how a repository is controlled now, and who got round its rules after `since`."""
    branch = repository.default_branch
    bypasses, listed = _bypasses(api, since)
    codeowners = document("codeowners", lambda: codeowners_of(api, branch), NotThereError)
    documents = [
        document("protection", lambda: _protection(api, branch), NotThereError),
        document("rulesets", lambda: _rulesets(api), NotThereError),
        document("ruleset-history", lambda: _history(api), NotThereError),
        document("environments", lambda: _pages(api, "environments"), NotThereError),
        document("access", lambda: _access(api), NotThereError),
        document("deploy-keys", lambda: _pages(api, "keys"), NotThereError),
        document("workflow-permissions", lambda: _json(api, "actions/permissions/workflow"), NotThereError),
        *([listed] if listed else []),
        codeowners,
        *workflows_of(api, branch),
    ]
    found = guarded(api, branch)
    return PipelineControls(
        repository=repository.full_name,
        default_branch=branch,
        is_protected=found.is_protected if found else None,
        required_approvals=_required_approvals(api, branch, found.required_approvals if found else None),
        owner=owner_of_all(codeowners.text) or owner,
        documents=tuple(sorted(documents, key=lambda one: one.name)),
        bypasses=bypasses,
    )


def _protection(api: RepositoryApi, branch: str) -> object:
    try:
        return _json(api, f"branches/{segment(branch)}/protection")
    except NotThereError as error:
        if NOT_PROTECTED.lower() in error.said.lower():
            return None
        raise


def _required_approvals(api: RepositoryApi, branch: str, by_rules: int | None) -> int | None:
    """Return how many approvals the strictest of rules and protection wants."""
    path = f"branches/{segment(branch)}/protection"
    try:
        protection = api.get(path, _Protection, doing=f"reading the protection of {branch}")
    except NotThereError as error:
        return (by_rules or 0) if NOT_PROTECTED.lower() in error.said.lower() else by_rules
    except ProviderAccessError:
        return by_rules
    own = protection.required_pull_request_reviews
    return max(by_rules or 0, own.required_approving_review_count if own else 0)


def _rulesets(api: RepositoryApi) -> object:
    """Return every ruleset that holds there, those of the organisation too, each with its rules."""
    return [_json(api, f"rulesets/{one.id}", includes_parents="true") for one in _ruleset_ids(api, "true")]


def _history(api: RepositoryApi) -> object:
    """Return who changed which ruleset when; of those of the organisation it is not told here."""
    return {str(one.id): _pages(api, f"rulesets/{one.id}/history") for one in _ruleset_ids(api, "false")}


def _ruleset_ids(api: RepositoryApi, includes_parents: str) -> Sequence[_Ruleset]:
    pages = api.list(
        "rulesets", list[_Ruleset], doing="listing the rulesets", includes_parents=includes_parents
    )
    return sorted((one for page in pages for one in page), key=lambda one: one.id)


class _Person(Struct, frozen=True):
    login: str
    role_name: str = ""


class _Team(Struct, frozen=True):
    slug: str
    permission: str = ""


def _access(api: RepositoryApi) -> object:
    """Return who may do what: whoever may write may push and dispatch."""
    people = api.list("collaborators", list[_Person], doing="listing the collaborators", affiliation="all")
    teams = api.list("teams", list[_Team], doing="listing the teams")
    return {
        "people": sorted([one.login, one.role_name] for page in people for one in page),
        "teams": sorted([one.slug, one.permission] for page in teams for one in page),
    }


def _bypasses(
    api: RepositoryApi, since: datetime | None
) -> tuple[tuple[RuleBypass, ...], ControlDocument | None]:
    """Return who got round the rules, or else a document that says why nobody can tell."""
    age = datetime.now(UTC) - since if since else timedelta.max
    period = next((name for limit, name in PERIODS if age < limit), "month")
    doing = "listing the bypasses"
    try:
        pages = api.list(
            "rulesets/rule-suites", list[_Suite], doing=doing, rule_suite_result="bypass", time_period=period
        )
    except (ProviderAccessError, NotThereError) as error:
        return (), ControlDocument(name="bypasses", status=Verifiable.NOT_VERIFIABLE, text="", why=str(error))
    found = [
        RuleBypass(
            id=str(one.id),
            by=one.actor_name or "unknown",
            ref=one.ref,
            after_sha=one.after_sha,
            at=one.pushed_at,
        )
        for page in pages
        for one in page
        if since is None or one.pushed_at > since
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.id))), None


def _json(api: RepositoryApi, path: str, **parameters: str) -> object:
    return api.get(path, object, doing=f"reading {path}", **parameters)


def _pages(api: RepositoryApi, path: str) -> object:
    return api.list(path, object, doing=f"reading {path}")
