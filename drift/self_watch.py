"""What the watch does about itself: it has the logs vouched for, tries its eyes, and says what is wrong."""

from datetime import datetime

from drift.equipment import Equipment
from drift.errors import ProviderError, only_provider_errors
from drift.model.alarm import BROKEN_LOG, LOST_CANARY, OLD_GAP
from drift.model.coverage import Attestation
from drift.ports import Attesting, AuditLog
from drift.stages.alarm import (
    end_alarm,
    find_broken_logs,
    find_old_gaps,
    find_silence,
    only_these,
    raise_alarm,
)
from drift.stages.canary import find_lost_canaries, write_canary
from drift.stages.record import attested_since, record_attestations


def attest(have: Equipment, source: str, log: AuditLog, now: datetime) -> list[str]:
    """Ask the cloud to vouch for its log, where it does that; return what could not be done."""
    if not isinstance(log, Attesting):
        return []
    with have.database.reading() as connection:
        since = attested_since(connection, source, now)
    if since is None:
        return []
    spans: list[Attestation] = []
    problems = []
    try:
        with only_provider_errors("reading what the cloud vouches for"):
            for span in log.attested(since):
                spans.append(span)  # noqa: PERF402 - what came before an error stands
    except ProviderError as error:
        problems.append(f"{source}: {error}")
    with have.database.transaction() as connection:
        record_attestations(connection, source, spans, have.policy.of_source(source).owner, now)
    return problems


def write_canaries(have: Equipment, now: datetime) -> None:
    """Make the writes of our own that are due. One that cannot be made is an alarm."""
    for name, canary in have.canaries.items():
        write_canary(have.database, name, canary, have.policy.canaries[name], now)


def renew_alarms(have: Equipment, now: datetime) -> None:
    """Raise the alarms that are news and end those that are over, but for jobs, states and budgets."""
    policy, notifiers = have.policy, have.notifiers
    with have.database.transaction() as connection:
        old = find_old_gaps(connection, policy.coverage.gap_limit, now)
        only_these(connection, notifiers, OLD_GAP, old, now)
        only_these(connection, notifiers, BROKEN_LOG, find_broken_logs(connection), now)
        lost = find_lost_canaries(connection, policy.canaries, now)
        only_these(connection, notifiers, LOST_CANARY, lost, now)
        silent, talking = find_silence(connection, have.sources, policy.coverage, now)
        for alarm in silent:
            raise_alarm(connection, notifiers, alarm, now)
        for row in talking:
            end_alarm(connection, notifiers, row.alarm.slug, row.alarm.subject, now)
