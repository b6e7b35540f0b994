"""What is declared, and what is there? Reads every baseline and its live configuration.

A state that is being applied, or that moved while its resources were read, is held against
nothing: half of what was read would be from before. It is compared the next time.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TypeAlias

from drift.errors import PartlyUnreadError, ProviderError, only_provider_errors
from drift.model.baseline import Declaration, DeclaredResource
from drift.model.glob import is_one_of
from drift.model.resource import LiveResource, NotListed, NotRead, NotReadReason
from drift.model.survey import Failure, Held, Place, Survey
from drift.ports import Baseline, LiveConfig, Watched

DISCOVERY = "what exists"
"""Stands for the listing of everything, which belongs to no single baseline."""

Beside: TypeAlias = Callable[[Collection[Place], Sequence[Declaration]], Collection[Place]]
"""Returns, of all that is declared, what must be read as well to understand some places."""


def survey(watched: Sequence[Watched], now: datetime, *, types: Sequence[str] = ()) -> Survey:
    """Read what `watched` declare and what is there; a baseline that fails hides no other.

    `types` are globs that narrow what is read. With a baseline unread, what exists cannot
    be called undeclared, so nothing is discovered then, nor where an apply is running.
    """
    reader = _Reader(lambda _, each: is_one_of(each.type, types), now)
    for one in watched:
        reader.hold(one, reader.declared(one))
    seen = Survey(
        held=tuple(reader.held),
        others=tuple(reader.whole),
        discovered=(),
        failures=tuple(reader.failures),
    )
    return seen if seen.failures else _with_discovered(seen, watched, types)


def survey_again(
    watched: Sequence[Watched], now: datetime, only: Collection[Place], beside: Beside
) -> Survey:
    """Read what is declared, and of what is there only these places, with what `beside` says explains them.

    What exists is not listed: a few reads cost the same in an estate of any size.
    """
    wanted: set[Place] = set(only)
    reader = _Reader(lambda origin, each: (origin, each.address) in wanted, now)
    declared = [(one, list(reader.declared(one))) for one in watched]
    every = [each for _, some in declared for each in some]
    wanted.update(beside(only, every))
    for one, some in declared:
        reader.hold(one, [each for each in some if reader.is_touched(each)])
    read = [one.declaration for one in reader.held if not one.is_postponed]
    places = {(each.origin, resource.address) for each in read for resource in each.resources}
    return Survey(
        held=tuple(reader.held),
        others=tuple(every),
        discovered=(),
        failures=tuple(reader.failures),
        only=frozenset(places.intersection(only)),
    )


def survey_of(
    names: Collection[str], watched: Sequence[Watched], now: datetime, beside: Beside, *, lists: bool
) -> Survey:
    """Read the baselines of these names and what is there of them, with what `beside` says explains them.

    Of the others it is read what they declare: what exists and is theirs is not undeclared. If it
    `lists`, what exists is listed as well.
    """
    reader = _Reader(lambda _, __: True, now)
    declared = [(one, list(reader.declared(one))) for one in watched]
    about = [(one, some) for one, some in declared if one.baseline.name in names]
    rest = [(one, some) for one, some in declared if one.baseline.name not in names]
    for one, some in about:
        reader.hold(one, some)
    places = {
        (each.origin, resource.address) for _, some in about for each in some for resource in each.resources
    }
    extra = set(beside(places, [each for _, some in declared for each in some])) - places
    other = _Reader(lambda origin, each: (origin, each.address) in extra, now)
    moving: list[Declaration] = []
    for one, some in rest:
        other.hold(one, [each for each in some if other.is_touched(each)])
        if lists:
            moving += other.moving(one.baseline, some)
    seen = Survey(
        held=tuple(reader.held),
        others=tuple(each for _, some in declared for each in some),
        discovered=(),
        failures=(*reader.failures, *other.failures),
        of=frozenset(names),
        beside=tuple(other.held),
        lists=lists,
        moving=tuple(moving),
    )
    return _with_discovered(seen, watched, ()) if lists and not seen.failures else seen


class _Reader:
    """Reads one baseline after the other."""

    def __init__(self, is_wanted: Callable[[str, DeclaredResource], bool], now: datetime) -> None:
        self.held: list[Held] = []
        self.whole: list[Declaration] = []
        self.failures: list[Failure] = []
        self._is_wanted = is_wanted
        self._now = now

    def is_touched(self, declaration: Declaration) -> bool:
        """Tell whether something of it is to be read."""
        return any(self._is_wanted(declaration.origin, each) for each in declaration.resources)

    def declared(self, one: Watched) -> Iterator[Declaration]:
        """Yield what a baseline declares, and say of the rest why it could not be read."""
        name = one.baseline.name
        try:
            with only_provider_errors("reading the baseline"):
                yield from one.baseline.declared()
        except PartlyUnreadError as error:
            self.failures += [
                Failure(name=name, error=each, origin=origin) for origin, each in error.unread.items()
            ]
        except ProviderError as error:
            self.failures.append(Failure(name=name, error=error))

    def hold(self, one: Watched, declarations: Iterable[Declaration]) -> None:
        """Read what is there of what is declared; say of the rest why it could not be read."""
        first, whole = len(self.held), list(declarations)
        try:
            with only_provider_errors("reading the baseline"):
                for declaration, held in zip(whole, self._held(whole, one.live), strict=True):
                    self.held.append(held)
                    self.whole.append(declaration)
        except ProviderError as error:
            self.failures.append(Failure(name=one.baseline.name, error=error))
        self.held[first:] = self._settled(one.baseline, self.held[first:])

    def _held(self, declarations: Sequence[Declaration], live: LiveConfig) -> Iterator[Held]:
        """Yield what is there of each, read at once: what a cloud lists it lists for all of them.

        It is read after all of the states, so that nothing in them is newer than what is there.
        """
        narrowed = [self._narrowed(one) for one in declarations]
        is_read = [one.lock is None or not one.lock.is_apply(self._now) for one in narrowed]
        wanted = [each for one, is_ in zip(narrowed, is_read, strict=True) if is_ for each in one.resources]
        readings = iter(live.read(wanted))
        for one, is_ in zip(narrowed, is_read, strict=True):
            if is_:
                yield Held(declaration=one, readings=tuple(islice(readings, len(one.resources))))
            else:
                yield _unread(one, f"postponed: an apply is running, by {one.lock}")

    def _narrowed(self, declaration: Declaration) -> Declaration:
        wanted = (each for each in declaration.resources if self._is_wanted(declaration.origin, each))
        return replace(declaration, resources=tuple(wanted))

    def _settled(self, baseline: Baseline, held: Sequence[Held]) -> Sequence[Held]:
        """Discard what was read of states that moved meanwhile."""
        read = [one.declaration for one in held if not one.is_postponed]
        why = self._moved(baseline, read) if read else {}
        return [
            _unread(one.declaration, why[one.declaration.origin]) if one.declaration.origin in why else one
            for one in held
        ]

    def moving(self, baseline: Baseline, declared: Sequence[Declaration]) -> Sequence[Declaration]:
        """Return those of these states that an apply holds, or that moved since they were read."""
        applied = [one for one in declared if one.lock is not None and one.lock.is_apply(self._now)]
        rest = [one for one in declared if one not in applied]
        why = self._moved(baseline, rest) if rest else {}
        return [*applied, *(one for one in rest if one.origin in why)]

    def _moved(self, baseline: Baseline, read: Sequence[Declaration]) -> Mapping[str, str]:
        """Return which of these states moved since they were read, by their origin, and why that counts."""
        try:
            with only_provider_errors("looking whether the baseline moved"):
                moved = baseline.moved(read)
        except ProviderError as error:
            self.failures.append(Failure(name=baseline.name, error=error))
            return dict.fromkeys((one.origin for one in read), f"whether it moved is not known: {error.what}")
        return {
            each.origin: f"postponed: {each.why}"
            for each in moved
            if each.lock is None or each.lock.is_apply(self._now)
        }


def _unread(declaration: Declaration, why: str) -> Held:
    readings = [
        NotRead(address=each.address, reason=NotReadReason.UNREADABLE, error=why)
        for each in declaration.resources
    ]
    return Held(declaration=declaration, readings=readings, is_postponed=True)


def _with_discovered(seen: Survey, watched: Sequence[Watched], types: Sequence[str]) -> Survey:
    discovered: list[LiveResource] = []
    not_listed: list[NotListed] = []
    failures: list[Failure] = []
    declared = [each for one in seen.others for each in one.resources]
    for reader in _distinct(watched):
        try:
            with only_provider_errors("listing what exists"):
                for one in reader.discover(declared, types, is_read=True):
                    if isinstance(one, NotListed):
                        not_listed.append(one)
                    elif not seen.is_in_motion(one.account):
                        discovered.append(one)
        except ProviderError as error:
            failures.append(Failure(name=DISCOVERY, error=error))
    return replace(seen, discovered=tuple(discovered), not_listed=tuple(not_listed), failures=tuple(failures))


def _distinct(watched: Sequence[Watched]) -> Iterator[LiveConfig]:
    """Yield each reader once: several baselines may share one."""
    seen: list[LiveConfig] = []
    for one in watched:
        if not any(one.live is reader for reader in seen):
            seen.append(one.live)
            yield one.live
