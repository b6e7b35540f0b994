"""Terraform states as a baseline, wherever they are kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from drift.errors import PartlyUnreadError, ProviderError, ProviderResponseError
from drift.model.baseline import Declaration, Moved
from drift.model.secret import Secret
from drift.model.state_map import MappedState
from drift.ports import KeyService, StateStore, StoredState
from providers.terraform.backends.local import LocalStates, LocalStatesSettings, folder_of
from providers.terraform.estate.checkout import Checkout
from providers.terraform.estate.mapping import mapped
from providers.terraform.estate.settings import CodeSettings
from providers.terraform.estate.states_code import StatesCode, with_code
from providers.terraform.locations import Locations
from providers.terraform.state import StateKeys, read_state


class TerraformStateSettings(CodeSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the states are, and the code that made them."""

    state: str
    """A path, a folder, a glob or a URI of one or more states."""
    passphrase: Secret | None = None
    """Of states that OpenTofu encrypted with one."""
    kms_key: str | None = None
    """Id, ARN or alias of the key under which OpenTofu encrypted them; an ARN also tells its region."""


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
        key_services: Mapping[str, KeyService] = {},
    ) -> None:
        """Make it, with the user's own rows of the table `locations`, and who opens sealed keys.

        Without a `store`, states are files.

        Raises:
            ValueError: They are not of the table's form.
        """
        self._name = name
        self._settings = settings
        self._store = store or LocalStates(LocalStatesSettings())
        self._locations = Locations(overrides.get("locations", ""))
        self._keys = StateKeys(
            passphrase=settings.passphrase, kms_key=settings.kms_key, services=key_services
        )
        self._code = StatesCode(settings)
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
        checkout = self._checkout()
        for declaration in self._each(states):
            yield with_code(declaration, checkout)

    def mapped(self) -> Iterator[MappedState]:
        """Tell what belongs to each state, and how it was found; see `Mapped`."""
        states = self._store.find(self._settings.state)
        checkout = self._checkout()
        for declaration in self._each(states):
            yield mapped(declaration, checkout, self._settings)

    def _checkout(self) -> Checkout:
        location = self._settings.state
        is_elsewhere = "://" in location and not location.startswith("file://")
        return self._code.now("" if is_elsewhere else folder_of(location))

    def _each(self, states: Sequence[StoredState]) -> Iterator[Declaration]:
        self._forget_all_but(states)
        failed: dict[str, ProviderError] = {}
        for state in states:
            try:
                declaration = self._read(state)
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
            content.pieces,
            name=self._name,
            origin=state.name,
            locations=self._locations,
            keys=self._keys,
        )
        if kept and kept.declaration.sha256 == declaration.sha256:
            declaration = kept.declaration
        self._kept[state.name] = _Kept(version=content.version, declaration=declaration)
        return declaration

    def _forget_all_but(self, states: Sequence[StoredState]) -> None:
        names = {state.name for state in states}
        for gone in self._kept.keys() - names:
            del self._kept[gone]
