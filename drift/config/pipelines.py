"""Which pipelines are trusted: what the `[[pipeline]]` tables mean."""

import re
from collections.abc import Callable

from drift.config import values
from drift.config.place import Place, quoted
from drift.config.reader import Row
from drift.config.tables import Pipeline
from drift.stages.classify import DEFAULT_RUN_ID, PipelineRule

REPOSITORY = re.compile(r"[\w.-]+(?:/[\w.-]+)+", re.ASCII)

POOL = re.compile(r"projects/\d+/.+|[a-z][a-z0-9-]+\.(?:svc|hub)\.id\.goog", re.ASCII)
"""A pool of workload identities, or that of a project's clusters."""

_IN_REPOSITORY = ("repository", "branch", "environment")


def pipeline_rule(row: Row[Pipeline]) -> PipelineRule:
    """Return how a pipeline is recognised.

    Raises:
        ConfigError: Nothing is said, or something that everybody could bring about.
    """
    pipeline, place = row.table, row.place
    subject = _subject(row)
    if pipeline.role is None and subject is None and pipeline.principal is None:
        raise place.error(
            '"role", "subject", "repository" or "principal" is missing',
            hint="say how the pipeline is recognised",
        )
    return PipelineRule(
        name=pipeline.name,
        role=_trusted(place, "role", pipeline.role, values.role_glob),
        subject=subject,
        pool=_pool(place, pipeline.pool),
        principal=_principal(place, pipeline.principal),
        run_id=values.regex(place, "run_id", pipeline.run_id) if pipeline.run_id else DEFAULT_RUN_ID,
        repository=pipeline.repository,
    )


def _trusted(
    place: Place, key: str, text: str | None, pattern: Callable[[str], re.Pattern[str]]
) -> re.Pattern[str] | None:
    """Return the pattern of what a pipeline is trusted by, which may not be anything at all."""
    if text is None:
        return None
    if not text.strip("*?"):
        raise place.error(f'"{key}" would trust every machine: {quoted(text)}', hint="name the one you trust")
    return pattern(text)


def _principal(place: Place, text: str | None) -> re.Pattern[str] | None:
    return _trusted(place, "principal", text, lambda given: values.principal_glob(place, "principal", given))


def _pool(place: Place, text: str | None) -> re.Pattern[str] | None:
    """Return the pattern of a pool with its project: pools of the same name are in everybody's projects."""
    if text is None:
        return None
    name = text.rpartition("iam.googleapis.com/")[2]
    if not POOL.fullmatch(name):
        raise place.error(
            f'"pool" names no project: {quoted(text)}',
            hint='write "projects/NUMBER/locations/global/workloadIdentityPools/NAME"',
        )
    return values.glob(name)


def _subject(row: Row[Pipeline]) -> re.Pattern[str] | None:
    """Return the pattern of a token's subject, as it was written or as repository and branch make it."""
    pipeline, place = row.table, row.place
    if all(getattr(pipeline, key) is None for key in _IN_REPOSITORY):
        return _trusted(place, "subject", pipeline.subject, values.glob)
    subjects = _subjects_of_repository(place, pipeline)
    if pipeline.subject is None:
        return re.compile("|".join(values.glob(one).pattern for one in subjects), re.DOTALL)
    if pipeline.subject not in subjects:
        raise place.error(
            f'"subject" contradicts "repository", whose tokens say {" or ".join(map(quoted, subjects))}',
            hint="leave one of them out",
        )
    return values.glob(pipeline.subject)


def _subjects_of_repository(place: Place, pipeline: Pipeline) -> list[str]:
    """Return what tokens of the repository's pipeline say: GitHub's, and GitLab's for a branch."""
    repository = pipeline.repository
    if repository is None:
        raise place.error('"repository" is missing', hint='write the owner and the name: "example/infra"')
    if not REPOSITORY.fullmatch(repository):
        raise place.error(
            f'"repository" is none: {quoted(repository)}',
            hint='write the owner and the name: "example/infra"',
        )
    if pipeline.branch is not None and pipeline.environment is not None:
        raise place.error(
            '"branch" and "environment" contradict each other: a token names one of them',
            hint="write the environment if the job has one, else the branch",
        )
    if pipeline.environment is not None:
        return _of_environment(place, repository, pipeline.environment)
    if pipeline.branch is None:
        raise place.error(
            '"repository" alone is not enough: whoever can push any branch could deploy',
            hint='add branch = "main", or the environment that its jobs must be approved for',
        )
    _trusted(place, "branch", pipeline.branch, values.glob)
    branch = pipeline.branch.removeprefix("refs/heads/")
    github = [f"repo:{repository}:ref:refs/heads/{branch}"] if repository.count("/") == 1 else []
    return [*github, f"project_path:{repository}:ref_type:branch:ref:{branch}"]


def _of_environment(place: Place, repository: str, environment: str) -> list[str]:
    if repository.count("/") > 1:
        raise place.error(
            f'"environment" is in no token of {quoted(repository)}: only GitHub\'s repositories name theirs',
            hint='write "branch", or the whole "subject"',
        )
    _trusted(place, "environment", environment, values.glob)
    # https://docs.github.com/actions/reference/security/oidc: a colon within a value would end it.
    return [f"repo:{repository}:environment:{environment.replace(':', '%3A')}"]
