"""One change: what happened, why it stands as it does, and what is done about it."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import Connection
from starlette.responses import Response

from drift.errors import DriftError, ProviderError, RefusedError
from drift.model.person import makers_of
from drift.reports.browse.change_detail import ChangeDetail, change_detail
from drift.reports.browse.change_list import ListedChange, listed
from drift.stages.decide import answer_due_at
from drift.store.lookup import change_ids, change_ids_of_session
from drift.web import answers
from drift.web.acting import link, new_key, recorded, take
from drift.web.ask import Ask
from drift.web.bounds import outside, within
from drift.web.change_rows import shown_to
from drift.web.change_view import view_of
from drift.web.deeds import ALL, Saying, sayings
from drift.web.finding_rows import owning
from drift.web.naming import for_reader
from drift.web.people import machines_in, people_in

MOST_NAMED = 20
"""Changes that are named beside the one: of the same session, or with ids that begin alike."""

SAID_BEFORE = "before"
"""Stands in the address where nothing was changed by a form."""


def change(ask: Ask) -> Response:
    """Show a change; the beginning of its id is enough."""
    detail = _detail(ask)
    return _page(ask, detail) if detail else _meant(ask)


def say(saying: str, ask: Ask) -> Response:
    """Take in what somebody says of a change."""
    detail = _detail(ask)
    if detail is None:
        return outside(ask)
    one, change_id = ALL[saying], detail.change.change_id
    given = {name: value.strip() for name, value in ask.form.items()}
    try:
        if one.deed is None:
            done = link(ask, change_id, given.get("ticket", ""))
        else:
            done = take(ask, change_id, one.deed(given, ask.now))
    except RefusedError as error:
        return _page(ask, detail, one, error, 403)
    except ProviderError as error:
        return _page(ask, detail, one, error, 502)
    is_known = done.is_new or done.action.key == f"web/{ask.form['key']}"
    word = ask.form["key"] if is_known else SAID_BEFORE
    return answers.to(f"{_href(change_id)}?done={answers.quoted(word)}")


SAY = {slug: partial(say, slug) for slug in ALL}
"""What each form is sent to."""


def _href(change_id: str) -> str:
    return f"/changes/{answers.quoted(change_id)}"


def _detail(ask: Ask) -> ChangeDetail | None:
    with ask.site.database.reading() as connection:
        return change_detail(connection, ask.path["id"], now=ask.now, within=within(ask), owning=owning(ask))


def _page(
    ask: Ask,
    detail: ChangeDetail,
    refused_saying: Saying | None = None,
    error: DriftError | None = None,
    status: int = 200,
) -> Response:
    due_at = answer_due_at(detail.change, ask.site.settings().decision)
    view = view_of(detail, due_at, ask.now, sees_names=ask.sees_names)
    view = for_reader(ask, view, tuple(people_in(detail)), tuple(machines_in(detail.change)))
    is_maker = _is_maker(ask, detail)
    is_print = ask.query.get("as") == "print"
    return answers.page(
        ask,
        "change.html.j2",
        status=status,
        title=view.title,
        change=view,
        href=_href(detail.change.change_id),
        sayings=() if is_print else tuple(sayings(detail, ask.who, is_maker=is_maker)),
        is_maker=is_maker,
        refused_slug=refused_saying.slug if refused_saying else "",
        refused=error and (_sentence(error.what), _sentence(error.hint)),
        given=ask.form if refused_saying else {},
        done=_done(ask, detail),
        key=new_key(),
        others=shown_to(ask, _others(ask, detail)),
        is_print=is_print,
    )


def _is_maker(ask: Ask, detail: ChangeDetail) -> bool:
    """Tell whether the visitor made the change, as the desk sees it: nobody approves their own."""
    run = detail.judgement.match.deployment if detail.judgement else None
    people = ask.site.people()
    return people.person(ask.who.name) in makers_of(detail.change, run, people)


def _done(ask: Ask, detail: ChangeDetail) -> str:
    """Say what was just taken in, if the address names it."""
    if ask.query.get("done") == SAID_BEFORE:
        return "That was said before, and stands: nothing is changed."
    said = recorded(ask, detail.change.actions)
    return f"{said}. It is judged again at once." if said else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def _others(ask: Ask, detail: ChangeDetail) -> Sequence[ListedChange]:
    """Return the other changes of its session, as far as they may be seen."""
    with ask.site.database.reading() as connection:
        ids = change_ids_of_session(connection, detail.change.session_id, MOST_NAMED)
        return _seen(ask, _listed(connection, [one for one in ids if one != detail.change.change_id]))


def _meant(ask: Ask) -> Response:
    """Lead to the one change whose id begins so, or name those whose ids do."""
    beginning = ask.path["id"].strip()
    with ask.site.database.reading() as connection:
        ids = change_ids(connection, beginning, MOST_NAMED + 1) if beginning else ()
        found = _seen(ask, _listed(connection, ids))
    if len(found) == 1 and len(ids) == 1:
        return answers.to(_href(found[0].change_id))
    if not found:
        return outside(ask)
    return answers.page(
        ask,
        "several.html.j2",
        title=f"Several changes begin with {beginning}",
        rows=shown_to(ask, found[:MOST_NAMED]),
        has_more=len(found) > MOST_NAMED,
    )


def _listed(connection: Connection, ids: Sequence[str]) -> Mapping[str, ListedChange]:
    return listed(connection, ids) if ids else {}


def _seen(ask: Ask, rows: Mapping[str, ListedChange]) -> list[ListedChange]:
    bound = within(ask)
    seen = (one for one in rows.values() if bound.holds(one.began_at))
    return sorted(seen, key=lambda one: (one.began_at, one.change_id))
