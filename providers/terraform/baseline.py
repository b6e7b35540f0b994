"""Terraform states as a baseline."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from drift.errors import ProviderError, ProviderResponseError
from drift.model.baseline import Declaration
from drift.model.secret import Secret
from drift.model.state_map import MappedState
from drift.ports import KeyService
from providers.terraform.backends import local
from providers.terraform.estate.mapping import mapped
from providers.terraform.estate.settings import CodeSettings
from providers.terraform.estate.states_code import StatesCode, with_code
from providers.terraform.locations import Locations
from providers.terraform.state import StateKeys, read_state


class TerraformStateSettings(CodeSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the states are, and the code that made them."""

    state: str
    """A path, a folder, a glob or a `file://` URI of `*.tfstate` files."""
    passphrase: Secret | None = None
    """Of states that OpenTofu encrypted with one."""
    kms_key: str | None = None
    """Id, ARN or alias of the key under which OpenTofu encrypted them; an ARN also tells its region."""


class TerraformState:
    """A `Baseline` of one or more Terraform states."""

    def __init__(
        self,
        name: str,
        settings: TerraformStateSettings,
        overrides: Mapping[str, str] = {},
        key_services: Mapping[str, KeyService] = {},
    ) -> None:
        """Make it, with the user's own rows of the table `locations`, and who opens sealed keys.

        Raises:
            ValueError: They are not of the table's form.
        """
        self._name = name
        self._settings = settings
        self._locations = Locations(overrides.get("locations", ""))
        self._keys = StateKeys(
            passphrase=settings.passphrase, kms_key=settings.kms_key, services=key_services
        )
        self._code = StatesCode(settings)

    @property
    def name(self) -> str:
        """The baseline's name in the configuration, or its path or URI."""
        return self._name

    def declared(self) -> Iterator[Declaration]:
        """Read what is declared now: one declaration per state.

        A state that cannot be read does not hide the others: it raises after them.
        """
        paths = self._paths()
        checkout = self._code.now(local.folder_of(self._settings.state))
        for declaration in self._read(paths):
            yield with_code(declaration, checkout)

    def mapped(self) -> Iterator[MappedState]:
        """Tell what belongs to each state, and how it was found; see `Mapped`."""
        paths = self._paths()
        checkout = self._code.now(local.folder_of(self._settings.state))
        for declaration in self._read(paths):
            yield mapped(declaration, checkout, self._settings)

    def _read(self, paths: tuple[Path, ...]) -> Iterator[Declaration]:
        failed: list[ProviderError] = []
        for path in paths:
            try:
                declaration = read_state(
                    local.pieces(path),
                    name=self._name,
                    origin=str(path),
                    locations=self._locations,
                    keys=self._keys,
                )
            except ProviderError as error:
                failed.append(error)
            else:
                yield declaration
        if failed:
            raise _together(failed)

    def _paths(self) -> tuple[Path, ...]:
        scheme, separator, _ = self._settings.state.partition("://")
        if separator and scheme != "file":
            raise ProviderResponseError(
                f"no backend reads {scheme}:// states",
                hint="states are read from local paths and file:// URIs",
            )
        return local.find(self._settings.state)


def _together(failed: list[ProviderError]) -> ProviderError:
    if len(failed) == 1:
        return failed[0]
    return ProviderResponseError(
        f"{len(failed)} states cannot be read: " + "; ".join(error.what for error in failed),
        hint=failed[0].hint,
    )
