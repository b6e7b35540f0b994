"""Keeps what pipelines did as evidence: hosts forget their runs, and first what these said.

GitHub keeps logs for 90 days, and many organisations for less. So a run that made a change is recorded
as soon as it has ended, with the hashes of its logs; the logs themselves are kept on wish.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drift.equipment import Equipment
from drift.errors import ProviderError, ProviderUnavailableError, VaultError, only_provider_errors
from drift.kept_logs import keeper
from drift.model.run_log import KeepLog, RunLogs
from drift.model.ticket import Deployment
from drift.ports import CodeHost, Logged
from drift.stages.consult import with_review
from drift.stages.record import give_up_deployment, record_deployment
from drift.store.deployments import WaitingRun, waiting_runs

WAITED_FOR = timedelta(days=36)
"""GitHub ends a run after 35 days at the latest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptRuns:
    """What was done about the runs that waited."""

    recorded: int = 0
    problems: tuple[str, ...] = ()


def keep_runs(have: Equipment, now: datetime) -> KeptRuns:
    """Record each run that changes name and that has ended by now."""
    with have.database.reading() as connection:
        waiting = waiting_runs(connection)
    recorded, problems = 0, dict[str, None]()
    for row in waiting:
        try:
            recorded += _keep(have, row, now)
        except VaultError as error:  # the run waits until its logs can be kept
            problems[str(error)] = None
        except ProviderError as error:
            problems[str(error)] = None
            if not isinstance(error, ProviderUnavailableError) and _is_old(row, now):
                _give_up(have, row, now)
    return KeptRuns(recorded=recorded, problems=tuple(problems))


def _keep(have: Equipment, row: WaitingRun, now: datetime) -> bool:
    """Record a run if it has ended; tell whether it has."""
    for name, host in have.code_hosts.items():
        with only_provider_errors(f"reading the run {row.run_id} again"):
            one = host.deployment(row.run_id, (row.repository,))
            one = one and with_review(one, have.code_hosts.values())
        if one is None or one.repository != row.repository:
            continue
        if one.finished_at is None and not _is_old(row, now):
            return False
        logs = _logs(name, host, one, _keeper(have, name, one, now))
        with have.database.transaction() as connection:
            record_deployment(connection, row, name, one, logs, now)
        return True
    if _is_old(row, now):
        _give_up(have, row, now)
    return False


def _keeper(have: Equipment, name: str, one: Deployment, now: datetime) -> KeepLog | None:
    return keeper(have.vault, name, one, now) if have.vault and name in have.keeps_logs else None


def _logs(name: str, host: CodeHost, one: Deployment, keep: KeepLog | None) -> RunLogs:
    """Return the hashes of what a run said, or why there are none. What may be there later is waited for."""
    if not isinstance(host, Logged):
        return RunLogs(why_not=f"{name} keeps no logs")
    try:
        with only_provider_errors(f"reading the logs of the run {one.run_id}"):
            return host.log_digests(one, keep)
    except ProviderUnavailableError:
        raise
    except ProviderError as error:
        return RunLogs(why_not=error.what)


def _give_up(have: Equipment, row: WaitingRun, now: datetime) -> None:
    with have.database.transaction() as connection:
        give_up_deployment(connection, row, now)


def _is_old(row: WaitingRun, now: datetime) -> bool:
    return now - row.seen_at > WAITED_FOR
