"""Reads in which organisational units the accounts of an AWS organisation lie.

It takes organizations:ListRoots, organizations:ListOrganizationalUnitsForParent and
organizations:ListAccountsForParent, in the management account or one that it delegates that to.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final

from drift.errors import ProviderResponseError
from drift.model.account import PlacedAccount
from providers.aws.refusals import Asker, refusals
from providers.aws.session import open_client
from providers.aws.settings import AwsSettings

TREES: Final = Asker("[[account_tree]]", "docs/policy.md")

MAX_DEPTH: Final = 8
"""AWS allows five levels below the root: what is deeper has no end."""


class AwsOrganisationSettings(AwsSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The organisation is that of whoever asks."""


class AwsOrganisation:
    """An `AccountTree` of one AWS organisation."""

    def __init__(self, settings: AwsOrganisationSettings) -> None:
        self._access = settings.access()

    @cached_property
    def _client(self) -> Any:
        return open_client("organizations", self._access)

    def check(self) -> str:
        """Read all of it."""
        found = self.accounts()
        return f"{len(found)} accounts in {len({one.unit for one in found})} organisational units"

    def accounts(self) -> Sequence[PlacedAccount]:
        """Return every account, closed ones too; see `AccountTree`."""
        roots = self._listed("list_roots", "Roots")
        found = (one for root in roots for one in self._below(root["Id"], root["Name"], MAX_DEPTH))
        return sorted(found, key=lambda one: one.account)

    def _below(self, parent: str, path: str, depth: int) -> Iterator[PlacedAccount]:
        if depth == 0:
            raise ProviderResponseError(
                f"listing organisational units: {path} has no end", hint="if it happens again, report it"
            )
        for account in self._listed("list_accounts_for_parent", "Accounts", ParentId=parent):
            yield PlacedAccount(account=account["Id"], unit=path)
        for unit in self._listed(
            "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent
        ):
            yield from self._below(unit["Id"], f"{path}/{unit['Name']}", depth - 1)

    def _listed(self, operation: str, key: str, **asked: str) -> Iterator[Any]:
        action = "organizations:" + operation.title().replace("_", "")
        with refusals("listing organisational units", action=action, on="the organisation", asker=TREES):
            for page in self._client.get_paginator(operation).paginate(**asked):
                yield from page[key]
