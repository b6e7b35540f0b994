"""Terraform states as a baseline, wherever they are kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from drift.errors import PartlyUnreadError, ProviderError, ProviderResponseError
from drift.model.baseline import Declaration, DeclaredResource, Moved
from drift.ports import StateStore, StoredState
from providers.terraform.backends.local import LocalStates, LocalStatesSettings
from providers.terraform.hcl_facts import CodeFacts, read_code
from providers.terraform.locations import Locations
from providers.terraform.state import read_state


class TerraformStateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the states are, and the code that made them."""

    state: str
    """A path, a folder, a glob or a URI of one or more states."""
    code: str | None = None
    """Folder of the code; without it, the folder of each state that is a file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """A state as it was last read."""

    version: str | None
    declaration: Declaration
    """Without what the code says, which may change by itself."""


class TerraformState:
    """A `Baseline` of one or more Terraform states.

    What was read is kept, so that a state that did not change costs no more than its line in the
    store's listing. All of it is held in memory while it is compared; keeping it makes no higher peak.
    """

    def __init__(
        self,
        name: str,
        settings: TerraformStateSettings,
        overrides: Mapping[str, str] = {},
        store: StateStore | None = None,
    ) -> None:
        """Make it, with the user's own rows of the table `locations`; without a `store`, states are files.

        Raises:
            ValueError: They are not of the table's form.
        """
        self._name = name
        self._settings = settings
        self._store = store or LocalStates(LocalStatesSettings())
        self._locations = Locations(overrides.get("locations", ""))
        self._kept: dict[str, _Kept] = {}

    @property
    def name(self) -> str:
        """The baseline's name in the configuration, or its path or URI."""
        return self._name

    def declared(self) -> Iterator[Declaration]:
        """Read what is declared now: one declaration per state.

        A state that cannot be read does not hide the others: it raises after them.
        """
        states = self._store.find(self._settings.state)
        self._forget_all_but(states)
        failed: dict[str, ProviderError] = {}
        for state in states:
            try:
                declaration = self._with_code(self._read(state))
            except ProviderError as error:
                failed[state.name] = error
            else:
                yield replace(declaration, lock=state.lock)
        if len(failed) == len(states) == 1:
            raise failed[states[0].name]
        if failed:
            raise PartlyUnreadError(failed, what="states")

    def moved(self, declared: Sequence[Declaration]) -> Sequence[Moved]:
        """Return which of these states are other ones by now, or are held by somebody; see `Baseline`."""
        now = {state.name: state for state in self._store.find(self._settings.state)}
        found = (self._movement(one, now.get(one.origin)) for one in declared)
        return [one for one in found if one is not None]

    def _movement(self, read: Declaration, state: StoredState | None) -> Moved | None:
        if state is None:
            return Moved(origin=read.origin, why="the state is gone")
        try:
            # Its store may count a lock as a new version: only other bytes are another state.
            declared = self._read(state)
        except ProviderError as error:
            return Moved(origin=read.origin, why=f"it cannot be read any more: {error.what}")
        if declared.sha256 != read.sha256:
            why = f"the state moved from serial {read.serial} to {declared.serial} meanwhile"
            return Moved(origin=read.origin, why=why)
        if state.lock is not None:
            return Moved(origin=read.origin, why=f"an apply began, by {state.lock}", lock=state.lock)
        return None

    def _read(self, state: StoredState) -> Declaration:
        """Return what a state declares, out of memory where its version or its bytes are the same."""
        kept = self._kept.get(state.name)
        known = kept.version if kept else None
        if kept and known is not None and known == state.version:
            return kept.declaration
        content = self._store.read(state, known=known)
        if content is None and kept:
            return kept.declaration
        if content is None:
            raise ProviderResponseError(
                f"{state.name} came without content", hint="if it happens again, report it"
            )
        declaration = read_state(
            content.whole(), name=self._name, origin=state.name, locations=self._locations
        )
        if kept and kept.declaration.sha256 == declaration.sha256:
            declaration = kept.declaration
        self._kept[state.name] = _Kept(version=content.version, declaration=declaration)
        return declaration

    def _forget_all_but(self, states: Sequence[StoredState]) -> None:
        names = {state.name for state in states}
        for gone in self._kept.keys() - names:
            del self._kept[gone]

    def _with_code(self, declaration: Declaration) -> Declaration:
        folder = self._code_of(declaration.origin)
        if folder is None:
            return declaration
        facts = read_code(folder)
        return replace(
            declaration,
            resources=tuple(_with_facts(resource, facts) for resource in declaration.resources),
            unread_code=facts.unreadable,
        )

    def _code_of(self, origin: str) -> Path | None:
        if self._settings.code:
            return Path(self._settings.code).expanduser()
        return None if "://" in origin else Path(origin).parent


def _with_facts(resource: DeclaredResource, facts: CodeFacts) -> DeclaredResource:
    block = facts.block(resource.address)
    return resource if block is None else replace(resource, ignored=block.ignored, source=block.source)
