"""From recorded writes and findings to verdicts on changes, and to whom they are told."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from drift.equipment import Equipment
from drift.model.change import Change, ChangeSession
from drift.model.enrolment import ENFORCED, Enrolment
from drift.model.judgement import Judged, Judgement
from drift.model.survey import ByPlace
from drift.model.ticket import UNASKED, Consulted
from drift.stages.compose import compose
from drift.stages.consult import consult
from drift.stages.correlate import correlate
from drift.stages.decide import answer_due_at, decide
from drift.stages.explain import stand
from drift.stages.record import record_judgement
from drift.stages.route import mention_of, recipients, route
from drift.store import outbox
from drift.store.changes import change_session_of, sessions_to_judge
from drift.store.enrolment import enrolment_now, treatment_of


def judge(
    have: Equipment,
    declared: ByPlace,
    open_since: datetime,
    now: datetime,
    is_stopping: Callable[[], bool],
) -> list[str]:
    """Judge each change that is new, is pending, or whose resource stands differently now.

    Those that are still open are judged again if they began after `open_since`.
    """
    with have.database.reading() as connection:
        enrolment = enrolment_now(connection, have.policy.enrolment)
        ids = sessions_to_judge(connection, open_since)
    problems = set[str]()
    for session_id in ids:
        if is_stopping():
            break
        with have.database.reading() as connection:  # one at a time: a burst leaves thousands
            session = change_session_of(connection, session_id)
        asked = _asked(have, session, enrolment)
        # One transaction: a crash leaves both the evidence and its alert, or neither,
        # so an alert can always cite the entry it rests on.
        with have.database.transaction() as connection:
            _conclude(have, connection, session, asked, declared, enrolment, now)
        problems.update(_unavailable(asked))
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
    tickets, hosts = have.ticket_sources.values(), have.code_hosts.values()
    return [
        None if _is_before(change, enrolment) else consult(change, tickets, hosts)
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
) -> None:
    policy, judged = have.policy, []
    for change, consulted in zip(session.changes, asked, strict=True):
        match = correlate(change, consulted, policy.correlation) if consulted else UNASKED
        standing = stand(connection, change, declared, policy.attribution)
        environment = policy.decision.environment_of(change.first.event.call.account)
        # History is judged as it would have been, and told to nobody.
        treatment = (
            ENFORCED if change.is_history else treatment_of(connection, change, enrolment, environment)
        )
        decision = decide(change, match, standing, policy.decision, now, treatment)
        judgement = Judgement(match=match, standing=standing, decision=decision)
        judged.append(record_judgement(connection, change, judgement, now))
    if any(one.is_news for one in judged):
        _tell(have, connection, session, judged, now)


def _tell(
    have: Equipment, connection: Connection, session: ChangeSession, judged: Sequence[Judged], now: datetime
) -> None:
    """Queue the message about a session for whoever must know, or was told before."""
    policy, told = have.policy, outbox.told_through(connection, session.session_id)
    if not told and not any(one.judgement.decision.alert for one in judged):
        return
    way = route(judged, policy.routing)
    through = recipients(way, have.notifiers, told, policy.routing)
    if not through and have.notifiers:
        return
    alert = compose(session, judged, due_at=partial(answer_due_at, rules=policy.decision), now=now)
    mention = mention_of(way, session.actor.name, policy.routing)
    team = way.owner.team
    name = team.name if team.name in policy.routing.teams else None
    alert = replace(alert, team=name, to=team.channel, mention=mention)
    outbox.queue(connection, through, alert, now, send_at=way.sends_at(now))


def _is_before(change: Change, enrolment: Enrolment) -> bool:
    """Tell whether a change was made before the watch began, and nobody asked for it to be judged since."""
    return not change.is_history and enrolment.is_before(change)


def _unavailable(asked: Iterable[Consulted | None]) -> list[str]:
    return [reason for consulted in asked if consulted for reason in consulted.unavailable]
