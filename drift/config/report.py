"""Says what the weekly report tells, and where it goes."""

from collections.abc import Collection
from pathlib import Path

from drift.config import report_tables, tables, values
from drift.config.place import nearest, quoted
from drift.config.reader import Reader, Row
from drift.config.report_settings import ReportSettings
from drift.config.routing import zone_called
from drift.model.audience import Audience
from drift.model.mail_address import is_address
from drift.model.report_mail import ReportMail
from drift.ports import AdapterKind


def report_settings(reader: Reader) -> ReportSettings:
    """Return what is configured of reports.

    Raises:
        ConfigError: A time or an address is none, a team is named that there is not, or nothing sends mail.
    """
    row = reader.one(tables.Report)
    folder, place = row.table.folder, row.place
    teams = {one.table.name for one in reader.many(tables.Team)}
    mails = tuple(_mail(one, teams) for one in reader.many(report_tables.ReportMail))
    known = [one.name for one in reader.adapters(AdapterKind.MAIL)]
    return ReportSettings(
        folder=None
        if folder is None
        else Path(values.absolute(place, "folder", folder, reader.document.folder)),
        names_people=row.table.people,
        send_at=_send_at(row),
        time_zone=zone_called(place, row.table.time_zone),
        mail=_transport(row, known, has_mails=bool(mails)),
        mails=mails,
    )


def _send_at(row: Row[tables.Report]) -> str | None:
    given = row.table.send_at
    if given is None:
        return None
    # Slow to import, and most commands start nothing.
    from apscheduler.triggers.cron import CronTrigger

    try:
        CronTrigger.from_crontab(given)
    except ValueError:
        raise row.place.error(
            f'"send_at" is no time as crontab writes it: {quoted(given)}', hint='write "0 6 * * mon"'
        ) from None
    return given


def _transport(row: Row[tables.Report], known: list[str], *, has_mails: bool) -> str | None:
    given = row.table.mail
    if given is not None and given not in known:
        raise row.place.error(f"there is no [[mail]] {quoted(given)}", hint=nearest(given, known))
    if given is None and len(known) > 1:
        raise row.place.error("there are several [[mail]]", hint='say which sends reports: mail = "NAME"')
    if has_mails and not known:
        raise row.place.error("nothing sends mail", hint="add a [[mail]] beside the [[report_mail]]")
    return given or next(iter(known), None)


def _mail(row: Row[report_tables.ReportMail], teams: Collection[str]) -> ReportMail:
    given, place = row.table, row.place
    for address in given.to:
        if not is_address(address):
            raise place.error(
                f'"to" holds no plain address: {quoted(address)}', hint='write "oncall@example.com"'
            )
    if (given.team is None) == (given.audience is None) and given.audience is not Audience.TEAM:
        raise place.error(
            "says not for whom it is",
            hint='write audience = "managers", "responders" or "auditors", or team = "NAME"',
        )
    if given.audience is Audience.TEAM and given.team is None:
        raise place.error('"team" is missing', hint='write team = "NAME"')
    if given.team is not None and given.team not in teams:
        raise place.error(
            f'"team" names {quoted(given.team)}, which there is not', hint=nearest(given.team, teams)
        )
    return ReportMail(
        name=given.name,
        to=tuple(dict.fromkeys(given.to)),
        audience=Audience.TEAM if given.team is not None else given.audience or Audience.RESPONDERS,
        team=given.team,
        has_workbook=given.xlsx,
        is_monthly=given.monthly,
    )
