"""To whom is a judged session told, when, and is whoever made it asked first?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from drift.asking import Reach, begin, keep_up, put_question
from drift.equipment import Equipment
from drift.model.alert import Alert
from drift.model.change import ChangeSession
from drift.model.judgement import Judged
from drift.model.routing import Route
from drift.stages.compose import compose
from drift.stages.decide import answer_due_at
from drift.stages.route import called_by, mention_of, recipients, route
from drift.store import outbox
from drift.store.asking import asked_about, heard_through, withdraw


def tell(
    have: Equipment,
    connection: Connection,
    session: ChangeSession,
    judged: Sequence[Judged],
    found: Reach,
    now: datetime,
) -> None:
    """Queue the message about a session for whoever must know, or was told before.

    `found` is where the person can be asked who made it.
    """
    id_, asked = session.session_id, asked_about(connection, session.session_id)
    told = heard_through(connection, id_) if asked else outbox.told_through(connection, id_)
    if not (told or asked or any(one.judgement.decision.alert for one in judged)):
        return
    way = route(judged, have.policy.routing)
    through = recipients(way, have.notifiers, told, have.policy.routing)
    if not through and have.notifiers and not asked:
        return
    alert, sends_at = _alert(have, session, judged, way, now), way.sends_at(now)
    if told:
        if asked:
            keep_up(connection, asked, alert, now)
    elif asked := asked or begin(have, id_, judged, way, found, now):
        at = put_question(connection, asked, alert, judged, way, now)
        # What waits for another team by now would go to it all the same.
        withdraw(connection, id_)
        if at is None or not through:
            return
        sends_at = at
    outbox.queue(connection, through, alert, now, send_at=sends_at)


def _alert(
    have: Equipment, session: ChangeSession, judged: Sequence[Judged], way: Route, now: datetime
) -> Alert:
    policy, team = have.policy, way.owner.team
    due_at, names_of = partial(answer_due_at, rules=policy.decision), policy.routing.names_of
    alert = compose(session, judged, due_at=due_at, now=now, names_of=names_of)
    mention = mention_of(way, session.actor.name, policy.routing)
    name = team.name if team.name in policy.routing.teams else None
    found = called_by(way, session.actor.name, policy.routing)
    return replace(alert, team=name, to=team.channel, mention=mention, called_by=found)
