"""What is held about whoever looks, and what they may: for themselves alone."""

from starlette.responses import Response

from drift.model.visitor import Role
from drift.reports.acted import said_to_do
from drift.reports.browse.held_about import held_about, names_of_person
from drift.reports.browse.held_visits import held_visits
from drift.store.invitations import invitation_of
from drift.web import answers
from drift.web.ask import Ask, wall_clock
from drift.web.bounds import within
from drift.web.pages.access import may_in_words


def me(ask: Ask) -> Response:
    """Show what is held about whoever asks, under each name that is known to be theirs."""
    name = ask.who.name
    with ask.site.database.reading() as connection:
        names = names_of_person(name, ask.site.people())
        held = held_about(connection, names, within=within(ask))
        visits = held_visits(connection, names)
        invited = invitation_of(connection, {name}, wall_clock()) if Role.AUDITOR in ask.who.roles else None
    return answers.page(
        ask,
        "me.html.j2",
        title="About you",
        held=held,
        visits=visits,
        roles=tuple((role, may_in_words(role)) for role in sorted(ask.who.roles)),
        invited=invited,
        identity=ask.who.identity,
        session=ask.session,
        said=said_to_do,
        signed_in_for=ask.site.web.signed_in_for,
    )
