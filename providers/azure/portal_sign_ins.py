"""Who signed in to Azure's portal, as the sign-in logs of a Microsoft Entra directory tell it.

https://learn.microsoft.com/graph/api/resources/signin
"""

from drift.model.event import ChangeEvent
from drift.model.resource import Json
from drift.model.sign_in import SignIn, SignInTo
from providers.azure.request import text_at
from providers.azure.signals import Signals

_BY_TWO, _BY_ONE = "multifactorauthentication", "singlefactorauthentication"
"""What was asked for before the sign-in could succeed."""


def portal_sign_in(event: ChangeEvent, signals: Signals) -> SignIn | None:
    """Return the sign-in of a person to one of the applications that the table names."""
    said = event.request
    person, app = text_at(said, "userPrincipalName"), text_at(said, "appId")
    if person is None or app is None or not isinstance(said, dict) or said.get("isInteractive") is not True:
        return None
    if not any(app.lower() in row.apps for row in signals.sign_ins):
        return None
    asked = (text_at(said, "authenticationRequirement") or "").lower()
    has_failed = _has_failed(said)
    mfa = {_BY_TWO: True, _BY_ONE: False}.get(asked) if not has_failed else None
    return SignIn(to=SignInTo.CONSOLE, person=person, mfa=mfa, has_failed=has_failed)


def _has_failed(said: dict[str, Json]) -> bool:
    status = said.get("status")
    return isinstance(status, dict) and status.get("errorCode") not in (0, None)
