"""What the code host knows of the run that applied pull request 318."""

from tests.recorder.model import Json
from tests.recorder.stories.when import november
from tests.recorder.trail import stamp

RUN = "9182736455"
REPOSITORY = "https://github.com/example/infra"
PULL_REQUEST_HEAD = "5b0e7c2d94a1f6830c7e21b9d4f8a6350e9c17b2"
MERGE_COMMIT = "c81f3a7e06d25b94e1f7038ac6d92b45708e3fd1"


def deployments() -> Json:
    """Return code-host.json: Erin approved the final head before the merge, and the checks were green."""
    review = {
        "by": "erin@example.com",
        "state": "approved",
        "commit": PULL_REQUEST_HEAD,
        "at": stamp(november(17, "09:21:40")),
    }
    checks = [
        {"name": name, "conclusion": "success", "completed_at": stamp(november(17, clock))}
        for name, clock in (
            ("terraform fmt", "08:59:12"),
            ("terraform plan", "09:02:37"),
            ("policy", "09:03:05"),
        )
    ]
    pull_request = {
        "number": 318,
        "url": f"{REPOSITORY}/pull/318",
        "title": "Payments: idempotency table, event topic and service role",
        "author": "peggy@example.com",
        "head_sha": PULL_REQUEST_HEAD,
        "merged_at": stamp(november(17, "09:44:02")),
        "merged_by": "peggy@example.com",
        "reviews": [review],
        "checks": checks,
    }
    deployment = {
        "run_id": RUN,
        "run_url": f"{REPOSITORY}/actions/runs/{RUN}",
        "repository": "example/infra",
        "ref": "refs/heads/main",
        "head_sha": MERGE_COMMIT,
        "actor": "peggy@example.com",
        "environment": "production",
        "started_at": stamp(november(17, "09:44:31")),
        "finished_at": stamp(november(17, "09:48:03")),
        "conclusion": "success",
        "pull_request": pull_request,
    }
    return {"deployments": [deployment]}
