"""What the watch does about itself: it has the logs vouched for, tries its eyes, and says what is wrong."""

from datetime import datetime, timedelta

from drift.equipment import Equipment
from drift.errors import ProviderError, VaultError, only_provider_errors
from drift.model.alarm import (
    ANCHOR_FAILS,
    BROKEN_LOG,
    DEAD_LETTERS,
    LOST_CANARY,
    OLD_GAP,
    REPORT_FAILS,
    VAULT_FAILS,
)
from drift.model.coverage import Attestation
from drift.ports import Attesting, AuditLog, GivingUp
from drift.redact import redact
from drift.stages.alarm import (
    end_alarm,
    find_broken_logs,
    find_failing_anchors,
    find_failing_mails,
    find_given_up,
    find_old_gaps,
    find_silence,
    find_vault_failures,
    only_these,
    raise_alarm,
)
from drift.stages.anchor import hold_checkpoint
from drift.stages.canary import find_lost_canaries, write_canary
from drift.stages.record import attested_since, record_attestations
from drift.store.given_up import asked, note_given_up
from drift.store.held_up import HeldUp, held_up, hold_up

GIVEN_UP_ASKED_EVERY = timedelta(minutes=5)
"""Each time is two requests; what was given up came some times, over minutes at least."""


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


def look_for_given_up(have: Equipment, source: str, log: AuditLog, now: datetime) -> list[str]:
    """Ask what the service of a source gave up, if it does that; return what could not be done."""
    if not isinstance(log, GivingUp):
        return []
    with have.database.reading() as connection:
        last = asked(connection, source)
    if last is not None and now - last.asked_at < GIVEN_UP_ASKED_EVERY:
        return []
    try:
        with only_provider_errors("asking what was given up"):
            given_up = log.given_up()
    except ProviderError as error:
        return [f"{source}: {error}"]
    with have.database.transaction() as connection:
        note_given_up(connection, source, given_up, now)
    return []


def try_vault(have: Equipment, source: str) -> None:
    """Try the vault before a source is read that it holds up.

    A queue counts how often it gave a message, and gives it up after a few times: nobody takes one
    that could not be kept.

    Raises:
        VaultError: It still cannot keep anything.
    """
    with have.database.reading() as connection:
        is_held_up = held_up(connection, source) is not None
    if is_held_up and have.vault is not None:
        have.vault.check()


def note_held_up(have: Equipment, source: str, error: VaultError, now: datetime) -> str:
    """Note that a source is read no further, which is not its own fault; return that in one line."""
    what = redact(error.what).value
    vault = have.vault.name if have.vault else ""
    with have.database.transaction() as connection:
        hold_up(connection, source, HeldUp(since=now, vault=vault, what=what, hint=error.hint))
    return f"{source} is read no further: {what} ({error.hint})"


def write_canaries(have: Equipment, now: datetime) -> None:
    """Make the writes of our own that are due. One that cannot be made is an alarm."""
    for name, canary in have.canaries.items():
        write_canary(have.database, name, canary, have.policy.canaries[name], now)


def hold_checkpoints(have: Equipment, now: datetime) -> tuple[str, ...]:
    """Have every anchor hold the latest checkpoint that is due; return what went wrong, a line each."""
    held = (
        hold_checkpoint(have.database, name, anchor, have.anchor_rules[name], now)
        for name, anchor in have.anchors.items()
    )
    return tuple(problem for problem in held if problem is not None)


def renew_alarms(have: Equipment, now: datetime) -> None:
    """Raise the alarms that are news and end those that are over, but for jobs, states and budgets."""
    policy, notifiers = have.policy, have.notifiers
    with have.database.transaction() as connection:
        old = find_old_gaps(connection, policy.coverage.gap_limit, now)
        only_these(connection, notifiers, OLD_GAP, old, now)
        only_these(connection, notifiers, BROKEN_LOG, find_broken_logs(connection), now)
        lost = find_lost_canaries(connection, policy.canaries, now)
        only_these(connection, notifiers, LOST_CANARY, lost, now)
        held = find_vault_failures(connection, have.sources)
        only_these(connection, notifiers, VAULT_FAILS, held, now)
        only_these(connection, notifiers, DEAD_LETTERS, find_given_up(connection, have.sources), now)
        only_these(connection, notifiers, REPORT_FAILS, find_failing_mails(connection, now), now)
        failing = find_failing_anchors(connection, have.anchors)
        only_these(connection, notifiers, ANCHOR_FAILS, failing, now)
        silent, talking = find_silence(connection, have.sources, policy.coverage, now)
        for alarm in silent:
            raise_alarm(connection, notifiers, alarm, now)
        for row in talking:
            end_alarm(connection, notifiers, row.alarm.slug, row.alarm.subject, now)
