"""What the jobs of a pipeline said, while GitLab still keeps it."""

import hashlib

from drift.model.run_log import LogDigest, RunLogs
from drift.model.ticket import Deployment
from providers.gitlab import documents as gitlab
from providers.gitlab.api import ProjectApi, segment
from providers.gitlab.refusals import NotThereError

MOST_JOBS = 100
"""A pipeline that deploys has a few; a matrix may have more, and its first ones must do."""


def logs_of(api: ProjectApi, deployment: Deployment) -> RunLogs:
    """Return the hash of what each job of a pipeline said."""
    doing = f"reading the jobs of the pipeline {deployment.run_id}"
    path = f"pipelines/{deployment.run_id}/jobs"
    jobs = api.list(path, gitlab.Job, doing=doing, include_retried="true")
    try:
        return RunLogs(logs=tuple(_digest(api, job) for job in jobs[:MOST_JOBS] if job.finished_at))
    except NotThereError as error:
        return RunLogs(why_not=error.what)


def _digest(api: ProjectApi, job: gitlab.Job) -> LogDigest:
    what = f"reading the log of the job {job.name} of {api.name}"
    body = api.api.get(f"projects/{segment(api.name)}/jobs/{job.id}/trace", what=what).body
    return LogDigest(name=job.name, sha256=hashlib.sha256(body).hexdigest(), size=len(body))
