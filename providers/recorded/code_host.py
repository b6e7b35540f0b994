"""Pipeline runs recorded in files, with the pull requests behind them."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from drift.model.ticket import ApprovalDecision, Deployment
from providers.recorded.documents import Row, newest_time, read_documents


class RecordedCodeHostSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the recorded pipeline runs are."""

    path: str
    """A JSON file, or a glob of them."""


class RecordedCodeHost:
    """A `CodeHost` that reads its files again whenever it is asked."""

    def __init__(self, settings: RecordedCodeHostSettings) -> None:
        self._path = settings.path

    def check(self) -> str:
        """Count what is recorded."""
        count = len(self._deployments())
        return f"{count:,} recorded {'run' if count == 1 else 'runs'}"

    def deployment(self, run_id: str, repositories: Collection[str] = ()) -> Deployment | None:
        """Return the recorded run; if several files hold it, the last one in order of their names counts."""
        found = [run for run in self._deployments() if run.run_id == run_id]
        return msgspec.convert(found[-1], Deployment, from_attributes=True) if found else None

    def read_at(self) -> datetime | None:
        """Return the latest time in the files: the recording shows how things stood then."""
        return newest_time(self._deployments())

    def _deployments(self) -> Sequence["_Deployment"]:
        return [run for document in read_documents(self._path, _Document) for run in document.deployments]


class _Review(Row, frozen=True):
    by: str
    state: str
    commit: str
    at: datetime
    no_say: str | None = None


class _Check(Row, frozen=True):
    name: str
    conclusion: str
    completed_at: datetime
    is_security_scan: bool = False


class _PullRequest(Row, frozen=True):
    number: int
    url: str
    title: str
    author: str
    head_sha: str
    merged_at: datetime | None = None
    merged_by: str | None = None
    created_at: datetime | None = None
    reviews: tuple[_Review, ...] = ()
    checks: tuple[_Check, ...] = ()
    base_branch: str | None = None
    merge_sha: str | None = None
    head_committer: str | None = None
    committers: tuple[str, ...] = ()
    required_checks: tuple[str, ...] | None = None
    reverts: int | None = None


class _EnvironmentApproval(Row, frozen=True):
    environment: str
    by: str
    decision: ApprovalDecision
    at: datetime | None
    is_known: bool = True


class _Deployment(Row, frozen=True):
    run_id: str
    run_url: str
    repository: str
    ref: str
    head_sha: str
    actor: str
    started_at: datetime
    environment: str | None = None
    finished_at: datetime | None = None
    conclusion: str | None = None
    pull_request: _PullRequest | None = None
    approvals: tuple[_EnvironmentApproval, ...] = ()
    attempt: int = 1
    event: str | None = None
    dispatched_by: str | None = None
    rerun_by: tuple[str, ...] = ()
    workflow: str | None = None
    is_branch_protected: bool | None = None
    is_reviewed_elsewhere: bool = False
    undoes_commit: str | None = None


class _Document(Row, frozen=True):
    deployments: tuple[_Deployment, ...]
