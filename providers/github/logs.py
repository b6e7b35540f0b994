"""What the jobs of a run said, while GitHub still keeps it: by default for 90 days."""

from urllib.parse import urljoin, urlsplit

from drift.model.run_log import KeepLog, LogDigest, RunLogs
from drift.model.ticket import Deployment
from providers.github import documents as github
from providers.github.api import RepositoryApi
from providers.github.refusals import NotThereError
from providers.run_logs import digest_of

MOST_JOBS = 100
"""A run that deploys has a few; a matrix may have more, and its first ones must do."""


def logs_of(api: RepositoryApi, deployment: Deployment, keep: KeepLog | None) -> RunLogs:
    """Return the hash of what each job of a run said."""
    doing = f"reading the jobs of the run {deployment.run_id}"
    path = f"actions/runs/{deployment.run_id}/jobs"
    jobs = [job for page in api.list(path, github.Jobs, doing=doing, filter="all") for job in page.jobs]
    try:
        return RunLogs(logs=tuple(_digest(api, job, keep) for job in jobs[:MOST_JOBS] if job.completed_at))
    except NotThereError as error:
        return RunLogs(why_not=error.what)


def _digest(api: RepositoryApi, job: github.Job, keep: KeepLog | None) -> LogDigest:
    """Return the hash of a log. Another host has signed its address, and must not see our token."""
    what = f"reading the log of the job {job.name} of {api.name}"
    url = f"{api.api.base_url.rstrip('/')}/repos/{api.name}/actions/jobs/{job.id}/logs"
    answer = api.api.ask(url, what=what, follows=False)
    body = answer.body
    if led := answer.headers.get("location"):
        where = urljoin(url, led)
        is_ours = urlsplit(where)[:2] == urlsplit(url)[:2]
        body = api.api.ask(where, what=what).body if is_ours else api.api.download(where, what=what)
    return digest_of(job.name, body, keep)
