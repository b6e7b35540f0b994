"""Records who signed in to a console: the pack lists that, and nothing is judged by it."""

from datetime import datetime

from sqlalchemy import Connection

from drift.ledger.log import append
from drift.model.event import ChangeEvent, Outcome
from drift.model.evidence import EntryKind
from drift.model.sign_in import SignIn, SignInRecord
from drift.model.verdict import Actor, ActorKind
from drift.redact import redact
from drift.store.sign_ins import remember_sign_in


def record_sign_in(
    connection: Connection, source: str, event: ChangeEvent, actor: Actor, said: SignIn, now: datetime
) -> bool:
    """Record a sign-in, unless it is known; tell whether it was new."""
    if not remember_sign_in(connection, event.key, now):
        return False
    call = event.call
    body = SignInRecord(
        at=event.occurred_at,
        to=said.to,
        outcome=Outcome.FAILURE if said.has_failed else event.outcome,
        cloud=call.cloud,
        account=call.account,
        region=call.region,
        person=str(redact(said.person or actor.name).value),
        kind=ActorKind.HUMAN if said.person else actor.kind,
        principal=call.principal.id if call.principal else None,
        role=said.role,
        mfa=said.mfa,
        source_ip=call.source_ip,
        source=source,
        event=event.key,
        event_sha256=event.source.sha256,
    )
    append(connection, kind=EntryKind.SIGN_IN, ref=event.key, body=body, recorded_at=now)
    return True
