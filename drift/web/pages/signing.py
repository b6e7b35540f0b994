"""Signing in and out, whoever vouches for people: a provider of OpenID Connect, a proxy, or a link."""

from starlette.responses import RedirectResponse, Response

from drift.errors import DriftError, RefusedError
from drift.model.visitor import Identity, SignedInBy
from drift.store import web_sessions
from drift.store.sign_in_links import use_link as use
from drift.store.sign_ins_begun import begin_sign_in, end_sign_in
from drift.web import answers
from drift.web.access import visitor_of
from drift.web.ask import Ask, wall_clock
from drift.web.cookies import give, give_begun, held_begun, take_back, take_back_begun
from drift.web.tokens import is_foreign

BACK = "/sign-in/back"
"""Where the provider sends people back to."""


def sign_in(ask: Ask) -> Response:
    """Say how to sign in."""
    back = answers.within(ask.query.get("next", "/"))
    return answers.page(
        ask, "sign_in.html.j2", title="Sign in", next=back, by=ask.site.vouched_by, SignedInBy=SignedInBy
    )


def start(ask: Ask) -> Response:
    """Send somebody to the provider, for whom it then vouches."""
    oidc = ask.site.oidc()
    if oidc is None:
        raise RefusedError("Nobody signs in that way here.", hint="Open the page Sign in.")
    oidc.provider()  # if it cannot be asked, nothing was begun
    with ask.site.database.transaction() as connection:
        secret = begin_sign_in(connection, answers.within(ask.query.get("next", "/")), wall_clock())
    answer = RedirectResponse(oidc.begin(secret, f"{ask.site.url}{BACK}"), 303)
    give_begun(ask.site, answer, secret)
    return answer


def back(ask: Ask) -> Response:
    """Sign somebody in who is back from the provider. What they hold works once, whatever comes of it."""
    oidc, secret, now = ask.site.oidc(), held_begun(ask.site, ask.cookies), wall_clock()
    if oidc is None:
        raise RefusedError("Nobody signs in that way here.", hint="Open the page Sign in.")
    with ask.site.database.transaction() as connection:
        came_for = end_sign_in(connection, secret, now) if secret else None
    try:
        if secret is None or came_for is None:
            raise RefusedError(
                "This browser began no sign-in, or too long ago.", hint="Sign in again, with cookies allowed."
            )
        identity = oidc.identity(secret, f"{ask.site.url}{BACK}", ask.query, now.timestamp())
    except DriftError as error:
        _refused(ask, type(error).__name__)
        raise
    answer = begin(ask, identity, came_for)
    take_back_begun(ask.site, answer)
    return answer


def ask_link(ask: Ask) -> Response:
    """Ask whether somebody wants to sign in with this link: whatever looks links up must not use it up."""
    secret, back = ask.query.get("token", ""), answers.within(ask.query.get("next", "/"))
    return answers.page(ask, "sign_in_link.html.j2", title="Sign in", secret=secret, next=back)


def use_link(ask: Ask) -> Response:
    """Sign somebody in with a link, where nobody else vouches for people."""
    _refuse_foreign(ask)
    if ask.site.vouched_by is not SignedInBy.LINK:
        raise RefusedError("Links sign nobody in here.", hint="Open the page Sign in.")
    now = wall_clock()
    with ask.site.database.transaction() as connection:
        name = use(connection, ask.form.get("token", ""), now)
    if name is None:
        _refused(ask, "link")
        raise RefusedError(
            "This link does not work any more.", hint="Make another one on that machine: drift sign-in"
        )
    return begin(ask, Identity(name=name, by=SignedInBy.LINK), ask.form.get("next", "/"))


def begin(ask: Ask, identity: Identity, back: str) -> Response:
    """Sign somebody in, under a session that nobody knew before, and open the page they came for."""
    site, now = ask.site, wall_clock()
    with site.database.transaction() as connection:
        web_sessions.forget_ended(connection, now)
        if ask.session:
            web_sessions.end(connection, ask.session.token)
        secret = web_sessions.begin(connection, identity, now, now + site.web.signed_in_for)
        visitor = visitor_of(connection, identity, site.settings().access, site.people(), now)
        site.visits.came(connection, visitor, ask.now)
    answer = answers.to(back)
    give(site, answer, secret)
    return answer


def sign_out(ask: Ask) -> Response:
    """Sign somebody out."""
    with ask.site.database.transaction() as connection:
        web_sessions.end(connection, ask.token)
        ask.site.visits.left(connection, ask.who, ask.now)
    answer = answers.to("/sign-in")
    take_back(ask.site, answer)
    return answer


def _refused(ask: Ask, why: str) -> None:
    ask.site.visits.refused(ask.site.database, ask.site.vouched_by, why, ask.now)


def _refuse_foreign(ask: Ask) -> None:
    """Refuse what another site sends: it could sign somebody in as whom it likes, and see what they do."""
    if is_foreign(ask):
        raise RefusedError("This form came from another site.", hint="Open the link itself.")
