"""Spacelift's GraphQL API, as far as runs need it: its questions, its key, and what it says to others."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from drift.model.secret import Secret
from drift.model.ticket import Deployment
from providers.spacelift.runs import LOOK, READ, SIGN_IN, Spacelift, SpaceliftSettings
from tests.providers.tickets.server import TOKEN, Answer, Asked, RefusedError, Server, only_fields, served

KEY, SECRET = "01HCJMPEXAMPLEEXAMPLE00000", "e355ae6fd5-of-the-test"
STACK = "network"
STATES = {None: "APPLYING", "success": "FINISHED", "failed": "FAILED", "stopped": "STOPPED"}
BAD = Answer(status=400, body={"errors": [{"message": "bad request"}]})


class Service:
    """The stacks of one account."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, Any]] = {}

    def answer(self, asked: Asked) -> Answer:
        """Answer one question as Spacelift does."""
        if (asked.method, asked.path) != ("POST", "/graphql"):
            raise RefusedError(Answer(status=404, body={}), "no such path")
        only_fields(asked.body, {"query", "variables"}, set(), BAD)
        given = asked.body["variables"]
        if asked.body["query"] == SIGN_IN:
            is_known = given == {"id": KEY, "secret": SECRET}
            return _data({"apiKeyUser": {"jwt": TOKEN} if is_known else None})
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(body={"errors": [{"message": "unauthorized"}], "data": None})
        if asked.body["query"] == LOOK and given == {}:
            return _data({"stacks": [{"id": STACK}]})
        if asked.body["query"] == READ and given.keys() == {"stack", "run"}:
            run = self.runs.get(f"{given['run']}@{given['stack']}")
            return _data({"stack": run})
        raise RefusedError(BAD, "an unknown question")

    def run(self, one: Deployment, *, by: str | None = None) -> None:
        """Let a commit start a run, or let it go on."""
        namespace, _, repository = one.repository.partition("/")
        state = STATES[one.conclusion]
        last = _turn(state, one.finished_at or one.started_at, terminal=one.finished_at is not None)
        confirmed = [_turn("CONFIRMED", said.at, said.by) for said in one.approvals if said.at]
        self.runs[one.run_id] = {
            "id": STACK,
            "namespace": namespace,
            "repository": repository,
            "branch": one.ref.removeprefix("refs/heads/"),
            "run": {
                "id": one.run_id.partition("@")[0],
                "type": "TRACKED",
                "state": state,
                "createdAt": int(one.started_at.timestamp()),
                "triggeredBy": by,
                "commit": {"hash": one.head_sha, "authorLogin": one.actor, "authorName": "Alice"},
                "history": [last, *confirmed, _turn("QUEUED", one.started_at)],
            },
        }


def _turn(state: str, at: datetime, by: str | None = None, *, terminal: bool = False) -> dict[str, Any]:
    return {"state": state, "timestamp": int(at.timestamp()), "terminal": terminal, "username": by}


def _data(data: dict[str, Any]) -> Answer:
    return Answer(body={"data": data})


def named(run_id: str) -> str:
    """Return what Spacelift would call a run."""
    return f"{run_id:0>26}@{STACK}"


def told(one: Deployment, url: str) -> Deployment:
    """Return what Spacelift can tell of a run: its code is elsewhere, and a stack is its environment."""
    run_id = named(one.run_id)
    return replace(
        one,
        run_id=run_id,
        run_url=f"{url}/stack/{STACK}/run/{run_id.partition('@')[0]}",
        environment=STACK,
        approvals=tuple(replace(said, environment=STACK) for said in one.approvals),
        pull_request=None,
        event="tracked",
        workflow=None,
        is_branch_protected=None,
        is_reviewed_elsewhere=True,
    )


@contextmanager
def spacelift(secret: str = SECRET) -> Iterator[tuple[Service, Server, Spacelift]]:
    """Run the service, with a client of it."""
    service = Service()
    with served(service) as server:
        host = Spacelift(SpaceliftSettings(base_url=server.url, key=KEY, secret=Secret(secret)))
        yield service, server, host
        assert server.refused == []
