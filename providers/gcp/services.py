"""When it was Google itself that called."""

from drift.model.verdict import ActorKind
from providers.gcp.identity import Caller
from providers.gcp.place import Log
from providers.gcp.signals import Signals

GOOGLE = "google"


def acting_service(
    log: Log | None, caller: Caller | None, service: str | None, address: str | None, signals: Signals
) -> str | None:
    """Return the service that made the call, or `None` where the caller did. The first rule that fits:

    1. The log of system events tells what Google did.
    2. The identity is a service agent, or Google's own.
    3. No identity is named, and the call came from inside Google: an identity that is kept back
       for privacy has the caller's address.
    """
    named = caller.service if caller else None
    if log is Log.SYSTEM_EVENT:
        return named or service or GOOGLE
    if caller is not None:
        return (named or service or GOOGLE) if caller.principal.kind is ActorKind.SERVICE else None
    return (service or GOOGLE) if signals.inner_address.match(address or "") else None
