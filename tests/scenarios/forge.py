"""A code host in memory: pipeline runs, and repositories with what controls them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from drift.errors import ProviderError
from drift.model.pipeline_control import ControlDocument, PipelineControls, RuleBypass, Verifiable
from drift.model.run_log import KeepLog, LogDigest, RunLogs
from drift.model.ticket import Deployment
from tests.builders import NOON


def a_repository(
    name: str = "example/infra",
    *documents: tuple[str, str],
    is_protected: bool | None = True,
    bypasses: Sequence[RuleBypass] = (),
) -> PipelineControls:
    """A repository whose branch is protected and wants one approval, unless said otherwise."""
    return PipelineControls(
        repository=name,
        default_branch="main",
        is_protected=is_protected,
        required_approvals=1,
        owner="platform@example.com",
        documents=tuple(
            ControlDocument(name=title, status=Verifiable.READ, text=text) for title, text in documents
        ),
        bypasses=tuple(bypasses),
    )


def a_bypass(id_: str = "1", *, at: datetime = NOON) -> RuleBypass:
    """A push past the rules."""
    return RuleBypass(id=id_, by="alice", ref="refs/heads/main", after_sha="c0ffee", at=at)


class Forge:
    """A code host that tells what it is given."""

    def __init__(self, *controls: PipelineControls) -> None:
        self.runs: dict[str, Deployment] = {}
        self.held = {one.repository: one for one in controls}
        self.failures: dict[str, ProviderError] = {}
        """Why a repository cannot be read; under an empty name, why none can be listed."""
        self.asked: list[tuple[str, datetime | None]] = []
        self.logs_asked: list[str] = []
        self.log = b"applied"
        """What every run said."""

    def check(self) -> str:
        """Say that it is there."""
        return "there"

    def deployment(self, run_id: str, repositories: Collection[str] = ()) -> Deployment | None:
        """Return a run."""
        return self.runs.get(run_id)

    def repositories(self) -> Sequence[str]:
        """List them."""
        if "" in self.failures:
            raise self.failures[""]
        return sorted(self.held)

    def controls(self, repository: str, since: datetime | None) -> PipelineControls | None:
        """Return how a repository is controlled, and who got round it since."""
        self.asked.append((repository, since))
        if repository in self.failures:
            raise self.failures[repository]
        found = self.held.get(repository)
        if found is None:
            return None
        return replace(
            found, bypasses=tuple(one for one in found.bypasses if since is None or one.at > since)
        )

    def log_digests(self, deployment: Deployment, keep: KeepLog | None = None) -> RunLogs:
        """Return the hash of a log."""
        self.logs_asked.append(deployment.run_id)
        if "logs" in self.failures:
            raise self.failures["logs"]
        kept = keep("apply", self.log) if keep else None
        return RunLogs(logs=(LogDigest(name="apply", sha256="ab" * 32, size=len(self.log), kept=kept),))
