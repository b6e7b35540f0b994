"""Terraform states as a baseline."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from drift.errors import ProviderError, ProviderResponseError
from drift.model.baseline import Declaration, DeclaredResource
from providers.terraform.backends import local
from providers.terraform.hcl_facts import CodeFacts, read_code
from providers.terraform.locations import Locations
from providers.terraform.state import read_state


class TerraformStateSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the states are, and the code that made them."""

    state: str
    """A path, a folder, a glob or a `file://` URI of `*.tfstate` files."""
    code: str | None = None
    """Folder of the code; without it, the folder of each state."""


class TerraformState:
    """A `Baseline` of one or more Terraform states."""

    def __init__(
        self, name: str, settings: TerraformStateSettings, overrides: Mapping[str, str] = {}
    ) -> None:
        """Make it, with the user's own rows of the table `locations`.

        Raises:
            ValueError: They are not of the table's form.
        """
        self._name = name
        self._settings = settings
        self._locations = Locations(overrides.get("locations", ""))

    @property
    def name(self) -> str:
        """The baseline's name in the configuration, or its path or URI."""
        return self._name

    def declared(self) -> Iterator[Declaration]:
        """Read what is declared now: one declaration per state.

        A state that cannot be read does not hide the others: it raises after them.
        """
        failed: list[ProviderError] = []
        for path in self._paths():
            try:
                declaration = self._declaration(path)
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

    def _declaration(self, path: Path) -> Declaration:
        content = local.read(path)
        declaration = read_state(content, name=self._name, origin=str(path), locations=self._locations)
        facts = read_code(Path(self._settings.code).expanduser() if self._settings.code else path.parent)
        return replace(
            declaration,
            resources=tuple(_with_facts(resource, facts) for resource in declaration.resources),
            unread_code=facts.unreadable,
            uncoded_count=sum(one.unknown_count for one in facts.blocks.values()),
        )


def _with_facts(resource: DeclaredResource, facts: CodeFacts) -> DeclaredResource:
    block = facts.block(resource.address)
    if block is None:
        return resource
    return replace(
        resource,
        ignored=block.ignored,
        source=block.source,
        coded=block.coded,
    )


def _together(failed: list[ProviderError]) -> ProviderError:
    if len(failed) == 1:
        return failed[0]
    return ProviderResponseError(
        f"{len(failed)} states cannot be read: " + "; ".join(error.what for error in failed),
        hint=failed[0].hint,
    )
