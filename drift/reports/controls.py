"""Which points of focus the evidence speaks to, and how far that of one pack does."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files

from drift.model.control import Answer, Means, Operation, PointOfFocus, Support, Working

_OR = " or "


def points_of_focus() -> tuple[PointOfFocus, ...]:
    """Return the points of focus in the order of their criteria."""
    document = tomllib.loads(files("drift.reports").joinpath("controls.toml").read_text(encoding="utf-8"))
    return tuple(
        PointOfFocus(
            slug=slug,
            meaning=row["meaning"],
            reaches=Support(row["reaches"]),
            shows=row["shows"],
            leaves=row.get("leaves"),
            needs=tuple(frozenset(map(Means, one.split(_OR))) for one in row.get("needs", ())),
            helps=tuple(map(Means, row.get("helps", ()))),
            files=tuple(row.get("files", ())),
        )
        for slug, row in document.items()
    )


def answer(
    point: PointOfFocus,
    operated: Mapping[Means, Operation],
    files_like: Callable[[Sequence[str]], tuple[str, ...]],
) -> Answer:
    """Return how far the evidence of a pack supports a point, and why no further.

    1. What no pack can show, this one cannot.
    2. Where something that it needs is not connected, it cannot be shown: an empty list would say nothing.
    3. Where something that it needs, or that helps, told nothing or not all, it is supported in part.
    """
    because = tuple(dict.fromkeys(_why_no_more(point, operated)))
    support = _support(point, operated)
    found = () if support is Support.CANNOT_SHOW else files_like(point.files)
    return Answer(point=point, support=support, because=because, files=found)


def _support(point: PointOfFocus, operated: Mapping[Means, Operation]) -> Support:
    needs = [_best(one, operated).working for one in point.needs]
    helps = [operated[one].working for one in point.helps]
    if point.reaches is Support.CANNOT_SHOW or Working.ABSENT in needs:
        return Support.CANNOT_SHOW
    if any(one is not Working.OPERATED for one in (*needs, *helps)):
        return Support.PARTLY
    return point.reaches


def _why_no_more(point: PointOfFocus, operated: Mapping[Means, Operation]) -> Iterator[str]:
    if point.reaches is not Support.CANNOT_SHOW:
        for need in point.needs:
            if _best(need, operated).working is not Working.OPERATED:
                yield from (operated[one].said for one in Means if one in need)
        for one in point.helps:
            if operated[one].working is not Working.OPERATED:
                yield operated[one].said
    if point.leaves:
        yield point.leaves


def _best(means: frozenset[Means], operated: Mapping[Means, Operation]) -> Operation:
    ranked = list(Working)
    return min((operated[one] for one in Means if one in means), key=lambda one: ranked.index(one.working))
