"""What GitHub tells of a run beyond what every host does, and what it refuses."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.model.ticket import Deployment, PullRequest
from tests.builders import NOON, a_deployment, a_review, minutes
from tests.providers.code_service import Document
from tests.providers.github.service import NOT_IN_PLAN, TOKEN, Hub, a_repository, a_user, github
from tests.providers.github.told import run

RUN = "9182736455"


@pytest.fixture
def hub() -> Iterator[Hub]:
    """GitHub, where one pull request was merged and deployed."""
    with github() as opened:
        run(opened, a_merge())
        yield opened


def a_merge() -> Deployment:
    one = a_deployment(a_review())
    assert one.pull_request is not None
    proposal = replace(one.pull_request, base_branch="main", merge_sha=one.head_sha)
    return replace(one, event="push", workflow=".github/workflows/deploy.yml@main", pull_request=proposal)


def found(hub: Hub) -> Deployment:
    one = hub.host.deployment(RUN)
    assert one is not None
    return one


def proposal(hub: Hub) -> PullRequest:
    one = found(hub).pull_request
    assert one is not None
    return one


# Who


@pytest.mark.parametrize("user", [None, "ghost"])
def test_a_review_by_a_deleted_user_is_the_word_of_nobody(hub: Hub, user: str | None) -> None:
    """
    Whose it was nobody can tell: perhaps the author's own.
    """
    hub.has("pulls/7/reviews")[0]["user"] = a_user(user)

    [review] = proposal(hub).reviews

    assert review.by == "ghost"
    assert review.no_say == "its author's account is deleted, so nobody can tell whose it is"


def test_everybody_may_be_deleted(hub: Hub) -> None:
    for path in (f"actions/runs/{RUN}", "pulls/7"):
        for key in ("actor", "triggering_actor", "user", "merged_by"):
            if key in hub.has(path):
                hub.has(path)[key] = None
    hub.put("pulls/7/commits", [{"sha": "c0ffee", "author": None, "committer": None}])

    one = found(hub)

    assert one.pull_request is not None
    assert (one.actor, one.pull_request.author, one.pull_request.merged_by) == ("ghost",) * 3
    assert (one.pull_request.head_committer, one.pull_request.committers) == (None, ())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"user": a_user("dependabot[bot]", "Bot")}, "dependabot[bot] is a machine"),
        ({"author_association": "CONTRIBUTOR"}, "erin@example.com does not belong to the repository"),
        ({"author_association": "MEMBER"}, None),
    ],
)
def test_a_review_says_why_it_decides_nothing(hub: Hub, changes: Document, why: str | None) -> None:
    hub.has("pulls/7/reviews")[0].update(changes)

    assert [one.no_say for one in proposal(hub).reviews] == [why]


def test_a_review_that_is_still_being_written_is_none(hub: Hub) -> None:
    hub.has("pulls/7/reviews")[0].update({"state": "PENDING", "submitted_at": None})

    assert proposal(hub).reviews == ()


def test_who_edits_on_githubs_pages_is_who_wrote_it_and_not_github(hub: Hub) -> None:
    commit = {"sha": "c0ffee", "author": a_user("bob"), "committer": a_user("web-flow")}
    hub.put("pulls/7/commits", [{"sha": "0", "author": a_user("alice"), "committer": None}, commit])

    one = proposal(hub)

    assert (one.head_committer, one.committers) == ("bob", ("alice", "bob"))


def test_who_starts_a_run_by_hand_is_named_and_so_is_who_has_it_run_again(hub: Hub) -> None:
    hub.has(f"actions/runs/{RUN}").update(
        {"event": "workflow_dispatch", "run_attempt": 3, "triggering_actor": a_user("carol")}
    )
    second = {**hub.has(f"actions/runs/{RUN}"), "run_attempt": 2, "triggering_actor": a_user("bob")}
    hub.put(f"actions/runs/{RUN}/attempts/2", second)

    one = found(hub)

    assert (one.dispatched_by, one.attempt, one.rerun_by) == ("dave@example.com", 3, ("bob", "carol"))


# What, and when


def test_a_run_begins_with_its_first_attempt_and_ends_with_its_last_job(hub: Hub) -> None:
    hub.has(f"actions/runs/{RUN}").update(
        {
            "status": "completed",
            "conclusion": "success",
            "created_at": NOON - minutes(90),
            "run_started_at": NOON - minutes(5),
            "updated_at": NOON + timedelta(days=3),
        }
    )
    hub.put(
        f"actions/runs/{RUN}/jobs",
        [
            {"id": number, "name": "apply", "completed_at": at}
            for number, at in enumerate([NOON, NOON + minutes(4), NOON + minutes(2), None])
        ],
    )

    one = found(hub)

    assert (one.started_at, one.finished_at) == (NOON - minutes(90), NOON + minutes(4))
    assert one.workflow == ".github/workflows/deploy.yml"


def test_a_run_belongs_to_the_pull_request_that_its_commit_is_the_merge_of(hub: Hub) -> None:
    """
    A commit may stand in several: stacked ones, an open one that was branched off it.
    """
    merged = hub.has("commits/c0ffee/pulls")[0]
    others = [
        {**merged, "number": 9, "merge_commit_sha": None, "merged_at": None},
        {**merged, "number": 8, "merge_commit_sha": "0dd", "base": {"ref": "develop", "sha": "ba5e"}},
    ]
    hub.put("commits/c0ffee/pulls", [others[0], merged, others[1]])

    assert proposal(hub).number == 7


def test_checks_are_told_in_order_of_time_however_they_were_reported(hub: Hub) -> None:
    hub.has("commits/c0ffee/check-runs").append(
        {"name": "CodeQL", "status": "completed", "conclusion": "neutral", "completed_at": NOON}
    )
    hub.has("commits/c0ffee/check-runs").append(
        {"name": "slow", "status": "in_progress", "conclusion": None, "completed_at": None}
    )
    hub.put(
        "commits/c0ffee/statuses",
        [
            {"context": "atlantis/plan", "state": "success", "created_at": NOON - minutes(1)},
            {"context": "atlantis/plan", "state": "pending", "created_at": NOON - minutes(30)},
            {"context": "atlantis/plan", "state": "failure", "created_at": NOON - minutes(40)},
        ],
    )

    checks = proposal(hub).checks

    assert [(one.name, one.conclusion, one.is_security_scan) for one in checks] == [
        ("atlantis/plan", "failure", False),
        ("plan", "success", False),
        ("atlantis/plan", "success", False),
        ("CodeQL", "neutral", True),
    ]


def test_required_checks_come_from_rulesets_and_from_the_branchs_own_protection(hub: Hub) -> None:
    hub.has("branches/main").update(
        {"protected": True, "protection": {"required_status_checks": {"contexts": ["plan"]}}}
    )
    rules = [
        {"type": "deletion", "ruleset_id": 1},
        {"type": "required_status_checks", "parameters": {"required_status_checks": [{"context": "scan"}]}},
        {"type": "pull_request", "parameters": {"required_approving_review_count": 2}},
    ]
    hub.put("rules/branches/main", rules)

    assert proposal(hub).required_checks == ("plan", "scan")
    assert found(hub).is_branch_protected is True


@pytest.mark.parametrize(("rule", "is_protected"), [("pull_request", True), ("deletion", False)])
def test_only_rules_that_keep_from_pushing_protect_a_branch(hub: Hub, rule: str, is_protected: bool) -> None:
    hub.put("rules/branches/main", [{"type": rule}])

    assert found(hub).is_branch_protected is is_protected


def test_where_the_plan_has_no_rules_nobody_can_tell_whether_the_branch_is_protected(hub: Hub) -> None:
    hub.service.refuse(".*/rules/branches/main", 403, NOT_IN_PLAN)

    assert found(hub).is_branch_protected is None
    assert proposal(hub).required_checks is None


def test_a_tag_is_no_branch(hub: Hub) -> None:
    hub.has(f"actions/runs/{RUN}")["head_branch"] = "v1.2"

    one = found(hub)

    assert (one.ref, one.is_branch_protected) == ("refs/tags/v1.2", None)


@pytest.mark.parametrize("fork", [a_repository("mallory/infra"), None])
def test_a_branch_of_a_fork_is_protected_by_nothing_whatever_it_is_called(hub: Hub, fork: Document) -> None:
    """
    A fork has a `main` as well, and whoever made it pushes there what they like.
    """
    hub.has("branches/main")["protected"] = True
    hub.has(f"actions/runs/{RUN}").update({"head_branch": "main", "head_repository": fork})

    one = found(hub)

    assert one.is_branch_protected is False
    assert one.ref == f"{'mallory/infra' if fork else 'fork'}:main"


@pytest.mark.parametrize("branch", ["feature/a b", "x?page=9", "../../../user"])
def test_a_branch_may_be_called_anything(hub: Hub, branch: str) -> None:
    hub.has(f"actions/runs/{RUN}")["head_branch"] = branch

    assert found(hub).ref == f"refs/tags/{branch}"


def test_an_approval_for_an_environment_is_dated_by_when_the_run_went_on(hub: Hub) -> None:
    """
    The API tells who approved, and not when.
    """
    said = {"state": "approved", "user": a_user("erin"), "environments": [{"name": "production"}]}
    nobody = {"state": "approved", "user": None, "environments": [{"name": "staging"}]}
    hub.put(f"actions/runs/{RUN}/approvals", [said, nobody, {**said, "state": "pending"}])
    [deployed] = hub.has("deployments")
    hub.put(
        f"deployments/{deployed['id']}/statuses",
        [
            {
                "state": "success",
                "created_at": NOON,
                "log_url": f"https://github.com/x/actions/runs/{RUN}/job/1",
            },
            {"state": "in_progress", "created_at": NOON - minutes(3), "log_url": ""},
            {"state": "waiting", "created_at": NOON - minutes(4), "log_url": ""},
        ],
    )

    one, other = found(hub).approvals

    assert (one.environment, one.by, one.at, one.is_known) == ("production", "erin", NOON - minutes(3), True)
    assert (other.environment, other.by, other.at, other.is_known) == ("staging", "ghost", None, False)


def test_deployments_of_the_same_commit_by_other_runs_are_not_this_ones(hub: Hub) -> None:
    [deployed] = hub.has("deployments")
    status = {
        "state": "success",
        "created_at": NOON,
        "log_url": f"https://github.com/x/actions/runs/{RUN}1/job/1",
    }
    hub.put(f"deployments/{deployed['id']}/statuses", [status])

    assert found(hub).environment is None


@pytest.mark.parametrize(("status", "undone"), [("behind", "abe1"), ("ahead", None), ("diverged", None)])
def test_a_run_of_an_older_commit_than_the_one_before_is_a_rollback(
    hub: Hub, status: str, undone: str | None
) -> None:
    before = {"id": 1, "sha": "abe1", "environment": "production", "created_at": NOON - minutes(30)}
    oldest = {"id": 2, "sha": "0dd", "environment": "production", "created_at": NOON - minutes(60)}
    later = {"id": 3, "sha": "f00", "environment": "production", "created_at": NOON + minutes(60)}
    hub.service.page = 100
    hub.has("deployments").extend([oldest, before, later])
    for one in (1, 2, 3):
        hub.put(f"deployments/{one}/statuses", [])
    hub.put("compare/abe1...c0ffee", {"status": status, "ahead_by": 0, "behind_by": 1, "commits": []})

    assert found(hub).undoes_commit == undone


@pytest.mark.parametrize(
    ("title", "body", "reverts"),
    [
        ('Revert "Open the port"', "Reverts example/infra#5", 5),
        ('Revert "Open the port"', "Reverts #6\n", 6),
        ('Revert "Open the port"', None, None),
        ("Open it again", "Reverts example/infra#5", None),
    ],
)
def test_a_pull_request_that_takes_another_one_back_names_it(
    hub: Hub, title: str, body: str | None, reverts: int | None
) -> None:
    hub.has("pulls/7").update({"title": title, "body": body})

    assert proposal(hub).reverts == reverts


# Where


def test_a_run_is_looked_for_where_the_token_says_before_anywhere_else() -> None:
    with github(organisation="example", repositories=("example/first",)) as hub:
        hub.put("", a_repository("example/first"), "example/first")
        run(hub, a_merge())

        assert found_at(hub, "example/infra") == "example/infra"
        assert found_at(hub) is None
        assert found_at(hub, "example/..", "example/.", "example/a/b", "examples/infra") is None


def found_at(hub: Hub, *hints: str) -> str | None:
    one = hub.host.deployment(RUN, hints)
    return one and one.repository


def test_all_repositories_of_an_organisation_are_in_scope_but_for_those_that_are_archived() -> None:
    with github(organisation="example", repositories=("example/infra", "other/tools")) as hub:
        names = ["example/web", "example/infra", "example/old", "example/app", "example/db"]
        hub.service.documents["orgs/example/repos"] = [
            a_repository(one, archived=one.endswith("old")) for one in names
        ]

        assert hub.host.repositories() == [
            "example/app",
            "example/db",
            "example/infra",
            "example/web",
            "other/tools",
        ]


def test_a_renamed_repository_is_followed_to_where_it_is_now(hub: Hub) -> None:
    now = {"Location": f"/repos/example/infra/actions/runs/{RUN}"}
    hub.service.refusals["repos/example/old/actions/runs/.*"] = (301, now, b"")

    with github(repositories=("example/old",), base_url=hub.proxy.url) as other:
        assert found_at(other) == "example/infra"


def test_the_token_goes_nowhere_else_whatever_an_answer_says(hub: Hub) -> None:
    with github() as elsewhere:
        hub.service.refusals[".*/commits/c0ffee/pulls"] = (302, {"Location": f"{elsewhere.proxy.url}/x"}, b"")
        with pytest.raises(ProviderResponseError, match="leads to another address"):
            hub.host.deployment(RUN)

        link = f'<{elsewhere.proxy.url}/x>; rel="next"'
        hub.service.refusals[".*/commits/c0ffee/pulls"] = (200, {"Link": link}, b"[]")
        with pytest.raises(ProviderResponseError, match="leads to another address"):
            hub.host.deployment(RUN)

        assert elsewhere.proxy.asked == []


# Refusals


@pytest.mark.parametrize(
    ("status", "headers", "body", "error", "says"),
    [
        (401, {}, {"message": "Bad credentials"}, ProviderAccessError, "does not know the token"),
        (
            403,
            {"X_Accepted_GitHub_Permissions": "pull_requests=read"},
            {"message": "Resource not accessible by integration"},
            ProviderAccessError,
            'the permission "pull_requests=read" is missing',
        ),
        (403, {"X_Accepted_OAuth_Scopes": "repo"}, {"message": "x"}, ProviderAccessError, 'the scope "repo"'),
        (403, {"X_GitHub_SSO": "required; url=x"}, {"message": "x"}, ProviderAccessError, "single sign-on"),
        (403, {}, NOT_IN_PLAN, ProviderAccessError, "the plan does not offer it"),
        (
            403,
            {"X_RateLimit_Remaining": "0"},
            {"message": "API rate limit exceeded"},
            ProviderUnavailableError,
            "wants fewer requests",
        ),
        (
            403,
            {},
            {"message": "You have exceeded a secondary rate limit. Please wait"},
            ProviderUnavailableError,
            "fewer requests at a time",
        ),
        (429, {}, {"message": "Too many requests"}, ProviderUnavailableError, "wants fewer requests"),
        (404, {}, {"message": "Not Found"}, ProviderResponseError, "may not see it"),
        (410, {}, {"message": "Gone"}, ProviderResponseError, "may not see it"),
        (422, {}, {"message": "No commit found for SHA"}, ProviderResponseError, "No commit found"),
        (500, {}, {"message": "Server Error"}, ProviderUnavailableError, "status 500"),
        (503, {}, "unicorn", ProviderUnavailableError, "status 503"),
        (200, {}, {"unexpected": True}, ProviderResponseError, "not what it should be"),
        (200, {}, [{"number": 7}], ProviderResponseError, "missing required field"),
    ],
)
def test_a_refusal_says_what_is_missing_and_whether_asking_again_may_help(
    hub: Hub,
    status: int,
    headers: dict[str, str],
    body: Document,
    error: type[ProviderError],
    says: str,
) -> None:
    hub.service.refuse(".*/commits/c0ffee/pulls", status, body, **headers)

    with pytest.raises(error, match="reading the pull requests of c0ffee of example/infra") as raised:
        hub.host.deployment(RUN)

    assert says in raised.value.what
    assert raised.value.hint


def test_how_long_to_wait_is_passed_on(hub: Hub) -> None:
    hub.service.refuse(".*/pulls/7", 403, {"message": "secondary rate limit"}, Retry_After="60")

    with pytest.raises(ProviderUnavailableError) as raised:
        hub.host.deployment(RUN)

    assert raised.value.retry_after == timedelta(seconds=60)


@pytest.mark.parametrize("reset", ["0", "soon", "99999999999999999999", "-5"])
def test_a_limit_that_is_lifted_at_an_odd_time_is_waited_for_no_longer_than_makes_sense(
    hub: Hub, reset: str
) -> None:
    hub.service.refuse(".*/pulls/7", 403, {}, X_RateLimit_Remaining="0", X_RateLimit_Reset=reset)

    with pytest.raises(ProviderUnavailableError) as raised:
        hub.host.deployment(RUN)

    assert (raised.value.retry_after or timedelta()) <= timedelta(hours=2)


def test_a_repository_that_the_token_may_not_see_is_no_missing_run() -> None:
    with github(repositories=("example/hidden",)) as hub, pytest.raises(ProviderAccessError) as raised:
        hub.host.deployment(RUN)

    assert "example/hidden is not there, or the token may not see it" in raised.value.what


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "\N{SNOWMAN}"])
def test_a_token_that_can_be_none_is_not_sent_and_not_told(token: str) -> None:
    with github(token=Secret(token)) as hub, pytest.raises(ProviderAccessError) as raised:
        hub.host.deployment(RUN)

    assert hub.proxy.asked == []
    assert not token or token not in str(raised.value)


def test_an_error_never_tells_the_token(hub: Hub) -> None:
    hub.service.refuse(".*/pulls/7", 403, {"message": f"Bearer {TOKEN} may not"})

    with pytest.raises(ProviderAccessError) as raised:
        hub.host.deployment(RUN)

    assert TOKEN not in repr(raised.value)
    assert "Bearer (hidden) may not" in raised.value.what


# Whether it works


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("actions/runs", "actions=read"),
        ("deployments", "deployments=read"),
        ("pulls", "pull_requests=read"),
        ("commits/main/check-runs", "checks=read"),
        ("commits/main/statuses", "statuses=read"),
    ],
)
def test_checking_names_the_permission_that_is_missing(hub: Hub, path: str, permission: str) -> None:
    assert hub.host.check() == "1 repository in scope"
    hub.service.refuse(
        f".*/{path}", 403, {"message": "Resource not accessible"}, X_Accepted_GitHub_Permissions=permission
    )

    with pytest.raises(ProviderAccessError, match=f'the permission "{permission}" is missing'):
        hub.host.check()
