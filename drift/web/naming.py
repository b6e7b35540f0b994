"""How people stand on a page: by name for whoever may read names, else as somebody."""

from collections.abc import Iterable
from typing import TypeVar

from drift.web.ask import Ask
from drift.web.veil import veil

_T = TypeVar("_T")


def for_reader(ask: Ask, view: _T, people: Iterable[str | None] = (), machines: Iterable[str] = ()) -> _T:
    """Return what a page shows, for who looks at it.

    Addresses, and the names that directories know, are found in every text; `people` are those whom only
    the records of the page name, and `machines` keep their names although they look like addresses, as
    teams do.
    """
    if ask.sees_names:
        return view
    kept = (*machines, *ask.site.settings().routing.teams)
    return veil(people, ask.site.people().aliases, kept).over(view)
