"""What GitLab tells of a pipeline beyond what every host does, and what it refuses."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drift.errors import ProviderAccessError, ProviderError, ProviderResponseError, ProviderUnavailableError
from drift.model.secret import Secret
from drift.model.ticket import Deployment, PullRequest
from tests.builders import NOON, a_deployment, a_review, minutes
from tests.providers.code_service import Document
from tests.providers.gitlab.service import TOKEN, Lab, a_project, a_user, gitlab
from tests.providers.gitlab.told import run

RUN = "9182736455"


@pytest.fixture
def lab() -> Iterator[Lab]:
    """GitLab, where one merge request was merged and deployed."""
    with gitlab() as opened:
        run(opened, a_merge())
        yield opened


def a_merge() -> Deployment:
    one = a_deployment(a_review())
    assert one.pull_request is not None
    proposal = replace(one.pull_request, base_branch="main", merge_sha=one.head_sha)
    return replace(one, event="push", pull_request=proposal)


def found(lab: Lab) -> Deployment:
    one = lab.host.deployment(RUN)
    assert one is not None
    return one


def proposal(lab: Lab) -> PullRequest:
    one = found(lab).pull_request
    assert one is not None
    return one


# Approvals


def test_an_approval_is_of_what_was_the_head_when_it_was_given(lab: Lab) -> None:
    """
    GitLab's approvals name no commit, and many projects keep them when somebody pushes again.
    """
    lab.put(
        "merge_requests/7/versions",
        [
            {"id": 3, "head_commit_sha": "c0ffee", "created_at": NOON - minutes(30)},
            {"id": 2, "head_commit_sha": "0dd", "created_at": NOON - minutes(90)},
            {"id": 1, "head_commit_sha": "f1257", "created_at": NOON - minutes(120)},
        ],
    )

    assert [(one.by, one.commit) for one in proposal(lab).reviews] == [("erin@example.com", "0dd")]


def test_an_approval_without_a_time_is_dated_by_the_last_note_of_it(lab: Lab) -> None:
    lab.has("merge_requests/7/approvals")["approved_by"][0]["approved_at"] = None
    erin, note = a_user("erin@example.com"), "approved this merge request"
    lab.put(
        "merge_requests/7/notes",
        [
            {"body": note, "system": True, "author": erin, "created_at": NOON - minutes(80)},
            {"body": "unapproved", "system": True, "author": erin, "created_at": NOON - minutes(70)},
            {"body": note, "system": True, "author": erin, "created_at": NOON - minutes(60)},
            {"body": note, "system": True, "author": a_user("x"), "created_at": NOON - minutes(50)},
            {"body": note, "system": False, "author": erin, "created_at": NOON - minutes(40)},
        ],
    )

    assert [one.at for one in proposal(lab).reviews] == [NOON - minutes(60)]


def test_an_approval_whose_time_nobody_tells_is_none(lab: Lab) -> None:
    lab.has("merge_requests/7/approvals")["approved_by"][0]["approved_at"] = None
    lab.put("merge_requests/7/notes", [])

    assert proposal(lab).reviews == ()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (None, "its author's account is deleted, so nobody can tell whose it is"),
        ("ghost", "its author's account is deleted, so nobody can tell whose it is"),
        ("project_42_bot_ab12", "project_42_bot_ab12 is a machine"),
        ("group_7_bot", "group_7_bot is a machine"),
        ("robot", None),
    ],
)
def test_an_approval_says_why_it_decides_nothing(lab: Lab, name: str | None, why: str | None) -> None:
    lab.has("merge_requests/7/approvals")["approved_by"][0]["user"] = a_user(name)

    assert [one.no_say for one in proposal(lab).reviews] == [why]


def test_everybody_may_be_deleted(lab: Lab) -> None:
    lab.has(f"pipelines/{RUN}")["user"] = None
    lab.has("merge_requests/7").update({"author": None, "merge_user": None})

    one = found(lab)

    assert one.pull_request is not None
    assert (one.actor, one.pull_request.author, one.pull_request.merged_by) == ("ghost",) * 3


# Runs


@pytest.mark.parametrize("source", ["web", "api", "trigger"])
def test_who_starts_a_pipeline_by_hand_is_named(lab: Lab, source: str) -> None:
    lab.has(f"pipelines/{RUN}")["source"] = source

    assert found(lab).dispatched_by == "dave@example.com"


def test_who_plays_the_job_that_deploys_starts_it_by_hand(lab: Lab) -> None:
    [deployed] = lab.has("deployments")
    lab.has(f"deployments/{deployed['id']}")["user"] = a_user("bob")
    job = {"id": 2, "name": "apply", "status": "success", "user": a_user("bob")}
    lab.put(
        f"pipelines/{RUN}/jobs", [job, {**job, "user": None}, {**job, "user": a_user("dave@example.com")}]
    )

    one = found(lab)

    assert (one.dispatched_by, one.rerun_by) == ("bob", ("bob",))


@pytest.mark.parametrize(
    ("commits", "merge_sha"),
    [
        ({"merge_commit_sha": None, "squash_commit_sha": None}, "c0ffee"),
        ({"merge_commit_sha": None, "squash_commit_sha": "c0ffee", "sha": "0dd"}, "c0ffee"),
        ({"merge_commit_sha": "feed", "squash_commit_sha": None, "sha": "0dd"}, "feed"),
    ],
    ids=["fast-forward", "squash", "another"],
)
def test_what_a_merge_request_became_depends_on_how_it_was_merged(
    lab: Lab, commits: Document, merge_sha: str
) -> None:
    lab.has("merge_requests/7").update(commits)
    for path in ("commits", "approvals", "versions", "reviewers"):
        lab.put(f"merge_requests/7/{path}", {} if path == "approvals" else [])
    lab.put("repository/commits/0dd/statuses", [])

    assert proposal(lab).merge_sha == merge_sha


def test_a_pipeline_that_goes_on_has_not_ended_whatever_it_says_of_before(lab: Lab) -> None:
    """
    A job that somebody plays later lets an ended pipeline run again.
    """
    lab.has(f"pipelines/{RUN}").update({"status": "running", "finished_at": NOON})

    one = found(lab)

    assert (one.finished_at, one.conclusion) == (None, None)


def test_a_server_may_tell_times_in_its_own_zone(lab: Lab) -> None:
    lab.has(f"pipelines/{RUN}")["created_at"] = "2026-11-16T12:00:00.000+02:00"

    assert found(lab).started_at.isoformat() == "2026-11-16T10:00:00+00:00"


def test_a_time_without_a_zone_is_no_answer(lab: Lab) -> None:
    lab.has(f"pipelines/{RUN}")["created_at"] = "2026-11-17T12:00:00"

    with pytest.raises(ProviderResponseError, match="lacks its time zone"):
        lab.host.deployment(RUN)


@pytest.mark.parametrize(("status", "conclusion"), [("failed", "failure"), ("canceled", "cancelled")])
def test_how_a_pipeline_ended_is_told_in_the_words_of_other_hosts(
    lab: Lab, status: str, conclusion: str
) -> None:
    lab.has(f"pipelines/{RUN}").update({"status": status, "finished_at": NOON})

    one = found(lab)

    assert (one.conclusion, one.is_failed) == (conclusion, status == "failed")


def test_a_tag_is_no_branch(lab: Lab) -> None:
    lab.has(f"pipelines/{RUN}").update({"tag": True, "ref": "v1.2"})

    assert (found(lab).ref, found(lab).is_branch_protected) == ("refs/tags/v1.2", None)


def test_what_is_only_proposed_is_protected_by_nothing(lab: Lab) -> None:
    lab.has(f"pipelines/{RUN}")["ref"] = "refs/merge-requests/7/head"

    assert (found(lab).ref, found(lab).is_branch_protected) == ("refs/merge-requests/7/head", False)


@pytest.mark.parametrize("branch", ["feature/a b", "x?page=9", "../../../user"])
def test_a_branch_may_be_called_anything(lab: Lab, branch: str) -> None:
    lab.has(f"pipelines/{RUN}")["ref"] = branch

    assert found(lab).is_branch_protected is None


@pytest.mark.parametrize(("base", "undone"), [("c0ffee", "abe1"), ("0dd", None)])
def test_a_run_of_an_older_commit_than_the_one_before_is_a_rollback(
    lab: Lab, base: str, undone: str | None
) -> None:
    [deployed] = lab.has("deployments")
    before = {**deployed, "id": 1, "sha": "abe1", "deployable": None, "created_at": NOON - minutes(30)}
    failed = {**before, "id": 2, "sha": "bad", "status": "failed", "created_at": NOON - minutes(20)}
    lab.service.page = 100
    lab.put("deployments", [deployed, before, failed])
    lab.put("repository/merge_base", {"id": base})

    assert found(lab).undoes_commit == undone


def test_a_merge_request_that_takes_another_one_back_names_it(lab: Lab) -> None:
    body = "This reverts merge request example/infra!5"
    lab.has("merge_requests/7").update({"title": 'Revert "Open the port"', "description": body})

    assert proposal(lab).reverts == 5


def test_deployments_of_other_pipelines_are_not_this_ones(lab: Lab) -> None:
    lab.has("deployments")[0]["deployable"] = {"id": 1, "pipeline": {"id": 1}}

    assert found(lab).environment is None


# Where


def test_all_projects_of_a_group_are_in_scope() -> None:
    with gitlab(group="example", repositories=("other/tools",)) as lab:
        names = ["example/web", "example/deep/down/infra", "example/app"]
        lab.service.documents["groups/example/projects"] = [a_project(one) for one in names]

        assert lab.host.repositories() == [
            "example/app",
            "example/deep/down/infra",
            "example/web",
            "other/tools",
        ]


def test_a_run_is_looked_for_where_the_token_says() -> None:
    with gitlab(group="example", repositories=("other/tools",)) as lab:
        lab.put("", a_project("other/tools"), "other/tools")
        run(lab, replace(a_merge(), repository="example/deep/infra"))

        assert lab.host.deployment(RUN) is None
        assert lab.host.deployment(RUN, ["example/deep/infra"]) is not None
        assert lab.host.deployment(RUN, ["examples/deep/infra", "example/..", "example/../x"]) is None


def test_the_token_goes_nowhere_else_whatever_an_answer_says(lab: Lab) -> None:
    with gitlab() as elsewhere:
        led = (302, {"Location": f"{elsewhere.proxy.url}/x"}, b"")
        lab.service.refusals[".*/merge_requests/7"] = led

        with pytest.raises(ProviderResponseError, match="leads to another address"):
            lab.host.deployment(RUN)

        assert elsewhere.proxy.asked == []


# Refusals


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (401, {"message": "401 Unauthorized"}, ProviderAccessError, "does not know the token"),
        (
            403,
            {"error": "insufficient_scope", "error_description": "needs more", "scope": "api read_api"},
            ProviderAccessError,
            'the scope "read_api" of the token is missing',
        ),
        (403, {"message": "403 Forbidden"}, ProviderAccessError, "the role of the token is too low"),
        (404, {"message": "404 Not found"}, ProviderResponseError, "may not see it"),
        (410, {"message": "410 Gone"}, ProviderResponseError, "may not see it"),
        (429, {"message": {"error": "Too many requests"}}, ProviderUnavailableError, "fewer requests"),
        (500, {"message": "500 Internal Server Error"}, ProviderUnavailableError, "status 500"),
        (502, "<html>", ProviderUnavailableError, "status 502"),
        (200, [], ProviderResponseError, "not what it should be"),
        (200, {"iid": 7}, ProviderResponseError, "missing required field"),
    ],
)
def test_a_refusal_says_what_is_missing_and_whether_asking_again_may_help(
    lab: Lab, status: int, body: Document, error: type[ProviderError], says: str
) -> None:
    lab.service.refuse(".*/merge_requests/7", status, body)

    with pytest.raises(error, match="reading the merge request !7 of example/infra") as raised:
        lab.host.deployment(RUN)

    assert says in raised.value.what
    assert raised.value.hint
    assert TOKEN not in str(raised.value)


def test_how_long_to_wait_is_passed_on(lab: Lab) -> None:
    lab.service.refuse(".*/merge_requests/7", 429, {}, Retry_After="30")

    with pytest.raises(ProviderUnavailableError) as raised:
        lab.host.deployment(RUN)

    assert raised.value.retry_after == timedelta(seconds=30)


def test_a_project_that_the_token_may_not_see_is_no_missing_run() -> None:
    with gitlab(repositories=("example/hidden",)) as lab, pytest.raises(ProviderAccessError) as raised:
        lab.host.deployment(RUN)

    assert "example/hidden is not there, or the token may not see it" in raised.value.what


def test_an_error_never_tells_the_token(lab: Lab) -> None:
    lab.service.refuse(f".*/pipelines/{RUN}", 403, {"message": f"PRIVATE-TOKEN: {TOKEN} may not"})

    with pytest.raises(ProviderAccessError) as raised:
        found(lab)

    assert TOKEN not in repr(raised.value)
    assert "PRIVATE-TOKEN: (hidden) may not" in raised.value.what


@pytest.mark.parametrize("token", ["", "a b", "a\nb", "\N{SNOWMAN}"])
def test_a_token_that_can_be_none_is_not_sent_and_not_told(token: str) -> None:
    with gitlab(token=Secret(token)) as lab, pytest.raises(ProviderAccessError) as raised:
        lab.host.deployment(RUN)

    assert lab.proxy.asked == []
    assert not token or token not in str(raised.value)


def test_what_takes_a_licence_is_not_verifiable(lab: Lab) -> None:
    found = lab.host.controls("example/infra", None)

    assert found is not None
    assert found.required_approvals is None
    hidden = {one.name for one in found.documents if one.why}
    assert {"approval-rules", "approval-settings", "protected-environments", "push-rules"} <= hidden


@pytest.mark.parametrize("path", ["pipelines", "merge_requests", "deployments"])
def test_checking_names_what_may_not_be_read(lab: Lab, path: str) -> None:
    assert lab.host.check() == "1 project in scope"
    assert any("approval-rules" in one for one in lab.host.remarks())
    lab.service.refuse(f".*infra/{path}", 403, {"error": "insufficient_scope"})

    with pytest.raises(ProviderAccessError, match=f'reading {path} of .*the scope "read_api"'):
        lab.host.check()


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(ValueError, match="needs"), gitlab(repositories=()):
        pass
