"""What proves that a form came from a page of ours: another site can send a form, but not read our pages."""

import hmac
from hashlib import sha256

from drift.web.ask import Ask

FIELD = "csrf"


def form_token(token: str) -> str:
    """Return what every form of a session carries. From it nobody comes to what signs the browser in."""
    return hmac.new(token.encode(), b"form", sha256).hexdigest()


def is_ours(ask: Ask) -> bool:
    """Tell whether a form came from a page of this session."""
    if is_foreign(ask):
        return False
    given = ask.form.get(FIELD, "")
    return bool(ask.token) and hmac.compare_digest(given.encode(), form_token(ask.token).encode())


def is_foreign(ask: Ask) -> bool:
    """Tell whether the browser says that a form came from another site."""
    origin = ask.headers.get("origin")
    return origin is not None and origin.lower() not in ask.site.origins
