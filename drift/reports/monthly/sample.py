"""What the sample of a month showed: what each drawn change lacks, and what somebody saw who read some."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import assert_never

from drift.reports.emergency import Month
from drift.reports.read_checks import ReadSample, ReadStanding
from drift.reports.weekly.layout import Health
from drift.reports.wording import counted, moment

MOST_NAMED = 5


def sample_lines(found: ReadSample | None, month: Month, now: datetime) -> Iterator[Health]:
    """Yield what is to be said of the sample, and whether each is bad."""
    if found is None or found.sample.month != str(month):
        is_over = now >= month.until
        yield Health(text=f"No sample was drawn of {month}{'' if is_over else ' yet'}", is_bad=is_over)
        return
    sample = found.sample
    of = f"{len(sample.drawn):,} of {counted(sample.population, 'change')}"
    yield Health(text=f"Drawn: {of}, by a seed that nobody chose", is_bad=False)
    if lacking := sample.lacking:
        what = Counter(str(one) for row in lacking for one in row.lacking)
        told = ", ".join(f"{number:,} {name}" for name, number in sorted(what.items()))
        yield Health(text=f"An auditor would object to {len(lacking):,} of them: {told}", is_bad=True)
        for row in lacking[:MOST_NAMED]:
            named = " and ".join(map(str, row.lacking))
            yield Health(text=f"{row.change_id} ({row.disposition}) lacks: {named}", is_bad=True)
        if len(lacking) > MOST_NAMED:
            yield Health(text=f"and {len(lacking) - MOST_NAMED:,} more: drift status", is_bad=True)
    elif sample.drawn:
        yield Health(text="Each of them has its ticket and its approval before", is_bad=False)
    yield _reading(found, now)
    for check in found.otherwise:
        yield Health(text=f"{check.change_id} is not as recorded: {check.notes}", is_bad=True)


def _reading(found: ReadSample, now: datetime) -> Health:
    sample, read = found.sample, len(set(found.sample.to_read) & set(found.reads))
    progress = f"{read:,} of {len(sample.to_read):,} read by {sample.reader}"
    standing = found.standing(now)
    match standing:
        case ReadStanding.DONE:
            return Health(text=f"Read: {progress}, all", is_bad=False)
        case ReadStanding.OPEN:
            due = f", due {moment(sample.due_at)}" if sample.due_at else ""
            return Health(text=f"Read: {progress}{due}", is_bad=False)
        case ReadStanding.OVERDUE:
            return Health(text=f"Read: {progress}, overdue", is_bad=True)
        case ReadStanding.NOBODY:
            return Health(text="Read: nobody is named who made none of them", is_bad=True)
        case ReadStanding.NOTHING:
            return Health(text="Read: there was nothing to read", is_bad=False)
        case ReadStanding.NOT_ASKED:
            return Health(text="Read: it was not asked for yet", is_bad=False)
        case _:
            assert_never(standing)
