"""What is declared, and what is there? Reads every baseline and its live configuration."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from drift.errors import ProviderError, only_provider_errors
from drift.model.baseline import Declaration
from drift.model.resource import LiveResource
from drift.model.survey import Failure, Held, Survey
from drift.ports import LiveConfig, Watched

DISCOVERY = "what exists"
"""Stands for the listing of everything, which belongs to no single baseline."""


def survey(watched: Sequence[Watched], *, types: Sequence[str] = ()) -> Survey:
    """Read what `watched` declare and what is there; a baseline that fails hides no other.

    `types` are globs that narrow what is read. With a baseline unread, what exists cannot
    be called undeclared, so nothing is discovered then.
    """
    held: list[Held] = []
    whole: list[Declaration] = []
    failures: list[Failure] = []
    for one in watched:
        try:
            with only_provider_errors("reading the baseline"):
                for declaration in one.baseline.declared():
                    wanted = tuple(each for each in declaration.resources if _is_wanted(each.type, types))
                    readings = tuple(one.live.read(wanted))
                    held.append(Held(declaration=replace(declaration, resources=wanted), readings=readings))
                    whole.append(declaration)
        except ProviderError as error:
            failures.append(Failure(name=one.baseline.name, error=error))
    discovered: list[LiveResource] = []
    if not failures:
        for reader in _distinct(watched):
            try:
                with only_provider_errors("listing what exists"):
                    discovered += (one for one in reader.discover() if _is_wanted(one.type, types))
            except ProviderError as error:
                failures.append(Failure(name=DISCOVERY, error=error))
    return Survey(
        held=tuple(held),
        others=tuple(whole),
        discovered=tuple(discovered),
        failures=tuple(failures),
    )


def _is_wanted(type_: str, types: Sequence[str]) -> bool:
    return not types or any(fnmatchcase(type_, pattern) for pattern in types)


def _distinct(watched: Sequence[Watched]) -> Iterator[LiveConfig]:
    """Yield each reader once: several baselines may share one."""
    seen: list[LiveConfig] = []
    for one in watched:
        if not any(one.live is reader for reader in seen):
            seen.append(one.live)
            yield one.live
