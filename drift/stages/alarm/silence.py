"""Which accounts used to talk, and are silent?

Each account has its own rhythm: it counts as silent when its pause is half as long again as the
longest that it made lately. Until it was heard for a while nothing is known of its rhythm.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from drift.model.alarm import SILENT_ACCOUNT, Alarm, Told
from drift.model.coverage import CoverageRules
from drift.model.verdict import Severity
from drift.stages.alarm.wording import lasting, moment
from drift.store import covered, meta
from drift.store.alarms import AlarmRow, standing
from drift.store.covered import SourceRead

LONGER = 1.5
"""A pause this many times as long as any before is no mere chance."""

PAUSES_TO_KNOW = 10
"""A rhythm is known once an account was heard for so many of its longest pauses, or for half of the time
that is looked at: else every first weekend would be an alarm."""

MOST_ALONE = 3
"""More accounts that fall silent at once are one alarm: it is their common source that broke."""

NAMED = 5

HOUR = timedelta(hours=1)

LOOKED_EVERY = timedelta(minutes=5)
"""Many accounts are quiet every night, and each costs a look at its hours."""

_LOOKED_AT = "silence"


def find_silence(
    connection: Connection, sources: Iterable[str], rules: CoverageRules, now: datetime
) -> tuple[Sequence[Alarm], Sequence[AlarmRow]]:
    """Return the alarms to be raised for accounts that fell silent, and those that are over.

    Of a source that cannot be read nothing is said: its gap is told of already. What is over is
    an alarm all of whose accounts have talked since, or may be silent by now.
    """
    known = standing(connection, SILENT_ACCOUNT)
    told = {one for row in known for one in row.alarm.accounts}
    asked = sources if _is_due(connection, now) else ()
    news = [alarm for source in asked for alarm in _of_source(connection, source, told, rules)]
    return news, [row for row in known if not _is_any_silent(connection, row.alarm, rules)]


def _is_due(connection: Connection, now: datetime) -> bool:
    looked_at = meta.read(connection, _LOOKED_AT)
    if looked_at is not None and now - datetime.fromisoformat(looked_at) < LOOKED_EVERY:
        return False
    meta.write(connection, _LOOKED_AT, now.isoformat())
    return True


def _of_source(connection: Connection, source: str, told: set[Told], rules: CoverageRules) -> Iterator[Alarm]:
    read = covered.source_read_of(connection, source)
    if read is None:
        return
    quiet = covered.heard_before(connection, source, read.up_to - rules.silent_after)
    silent = {
        account: heard_at
        for account, heard_at in quiet.items()
        if rules.is_watched(account)
        and Told(source=source, account=account) not in told
        and _is_silent(connection, read, Told(source=source, account=account), heard_at, rules)
    }
    if len(silent) > MOST_ALONE:
        yield _many(source, silent, read.up_to)
        return
    for account, heard_at in silent.items():
        yield _one(source, account, heard_at, read.up_to)


def _is_silent(
    connection: Connection, read: SourceRead, one: Told, heard_at: datetime, rules: CoverageRules
) -> bool:
    if read.up_to - heard_at > rules.rhythm:
        return False  # whatever its rhythm was, it is too long ago
    hours = covered.hours_heard(connection, one.source, one.account, heard_at - rules.rhythm, heard_at)
    longest = max((later - earlier for earlier, later in pairwise(hours)), default=HOUR)
    allowed = max(rules.silent_after, LONGER * longest)
    is_known = bool(hours) and hours[-1] - hours[0] >= min(PAUSES_TO_KNOW * longest, rules.rhythm / 2)
    was_silent_when_we_came = read.since - heard_at > allowed
    return is_known and read.up_to - heard_at > allowed and not was_silent_when_we_came


def _is_any_silent(connection: Connection, alarm: Alarm, rules: CoverageRules) -> bool:
    for one in alarm.accounts:
        if not rules.is_watched(one.account):
            continue
        heard_at = covered.heard_at_of(connection, one.source, one.account)
        if heard_at is None or heard_at <= alarm.since:
            return True
    return False


def _one(source: str, account: str, heard_at: datetime, now: datetime) -> Alarm:
    return Alarm(
        slug=SILENT_ACCOUNT,
        subject=f"{source}: account {account}",
        text=f"account {account} is silent: {source} tells nothing of it since {moment(heard_at)},"
        f" {lasting(now - heard_at)} ago",
        hint="Look whether its trail or sink still delivers, and whether somebody changed it.",
        severity=Severity.HIGH,
        since=heard_at,
        accounts=(Told(source=source, account=account),),
    )


def _many(source: str, silent: dict[str, datetime], now: datetime) -> Alarm:
    since = max(silent.values())
    names = ", ".join(list(silent)[:NAMED])
    more = f" and {len(silent) - NAMED} more" if len(silent) > NAMED else ""
    return Alarm(
        slug=SILENT_ACCOUNT,
        subject=f"{source}: {len(silent)} accounts since {moment(since)}",
        text=f"{len(silent)} accounts are silent: {source} tells nothing of {names}{more}"
        f" since {moment(since)}, {lasting(now - since)} ago",
        hint="Look whether what delivers their logs still does, and whether somebody changed it.",
        severity=Severity.HIGH,
        since=since,
        accounts=tuple(Told(source=source, account=account) for account in silent),
    )
