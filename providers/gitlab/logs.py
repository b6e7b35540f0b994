"""What the jobs of a pipeline said, while GitLab still keeps it."""

from drift.model.run_log import KeepLog, LogDigest, RunLogs
from drift.model.ticket import Deployment
from providers.gitlab import documents as gitlab
from providers.gitlab.api import ProjectApi, segment
from providers.gitlab.refusals import NotThereError
from providers.run_logs import digest_of

MOST_JOBS = 100
"""A pipeline that deploys has a few; a matrix may have more, and its first ones must do."""


def logs_of(api: ProjectApi, deployment: Deployment, keep: KeepLog | None) -> RunLogs:
    """Return the hash of what each job of a pipeline said."""
    doing = f"reading the jobs of the pipeline {deployment.run_id}"
    path = f"pipelines/{deployment.run_id}/jobs"
    jobs = api.list(path, gitlab.Job, doing=doing, include_retried="true")
    try:
        return RunLogs(logs=tuple(_digest(api, job, keep) for job in jobs[:MOST_JOBS] if job.finished_at))
    except NotThereError as error:
        return RunLogs(why_not=error.what)


def _digest(api: ProjectApi, job: gitlab.Job, keep: KeepLog | None) -> LogDigest:
    what = f"reading the log of the job {job.name} of {api.name}"
    body = api.api.get(f"projects/{segment(api.name)}/jobs/{job.id}/trace", what=what).body
    return digest_of(job.name, body, keep)
