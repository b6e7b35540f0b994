"""How a repository at GitHub is controlled, beyond what every host tells."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from drift.model.pipeline_control import ControlDocument, PipelineControls, Verifiable
from tests.providers.github.controlled import Repository, control
from tests.providers.github.service import NOT_IN_PLAN, Hub, a_file, a_user, github


@pytest.fixture
def hub() -> Iterator[Hub]:
    """GitHub, with a repository whose branch is protected."""
    with github() as opened:
        control(opened, Repository(is_protected=True, approvals=1))
        yield opened


def controls(hub: Hub, since: datetime | None = None) -> PipelineControls:
    found = hub.host.controls("example/infra", since)
    assert found is not None
    return found


def document(hub: Hub, name: str) -> ControlDocument:
    return next(one for one in controls(hub).documents if one.name == name)


def test_rulesets_are_kept_with_their_rules_and_with_who_changed_them(hub: Hub) -> None:
    hub.put("rulesets", [{"id": number, "name": f"rules {number}"} for number in (3, 1, 2)])
    for number in (1, 2, 3):
        rules = [{"type": "pull_request", "parameters": {"required_approving_review_count": 1}}]
        hub.put(f"rulesets/{number}", {"id": number, "rules": rules, "bypass_actors": [{"actor_id": 5}]})
        changes = [{"version_id": number, "actor": {"id": 1}, "updated_at": "2026-11-01T00:00:00Z"}]
        hub.put(f"rulesets/{number}/history", changes * 3)

    rulesets, history = document(hub, "rulesets"), document(hub, "ruleset-history")

    assert [one["id"] for one in json.loads(rulesets.text)] == [1, 2, 3]
    assert json.loads(rulesets.text)[0]["bypass_actors"] == [{"actor_id": 5}]
    pages = json.loads(history.text)["1"]
    assert sum(len(page) for page in pages) == 3


@pytest.mark.parametrize(
    ("age", "period"),
    [
        (timedelta(hours=22), "day"),
        (timedelta(days=2), "week"),
        (timedelta(days=20), "month"),
        (None, "month"),
    ],
)
def test_bypasses_are_asked_for_as_far_back_as_nobody_looked(
    hub: Hub, age: timedelta | None, period: str
) -> None:
    controls(hub, datetime.now(UTC) - age if age else None)

    [asked] = [one.path for one in hub.proxy.asked if "rule-suites" in one.path]
    assert f"time_period={period}" in asked
    assert "rule_suite_result=bypass" in asked


def test_who_got_round_the_rules_is_told_once_and_changes_nothing(hub: Hub) -> None:
    """
    A bypass is no change of how the repository is controlled, and is gone from the list in a month.
    """
    quiet = controls(hub).digest
    now = datetime.now(UTC)
    suites = [
        {
            "id": number,
            "ref": "refs/heads/main",
            "before_sha": "0",
            "after_sha": f"{number:x}",
            "actor_name": None if number == 3 else "alice",
            "pushed_at": now - timedelta(hours=number),
            "result": "bypass",
        }
        for number in (1, 2, 3, 4)
    ]
    hub.put("rulesets/rule-suites", suites)

    found = controls(hub, now - timedelta(hours=3, minutes=30))

    assert [(one.id, one.by) for one in found.bypasses] == [("3", "unknown"), ("2", "alice"), ("1", "alice")]
    assert found.digest == quiet


def test_that_nobody_may_tell_who_got_round_the_rules_is_said(hub: Hub) -> None:
    """
    That takes the permission to change them: few will give it.
    """
    hub.service.refuse(
        ".*/rule-suites",
        403,
        {"message": "Resource not accessible by integration"},
        X_Accepted_GitHub_Permissions="administration=write",
    )

    found = document(hub, "bypasses")

    assert found.status is Verifiable.NOT_VERIFIABLE
    assert '"administration=write" is missing' in (found.why or "")


def test_what_the_plan_does_not_offer_is_not_verifiable(hub: Hub) -> None:
    control(hub, Repository())
    for path in ("rules/branches/main", "rulesets", "branches/main/protection", "environments"):
        hub.service.refuse(f".*/infra/{path}", 403, NOT_IN_PLAN)

    found = controls(hub)

    assert (found.is_protected, found.required_approvals) == (None, None)
    why = {one.name: one.why or "" for one in found.documents if one.status is Verifiable.NOT_VERIFIABLE}
    assert {"protection", "rulesets", "ruleset-history", "environments"} <= why.keys()
    assert "the plan does not offer it" in why["rulesets"]


def test_that_a_branch_has_no_protection_is_something_that_was_read(hub: Hub) -> None:
    control(hub, Repository())

    assert document(hub, "protection") == ControlDocument(
        name="protection", status=Verifiable.READ, text="null"
    )


def test_the_strictest_of_rules_and_protection_says_how_many_must_approve(hub: Hub) -> None:
    rule = {"type": "pull_request", "parameters": {"required_approving_review_count": 3}}
    hub.put("rules/branches/main", [rule])

    assert controls(hub).required_approvals == 3


def test_what_changes_by_itself_is_left_out(hub: Hub) -> None:
    before = controls(hub).digest
    hub.has("collaborators")[0]["avatar_url"] = "https://avatars.example.com/2"
    hub.has("branches/main/protection")["url"] = "https://api.github.com/other"

    assert controls(hub).digest == before


def test_of_a_workflow_that_deploys_nothing_only_the_hash_is_kept(hub: Hub) -> None:
    files = {
        "lint.yml": "jobs:\n  lint:\n    steps: []\n",
        "apply.yaml": "steps: terraform apply\n",
        "README.md": "x",
    }
    listed = [
        {"name": name, "path": f".github/workflows/{name}", "sha": name[:4], "type": "file"} for name in files
    ]
    hub.put("contents/.github/workflows", listed)
    for name, text in files.items():
        hub.put(f"contents/.github/workflows/{name}", a_file(text))

    names = [one.name for one in controls(hub).documents if one.name.startswith(".github")]

    assert names == [".github/workflows/apply.yaml"]
    assert json.loads(document(hub, "workflows").text) == {
        ".github/workflows/apply.yaml": "appl",
        ".github/workflows/lint.yml": "lint",
    }


def test_an_empty_repository_is_one_all_the_same(hub: Hub) -> None:
    del hub.service.documents["repos/example/infra/branches/main"]
    hub.service.refuse(".*/contents/.*", 409, {"message": "This repository is empty."})

    found = controls(hub)

    assert found.is_protected is None


def test_checking_says_what_is_not_verifiable(hub: Hub) -> None:
    hub.put("collaborators", [a_user("alice")])
    hub.service.refuse(".*/keys", 403, {"message": "x"}, X_Accepted_GitHub_Permissions="administration=read")

    hub.host.check()

    [told] = [one for one in hub.host.remarks() if "deploy-keys" in one]
    assert 'the permission "administration=read" is missing' in told
