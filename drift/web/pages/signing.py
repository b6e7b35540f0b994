"""Signing in and out."""

from starlette.responses import Response

from drift.errors import RefusedError
from drift.model.visitor import Identity, SignedInBy
from drift.store import web_sessions
from drift.store.sign_in_links import use_link as use
from drift.web import answers
from drift.web.ask import Ask, wall_clock
from drift.web.cookies import give, take_back
from drift.web.tokens import is_foreign


def sign_in(ask: Ask) -> Response:
    """Say how to sign in."""
    return answers.page(
        ask, "sign_in.html.j2", title="Sign in", next=answers.within(ask.query.get("next", "/"))
    )


def ask_link(ask: Ask) -> Response:
    """Ask whether somebody wants to sign in with this link: whatever looks links up must not use it up."""
    secret, back = ask.query.get("token", ""), answers.within(ask.query.get("next", "/"))
    return answers.page(ask, "sign_in_link.html.j2", title="Sign in", secret=secret, next=back)


def use_link(ask: Ask) -> Response:
    """Sign somebody in with a link."""
    _refuse_foreign(ask)
    now = wall_clock()
    with ask.site.database.transaction() as connection:
        name = use(connection, ask.form.get("token", ""), now)
    if name is None:
        raise RefusedError(
            "This link does not work any more.", hint="Make another one on that machine: drift sign-in"
        )
    return begin(ask, Identity(name=name, by=SignedInBy.LINK), ask.form.get("next", "/"))


def begin(ask: Ask, identity: Identity, back: str) -> Response:
    """Sign somebody in, under a session that nobody knew before, and open the page they came for."""
    site, now = ask.site, wall_clock()
    ends_at = now + site.web.signed_in_for
    with site.database.transaction() as connection:
        web_sessions.forget_ended(connection, now)
        if ask.session:
            web_sessions.end(connection, ask.session.token)
        secret = web_sessions.begin(connection, identity, now, ends_at)
    answer = answers.to(back)
    give(site, answer, secret)
    return answer


def sign_out(ask: Ask) -> Response:
    """Sign somebody out."""
    with ask.site.database.transaction() as connection:
        web_sessions.end(connection, ask.token)
    answer = answers.to("/sign-in")
    take_back(ask.site, answer)
    return answer


def _refuse_foreign(ask: Ask) -> None:
    """Refuse what another site sends: it could sign somebody in as whom it likes, and see what they do."""
    if is_foreign(ask):
        raise RefusedError("This form came from another site.", hint="Open the link itself.")
