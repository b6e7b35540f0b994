"""Who is mentioned in a message that somebody must act on now: whoever is on call when it is sent."""

from collections.abc import Mapping
from dataclasses import replace

from drift.errors import ProviderError, only_provider_errors
from drift.model.alert import Alert, CalledBy
from drift.ports import Notifier, OnCall, Private


def mentioning(alert: Alert, notifier: Notifier, on_call: Mapping[str, OnCall]) -> tuple[Alert, str | None]:
    """Return the message with whoever is on call in it, and why that could not be found out, if it could not.

    Then whom the configuration names is mentioned. A channel that knows no people mentions them in any case.
    """
    called = alert.called_by
    if called is None or not isinstance(notifier, Private):
        return alert, None
    try:
        with only_provider_errors("finding out who is on call"):
            found = _on_call(called, notifier, on_call)
    except ProviderError as error:
        return alert, f"whoever is on call is not mentioned: {error.what}"
    if found is None:
        rota = f"{called.source}:{called.rota}"
        return alert, f"nobody can be mentioned of who is on call by {rota}: the channel does not know them"
    return replace(alert, mention=found or alert.mention), None


def _on_call(called: CalledBy, channel: Private, on_call: Mapping[str, OnCall]) -> str | None:
    """Return who is mentioned, the empty text for whom the configuration names; `None` if nobody is known.

    Nobody is about their own change: then it is the next who is called, or else the team's secondary.
    """
    source = on_call.get(called.source)
    addresses = source.who(called.rota) if source else ()
    actor = {name.lower() for name in called.actor}
    others = [one for one in addresses if one.lower() not in actor]
    if addresses and not others:
        return called.secondary or ""
    return next((known for one in others if (known := channel.can_reach([one]))), None)
