"""One finding: what differs, who made it so, and what is said about it."""

from collections.abc import Callable
from datetime import datetime

from starlette.responses import Response

from drift.errors import RefusedError
from drift.model.action import Acknowledged, Deed, Waived
from drift.reports.browse.filters import parse_time
from drift.reports.browse.finding_detail import FindingDetail, finding_detail
from drift.reports.wording import finding_name
from drift.web import answers
from drift.web.acting import new_key, recorded, take
from drift.web.ask import Ask
from drift.web.bounds import outside, within
from drift.web.finding_rows import owning
from drift.web.naming import for_reader
from drift.web.pages.finding_view import machines_in, people_in, view_of


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
    detail = _detail(ask)
    if detail is None:
        return outside(ask)
    finding_id = detail.finding.finding.finding_id
    try:
        take(ask, finding_id, deed(ask))
    except RefusedError as error:
        return _page(ask, error)
    return answers.to(f"/findings/{answers.quoted(finding_id)}?done={answers.quoted(ask.form['key'])}")


def _page(ask: Ask, refused: RefusedError | None = None) -> Response:
    detail = _detail(ask)
    if detail is None:
        return outside(ask)
    people, machines = tuple(people_in(detail)), tuple(machines_in(detail))
    return answers.page(
        ask,
        "finding.html.j2",
        status=403 if refused else 200,
        title=for_reader(ask, finding_name(detail.finding.finding), people, machines),
        finding=for_reader(ask, view_of(detail, within(ask)), people, machines),
        refused=refused and (refused.what, refused.hint),
        done=recorded(ask, detail.actions),
        form=ask.form if refused else {},
        key=new_key(),
        longest_waiver=ask.now + ask.site.settings().actions.longest_waiver,
    )


def _detail(ask: Ask) -> FindingDetail | None:
    with ask.site.database.reading() as connection:
        return finding_detail(
            connection, ask.path["finding_id"], now=ask.now, within=within(ask), owning=owning(ask)
        )
