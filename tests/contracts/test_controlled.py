"""What a code host must do that tells how its pipelines are controlled; a new one is one row of `HOSTS`."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.pipeline_control import ControlWeakness, PipelineControls, Verifiable, findings_of
from drift.ports import Controlled
from tests.builders import NOON, minutes
from tests.providers.github.controlled import Repository, control
from tests.providers.github.service import github
from tests.providers.gitlab.controlled import control as control_at_gitlab
from tests.providers.gitlab.service import gitlab

REPOSITORY = "example/infra"

DEPLOY = "permissions:\n  id-token: write\njobs:\n  apply:\n    environment: production\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Forge:
    """A code host, with what happens at its other end."""

    host: Controlled
    control: Callable[[Repository], None]
    """Have the repository controlled like this from now on."""
    hide: Callable[[], None]
    """Let the credentials see nothing of it that only administrators may."""
    deny: Callable[[], None]
    """Let the credentials see nothing at all."""
    break_down: Callable[[], None]
    workflow: str
    """The path of the file that says what the pipeline does."""


@contextmanager
def at_github() -> Iterator[Forge]:
    """GitHub, with a token."""
    with github(owner="platform@example.com") as hub:

        def hide() -> None:
            for path in (
                "branches/.*/protection",
                "rules.*",
                "collaborators",
                "keys",
                "actions/permissions/.*",
            ):
                hub.service.refuse(
                    f".*/infra/{path}",
                    403,
                    {"message": "Resource not accessible by integration"},
                    X_Accepted_GitHub_Permissions="administration=read",
                )

        yield Forge(
            host=hub.host,
            control=lambda one: control(hub, one),
            hide=hide,
            deny=lambda: hub.service.refuse(".*", 401, {"message": "Bad credentials"}),
            break_down=lambda: hub.proxy.refuse(502, b"<html>"),
            workflow=".github/workflows/deploy.yml",
        )


@contextmanager
def at_gitlab() -> Iterator[Forge]:
    """GitLab, with a token."""
    with gitlab(owner="platform@example.com") as lab:

        def hide() -> None:
            for path in ("protected_branches", "deploy_keys", "approval_rules"):
                lab.service.refuse(f".*infra/{path}", 403, {"message": "403 Forbidden"})

        yield Forge(
            host=lab.host,
            control=lambda one: control_at_gitlab(lab, one),
            hide=hide,
            deny=lambda: lab.service.refuse(".*", 401, {"message": "401 Unauthorized"}),
            break_down=lambda: lab.proxy.refuse(502, b"<html>"),
            workflow=".gitlab-ci.yml",
        )


HOSTS: dict[str, Callable[[], AbstractContextManager[Forge]]] = {
    "github": at_github,
    "gitlab": at_gitlab,
}


@pytest.fixture(params=HOSTS)
def forge(request: pytest.FixtureRequest) -> Iterator[Forge]:
    """Each host in turn, with a repository that nothing controls."""
    with HOSTS[request.param]() as opened:
        opened.control(Repository())
        yield opened


def controls(forge: Forge) -> PipelineControls:
    found = forge.host.controls(REPOSITORY, None)
    assert found is not None
    return found


def test_what_is_in_scope_is_listed(forge: Forge) -> None:
    assert forge.host.repositories() == [REPOSITORY]


def test_what_is_not_in_scope_is_nobodys(forge: Forge) -> None:
    assert forge.host.controls("elsewhere/infra", None) is None
    assert forge.host.controls("../..", None) is None


def test_a_branch_that_nothing_protects_is_a_finding_with_an_owner(forge: Forge) -> None:
    found = controls(forge)

    assert (found.repository, found.default_branch, found.is_protected) == (REPOSITORY, "main", False)
    [finding] = findings_of("code", found)
    assert finding.weakness is ControlWeakness.UNPROTECTED_BRANCH
    assert finding.owner == "platform@example.com"


def test_a_branch_that_takes_what_nobody_approved_is_a_finding(forge: Forge) -> None:
    forge.control(Repository(is_protected=True, approvals=0))

    found = controls(forge)

    assert (found.is_protected, found.required_approvals) == (True, 0)
    assert [one.weakness for one in findings_of("code", found)] == [ControlWeakness.NO_REVIEW_REQUIRED]


def test_a_branch_that_is_protected_and_wants_approvals_is_no_finding(forge: Forge) -> None:
    forge.control(Repository(is_protected=True, approvals=2))

    found = controls(forge)

    assert (found.is_protected, found.required_approvals) == (True, 2)
    assert findings_of("code", found) == ()


def test_who_owns_everything_answers_for_it(forge: Forge) -> None:
    forge.control(Repository(codeowners="# all\n*  @example/everyone\n*.tf @example/infra\n"))

    assert controls(forge).owner == "@example/everyone"


def test_the_text_of_a_workflow_that_deploys_is_kept(forge: Forge) -> None:
    forge.control(Repository(workflow=DEPLOY))

    texts = {one.name: one.text for one in controls(forge).documents}

    assert texts[forge.workflow] == DEPLOY


def test_nothing_changes_while_nothing_is_changed(forge: Forge) -> None:
    forge.control(Repository(is_protected=True, approvals=1, workflow=DEPLOY))

    assert controls(forge).digest == controls(forge).digest


@pytest.mark.parametrize(
    "changed",
    [
        Repository(is_protected=True, approvals=1, workflow=DEPLOY),
        Repository(is_protected=True, approvals=2, workflow=f"{DEPLOY}# and more\n"),
        Repository(is_protected=True, approvals=2, workflow=DEPLOY, codeowners="* @example/everyone\n"),
        Repository(is_protected=True, approvals=2, workflow=DEPLOY, reviewers=("erin",)),
        Repository(is_protected=True, approvals=2, workflow=DEPLOY, may_push=("alice", "mallory")),
        Repository(approvals=2, workflow=DEPLOY),
    ],
    ids=["approvals", "workflow", "codeowners", "reviewers", "access", "protection"],
)
def test_whatever_is_changed_shows(forge: Forge, changed: Repository) -> None:
    forge.control(Repository(is_protected=True, approvals=2, workflow=DEPLOY))
    before = controls(forge)

    forge.control(changed)

    assert controls(forge).digest != before.digest


def test_documents_are_sorted_and_each_is_there_once(forge: Forge) -> None:
    names = [one.name for one in controls(forge).documents]

    assert names == sorted(set(names))


def test_what_the_credentials_may_not_read_is_not_verifiable_and_no_failure(forge: Forge) -> None:
    forge.control(Repository(is_protected=True, approvals=1))
    forge.hide()

    hidden = [one for one in controls(forge).documents if one.status is Verifiable.NOT_VERIFIABLE]

    assert len(hidden) >= 2
    assert all(one.why and one.text == "" for one in hidden)


def test_a_host_that_does_not_know_us_says_so(forge: Forge) -> None:
    forge.deny()

    with pytest.raises(ProviderAccessError, match=re.compile("token", re.IGNORECASE)):
        forge.host.controls(REPOSITORY, None)


def test_a_host_that_is_down_says_so(forge: Forge) -> None:
    forge.break_down()

    with pytest.raises(ProviderUnavailableError):
        forge.host.controls(REPOSITORY, NOON - minutes(1))
