"""How `drift baseline --map` shows what belongs to each state."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec

from drift.cli.lines import encoded
from drift.model.state_map import Fact, MappedState
from drift.reports.wording import counted
from drift.stages.decide import DecisionRules
from drift.terminal import shown

_COLUMNS = ("code", "account", "region", "role", "environment", "owner")


class _Line(msgspec.Struct):
    """One output line; scripts rely on every key."""

    baseline: str
    state: str
    code: Fact | None
    account: Fact | None
    other_accounts: tuple[str, ...]
    region: Fact | None
    role: Fact | None
    environment: Fact | None
    owner: Fact | None
    missing: tuple[str, ...]


def with_environment(state: MappedState, rules: DecisionRules | None) -> MappedState:
    """Return a state with the environment that the policy says its account belongs to.

    A row of the map that names one wins; what code calls it is only taken where the policy is silent.
    """
    is_named = state.environment is not None and state.environment.how.startswith("row ")
    found = rules.environment_of(state.account.value) if rules and state.account else None
    if found is not None and not is_named:
        how = "[[environment]] of the configuration"
        return replace(state, environment=Fact(value=found.name, how=how))
    if state.environment is None:
        missing = "environment: no [[environment]] claims its account"
        return replace(state, missing=(*state.missing, missing))
    return state


def map_json(state: MappedState) -> str:
    """Return the JSON of a state."""
    return encoded(
        _Line(
            baseline=state.baseline,
            state=state.state,
            code=state.code,
            account=state.account,
            other_accounts=state.other_accounts,
            region=state.region,
            role=state.role,
            environment=state.environment,
            owner=state.owner,
            missing=state.missing,
        )
    )


def map_text(state: MappedState) -> str:
    """Return what belongs to a state, one line for each thing, with how it was found."""
    return "\n".join(_lines(state))


def _lines(state: MappedState) -> Iterator[str]:
    yield shown(state.state)
    for column in _COLUMNS:
        fact: Fact | None = getattr(state, column)
        if fact is not None:
            yield shown(f"  {column:11}  {fact.value}  ({fact.how})")
    if state.other_accounts:
        yield shown(f"  {'also in':11}  {', '.join(state.other_accounts)}")
    for one in state.missing:
        yield shown(f"  missing      {one}")


def map_summary(states: Sequence[MappedState]) -> str:
    """Return how much of the estate is known."""
    known = {column: sum(getattr(one, column) is not None for one in states) for column in _COLUMNS}
    told = ", ".join(f"{column} of {count}" for column, count in known.items())
    return f"{counted(len(states), 'state')}: {told}"
