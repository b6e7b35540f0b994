"""From recorded writes and findings to verdicts on changes, and to whom they are told."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from drift.asking import NOBODY, Reach, reach
from drift.equipment import Equipment
from drift.model.action import Waived, corrections
from drift.model.change import Change, ChangeSession
from drift.model.consulted import Consulted
from drift.model.emergency import is_emergency
from drift.model.enrolment import ENFORCED, Enrolment
from drift.model.finding import Standing
from drift.model.judgement import Judgement
from drift.model.survey import ByPlace
from drift.model.ticket import UNASKED
from drift.model.verdict import NOBODYS, Decision
from drift.stages.assess import assess
from drift.stages.consult import AskedOnce, GrantsOnce, consult
from drift.stages.correlate import correlate
from drift.stages.decide import decide
from drift.stages.explain import stand
from drift.stages.record import record_judgement
from drift.store.actions import waivers
from drift.store.changes import change_session_of
from drift.store.deployments import note_run
from drift.store.emergencies import note_emergency
from drift.store.enrolment import enrolment_now, treatment_of
from drift.tell import tell


def judge(
    have: Equipment,
    declared: ByPlace,
    ids: Sequence[str],
    now: datetime,
    is_stopping: Callable[[], bool],
) -> list[str]:
    """Judge the changes of these sessions, as they are by now."""
    with have.database.reading() as connection:
        enrolment = enrolment_now(connection, have.policy.enrolment)
    problems = set[str]()
    for session_id in ids:
        if is_stopping():
            break
        with have.database.reading() as connection:  # one at a time: a burst leaves thousands
            session = change_session_of(connection, session_id)
        asked, found = _asked(have, session, enrolment), reach(have, session)
        # One transaction: a crash leaves both the evidence and its alert, or neither,
        # so an alert can always cite the entry it rests on.
        with have.database.transaction() as connection:
            _conclude(have, connection, session, asked, declared, enrolment, now, found)
        problems.update(_unavailable(asked), filter(None, [found.problem]))
    return sorted(problems)


def judge_history(have: Equipment, sessions: Sequence[ChangeSession], now: datetime) -> list[str]:
    """Judge what was taken in long after it was made: many sessions in one transaction."""
    with have.database.reading() as connection:
        enrolment = enrolment_now(connection, have.policy.enrolment)
    asked = [_asked(have, session, enrolment) for session in sessions]
    with have.database.transaction() as connection:
        for session, answers in zip(sessions, asked, strict=True):
            _conclude(have, connection, session, answers, {}, enrolment, now)
    return _unavailable(one for answers in asked for one in answers)


def _asked(have: Equipment, session: ChangeSession, enrolment: Enrolment) -> list[Consulted | None]:
    """Ask what covers each change. What was made before the watch began needs no ticket."""
    tickets, hosts = have.ticket_sources.values(), [AskedOnce(one) for one in have.code_hosts.values()]
    repositories = have.policy.channels.repositories
    grants = [GrantsOnce(one) for one in have.grant_sources.values()]
    return [
        None if _is_before(change, enrolment) else consult(change, tickets, hosts, repositories, grants)
        for change in session.changes
    ]


def _conclude(
    have: Equipment,
    connection: Connection,
    session: ChangeSession,
    asked: Sequence[Consulted | None],
    declared: ByPlace,
    enrolment: Enrolment,
    now: datetime,
    found: Reach = NOBODY,
) -> None:
    policy, judged = have.policy, []
    for change, consulted in zip(session.changes, asked, strict=True):
        environment = policy.decision.environment_of(change.first.event.call.account)
        where = environment.name if environment else None
        match = correlate(change, consulted, policy.correlation, where) if consulted else UNASKED
        standing = _waived(connection, stand(connection, change, declared, policy.attribution), now)
        # History is judged as it would have been, and told to nobody.
        treatment = (
            ENFORCED if change.is_history else treatment_of(connection, change, enrolment, environment)
        )
        decision = decide(change, match, standing, policy.decision, now, treatment)
        tests = assess(change, match, standing, decision, policy.assessment, now)
        judgement = Judgement(
            match=match,
            standing=standing,
            decision=decision,
            tests=tests,
            corrected_actor=next(reversed(corrections(change.actions)), None),
        )
        if is_emergency(change, match) and _must_be_reviewed(change, decision):
            note_emergency(connection, change, now)
        judged.append(record_judgement(connection, change, judgement, now))
        if consulted and consulted.deployment:
            note_run(connection, consulted.deployment, change.change_id, now)
    if any(one.is_news for one in judged):
        tell(have, connection, session, judged, found, now)


def _must_be_reviewed(change: Change, decision: Decision) -> bool:
    """Tell whether anybody has to answer for an emergency; for what nobody decided or knew, nobody has."""
    return not change.is_history and decision.disposition not in NOBODYS


def _waived(connection: Connection, standing: Standing, now: datetime) -> Standing:
    """Return how a resource stands, with what of it is waived for the time being."""
    if not standing.findings:
        return standing
    given = waivers(connection, [one.finding_id for one in standing.findings])
    counting = (ref for ref, one in given.items() if isinstance(one.deed, Waived) and one.deed.counts(now))
    return replace(standing, waived=tuple(sorted(counting)))


def _is_before(change: Change, enrolment: Enrolment) -> bool:
    """Tell whether a change was made before the watch began, and nobody asked for it to be judged since."""
    return not change.is_history and enrolment.is_before(change)


def _unavailable(asked: Iterable[Consulted | None]) -> list[str]:
    return [reason for consulted in asked if consulted for reason in consulted.unavailable]
