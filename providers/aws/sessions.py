"""Which sessions a call was made in.

A session that STS opened is joined by its access key. The console uses many keys for
one sign-in, so its calls are joined by the sign-in, or by who opened the session when.
"""

from collections.abc import Iterator

from providers.aws.origin import Origin
from providers.aws.record import UserIdentity
from providers.aws.signals import Signals


def session_keys(
    origin: Origin, service: str | None, is_console: bool, shows_session: bool, signals: Signals
) -> tuple[str, ...]:
    """Return what joins a call to the records that opened its sessions, the nearest session first.

    Where AWS says that the call is the console's, its key tells nothing. A user agent that says so
    does not part a call from its key, which somebody may have opened under another name. A call
    that shows its session to be the console's needs no other to tell it.
    """
    return tuple(dict.fromkeys(filter(None, _keys(origin, service, is_console, shows_session, signals))))


def opened_when(caller: UserIdentity) -> str | None:
    """Return the key of a session by who opened it when: all keys of one console session share it."""
    attributes = caller.session.attributes
    began = attributes.creation_date if attributes else None
    return f"{caller.principal_id}|{began}" if caller.principal_id and began else None


def console_key(arn: str | None) -> str | None:
    """Return the key of the console session of an identity, in which somebody may switch roles."""
    return f"console|{arn}" if arn else None


def launch_key(host: str, who: str) -> str:
    """Return the key of what a service does in somebody's name, or in that of a role."""
    return f"{host}|{who}"


def _keys(
    origin: Origin, service: str | None, is_console: bool, shows_session: bool, signals: Signals
) -> Iterator[str | None]:
    caller = origin.identity
    issuer = caller.session.session_issuer
    if service and any(row.host == service for row in signals.launches):
        for who in (caller.arn, issuer.arn if issuer else None):
            yield launch_key(service, who) if who else None
    if is_console:
        yield console_key(caller.arn)
    else:
        yield caller.access_key_id
    if not shows_session:
        yield caller.session.sign_in_session_arn
        yield opened_when(caller)
