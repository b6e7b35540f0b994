"""How the pipelines of a repository are controlled: who may change what deploys, and who got round it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drift.model.verdict import Severity


class Verifiable(StrEnum):
    """Whether something could be read."""

    READ = "read"
    NOT_VERIFIABLE = "not_verifiable"
    """The host's plan does not offer it, or the credentials may not read it: nobody can say how it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlDocument:
    """One thing that controls a repository, as its host tells it."""

    name: str
    """`protection`, `rulesets`, `environments`, `codeowners`, `access`, or the path of a workflow."""
    status: Verifiable
    text: str
    """JSON with sorted keys, or the file itself; empty where it is not verifiable."""
    why: str | None = None
    """Why it is not verifiable."""

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the text."""
        return hashlib.sha256(self.text.encode(errors="replace")).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleBypass:
    """A push that broke the rules of a repository, by somebody who may."""

    id: str
    by: str
    ref: str
    after_sha: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PipelineControls:
    """How one repository is controlled."""

    repository: str
    default_branch: str
    is_protected: bool | None
    """Nobody can push to the default branch just so; `None`: not verifiable."""
    required_approvals: int | None
    """How many must approve a pull request into the default branch; `None`: not verifiable."""
    owner: str | None
    """Who answers for it: who owns everything by its CODEOWNERS, or else whom the configuration names."""
    documents: tuple[ControlDocument, ...]
    """Sorted by their names."""
    bypasses: tuple[RuleBypass, ...] = ()
    """Since it was last looked at, in order of time."""

    @property
    def digest(self) -> str:
        """Hex SHA-256 of how it is controlled, which changes when that does. Bypasses change nothing."""
        parts = [f"{self.default_branch} {self.is_protected} {self.required_approvals} {self.owner}"]
        parts += [f"{one.name}\n{one.status}\n{one.sha256}" for one in self.documents]
        return hashlib.sha256("\n\n".join(parts).encode(errors="replace")).hexdigest()


class ControlWeakness(StrEnum):
    """What is wrong with how a repository is controlled."""

    UNPROTECTED_BRANCH = "unprotected-branch"
    """Whoever may write to it can push to its default branch, reviewed or not."""
    NO_REVIEW_REQUIRED = "no-review-required"
    """Its default branch takes pull requests that nobody approved."""
    OPEN_TRUST = "open-trust"
    """More may act as an identity that deploys than one pipeline, or somebody in particular."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlFinding:
    """Something that is wrong with how the pipelines of a repository are controlled."""

    host: str
    """Its name in the configuration."""
    repository: str
    """Or the identity that deploys, where its cloud is the host."""
    weakness: ControlWeakness
    severity: Severity
    owner: str | None
    text: str


def findings_of(host: str, controls: PipelineControls) -> tuple[ControlFinding, ...]:
    """Return what is wrong with a repository. What is not verifiable is no finding."""
    branch = controls.default_branch
    if controls.is_protected is False:
        weakness, severity = ControlWeakness.UNPROTECTED_BRANCH, Severity.HIGH
        text = f"{controls.repository}: nothing protects its default branch {branch}"
    elif controls.required_approvals == 0:
        weakness, severity = ControlWeakness.NO_REVIEW_REQUIRED, Severity.MEDIUM
        text = f"{controls.repository}: {branch} takes pull requests that nobody approved"
    else:
        return ()
    return (
        ControlFinding(
            host=host,
            repository=controls.repository,
            weakness=weakness,
            severity=severity,
            owner=controls.owner,
            text=text,
        ),
    )
