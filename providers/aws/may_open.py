"""Whether a record may open a session, told from few of its fields: most surely do not."""

import msgspec
from msgspec import Struct

from providers.aws.origin import SIGN_IN
from providers.aws.record import NULL


class _Attributes(Struct, rename="camel", gc=False):
    session_credential_from_console: msgspec.Raw = NULL


class _Context(Struct, gc=False):
    attributes: _Attributes | None = None


class _Identity(Struct, rename="camel", gc=False):
    type: str | None = None
    session_context: _Context | None = None


class _Record(Struct, rename="camel", gc=False):
    user_identity: _Identity | None = None
    event_source: str | None = None
    event_name: msgspec.Raw = NULL
    event_id: msgspec.Raw = msgspec.field(default=NULL, name="eventID")
    event_type: str | None = None
    session_credential_from_console: msgspec.Raw = NULL


_RECORD = msgspec.json.Decoder(_Record)


def may_open(body: bytes, services: tuple[str, ...]) -> bool:
    """Tell whether a record is of one of these services, signs somebody in, or shows a console session.

    A record of another form than AWS's own is not looked into: it may.
    """
    try:
        record = _RECORD.decode(body)
    except (ValueError, RecursionError):
        return True
    source, who = record.event_source, record.user_identity
    if not source or NULL in (record.event_name, record.event_id) or who is None or who.type is None:
        return True
    if source.startswith(services) or record.event_type == SIGN_IN:
        return True
    attributes = who.session_context.attributes if who.session_context else None
    flag = attributes.session_credential_from_console if attributes else NULL
    return flag != NULL or record.session_credential_from_console != NULL
