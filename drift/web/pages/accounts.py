"""The accounts: how each is treated, which days of it were read, and what is not known of it."""

from collections.abc import Iterator

from sqlalchemy import Connection
from starlette.responses import Response

from drift.reports.browse.accounts import AccountRow, account_list, account_row
from drift.web import answers
from drift.web.ask import Ask
from drift.web.bounds import outside, within
from drift.web.naming import for_reader
from drift.web.pages.account_rows import account_line, gap_lines, strip

_LONGEST = 200


def accounts(ask: Ask) -> Response:
    """Show the accounts that any source told of."""
    settings, after = ask.site.settings(), ask.query.get("after", "")[:_LONGEST]
    with ask.site.database.reading() as connection:
        found = account_list(
            connection,
            now=ask.now,
            rules=settings.enrolment,
            decision=settings.decision,
            within=within(ask),
            after=after,
        )
    rows = tuple(account_line(row, ask.now, within(ask)) for row in found.rows)
    return answers.page(
        ask,
        "accounts.html.j2",
        title="Accounts",
        rows=for_reader(ask, rows, _people(found.rows)),
        is_first=not after,
        older=f"/accounts?after={answers.quoted(found.after)}" if found.after else "",
    )


def account(ask: Ask) -> Response:
    """Show one account, day by day."""
    with ask.site.database.reading() as connection:
        row = _called(connection, ask)
    if row is None:
        return outside(ask)
    people = tuple(_people([row]))
    by_day = tuple(strip(one, ask.now, within(ask), by_day=True) for one in row.sources)
    return answers.page(
        ask,
        "account.html.j2",
        title=f"Account {row.account}",
        account=for_reader(ask, account_line(row, ask.now, within(ask)), people),
        strips=for_reader(ask, by_day, people),
        gaps=for_reader(ask, gap_lines(row.sources), people),
    )


def _called(connection: Connection, ask: Ask) -> AccountRow | None:
    settings = ask.site.settings()
    return account_row(
        connection,
        ask.path["account"],
        now=ask.now,
        rules=settings.enrolment,
        decision=settings.decision,
        within=within(ask),
    )


def _people(rows: "list[AccountRow] | tuple[AccountRow, ...]") -> Iterator[str | None]:
    for row in rows:
        for gap in (gap.gap for one in row.sources for gap in one.gaps):
            yield gap.owner
            yield gap.accepted.by if gap.accepted else None
