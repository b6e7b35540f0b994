"""One finding: what differs, who made it so, and what is said about it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection
from starlette.responses import Response

from drift.errors import RefusedError
from drift.model.action import Acknowledged, Deed, Waived
from drift.reports.acted import said_to_do
from drift.reports.browse.filters import parse_time
from drift.reports.population import Period
from drift.reports.story import FindingStory, story_of_finding
from drift.reports.wording import finding_name
from drift.stages.route import owner_of_finding
from drift.store.findings import FindingRow
from drift.store.lookup import finding_called, finding_ids
from drift.web import answers
from drift.web.acting import done_with, new_key, take
from drift.web.ask import Ask
from drift.web.bounds import outside, within
from drift.web.naming import for_reader
from drift.web.pages.finding_view import people_in, view_of


def finding(ask: Ask) -> Response:
    """Show a finding."""
    return _page(ask)


def waive(ask: Ask) -> Response:
    """Accept a finding as it is for a while."""
    return _do(ask, _waived)


def acknowledge(ask: Ask) -> Response:
    """Say that somebody has seen it, and sees to it."""
    return _do(ask, lambda form: Acknowledged(reason=form.form.get("reason", "")))


def _waived(ask: Ask) -> Waived:
    given = ask.form.get("until", "").strip()
    until: datetime | None = parse_time(given)
    if until is None:
        raise RefusedError(
            f'"{given}" is no day on which a waiver could end' if given else "it is not said when it ends",
            hint="write a day such as 2026-12-31",
        )
    return Waived(reason=ask.form.get("reason", ""), owner=ask.form.get("owner", ""), expires_at=until)


def _do(ask: Ask, deed: Callable[[Ask], Deed]) -> Response:
    with ask.site.database.reading() as connection:
        row = _seen(connection, ask)
    if row is None:
        return outside(ask)
    finding_id = row.finding.finding_id
    try:
        take(ask, finding_id, deed(ask))
    except RefusedError as error:
        return _page(ask, error)
    return answers.to(f"/findings/{answers.quoted(finding_id)}?done={answers.quoted(ask.form['key'])}")


def _page(ask: Ask, refused: RefusedError | None = None) -> Response:
    with ask.site.database.reading() as connection:
        row = _seen(connection, ask)
        story = None if row is None else story_of_finding(connection, row)
    if story is None:
        return outside(ask)
    settings = ask.site.settings()
    one = story.row.finding
    environment = settings.decision.environment_of(one.account)
    owner = owner_of_finding(one, story.standing, environment.name if environment else None, settings.routing)
    view = view_of(story, owner, within(ask), ask.now)
    people = tuple(people_in(story))
    return answers.page(
        ask,
        "finding.html.j2",
        status=403 if refused else 200,
        title=for_reader(ask, finding_name(one), people),
        finding=for_reader(ask, view, people),
        refused=refused and (refused.what, refused.hint),
        done=_done(ask, story),
        form=ask.form if refused else {},
        key=new_key(),
        longest_waiver=(ask.now + settings.actions.longest_waiver),
    )


def _seen(connection: Connection, ask: Ask) -> FindingRow | None:
    """Return the finding, if there is one, and it was first seen in what may be seen."""
    id_ = ask.path["finding_id"]
    if id_ not in finding_ids(connection, id_, 1):
        return None
    row = finding_called(connection, id_)
    return row if _is_in(within(ask), row) else None


def _is_in(span: Period, row: FindingRow) -> bool:
    return span.holds(row.first_seen_at)


def _done(ask: Ask, story: FindingStory) -> str:
    """Say what was just taken in, if the address names it: nobody else's word, and nothing made up."""
    key = done_with(ask)
    mine = (one for one in story.actions if one.key == key and one.by.name == ask.who.name)
    return next((f"Recorded: {one.by.name} {said_to_do(one.deed)}" for one in mine), "")
