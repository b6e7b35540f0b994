"""Which credentials reach which account."""

import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from drift.errors import ProviderAccessError
from providers.aws.native.asking import LIVE, Asking
from providers.aws.native.keys import WORLD
from providers.aws.native.services import load_services
from providers.aws.refusals import refusals
from providers.aws.session import AwsAccess, client_of, open_session

ACCOUNT: Final = "{account}"
"""Stands in `role` for the account that is read."""


@dataclass(kw_only=True)
class Accounts:
    """The accounts that may be read: one, or all where there is the role."""

    access: AwsAccess
    share: float
    concurrency: int
    _askings: dict[str, Asking] = field(default_factory=dict)

    @cached_property
    def own(self) -> str:
        """Return the account of the credentials.

        Raises:
            ProviderError: They do not work.
        """
        session = self._session(None)
        with refusals("asking whose the credentials are", action="sts:GetCallerIdentity", on="*", asker=LIVE):
            client = client_of(session, "sts", replace(self.access, region=self.region))
            return str(client.get_caller_identity()["Account"])

    @cached_property
    def region(self) -> str:
        """Return where is meant what stands in no region that is known.

        The SDK for Python knows `AWS_DEFAULT_REGION` and profiles; everybody else's also `AWS_REGION`.
        """
        return self.access.region or str(
            self._session(None).region_name or os.environ.get("AWS_REGION") or WORLD
        )

    def sign_in(self) -> None:
        """See that the credentials work, where nothing else can be read without them.

        Raises:
            ProviderError: They do not.
        """
        if not self._has_roles:
            _ = self.own

    def asking(self, account: str) -> Asking:
        """Return what asks this account.

        Raises:
            ProviderError: It cannot be reached.
        """
        if account not in self._askings:
            if not self._has_roles and account != self.own:
                raise ProviderAccessError(
                    f"account {account}: the credentials are those of {self.own}",
                    hint=f'set `role = "arn:aws:iam::{ACCOUNT}:role/NAME"` of its {LIVE.table}',
                )
            session = self._session(account)
            self._askings[account] = Asking(
                session=session,
                access=self.access,
                services=load_services(),
                share=self.share,
                connections=self.concurrency,
            )
        return self._askings[account]

    @property
    def _has_roles(self) -> bool:
        return ACCOUNT in (self.access.role or "")

    def _session(self, account: str | None) -> Any:
        """Open a session in the role, if there is one and it is known whose."""
        role = self.access.role
        if role and account:
            role = role.replace(ACCOUNT, account)
        elif self._has_roles:
            role = None
        with refusals("signing in to AWS", action="sts:AssumeRole", on=str(role), asker=LIVE):
            return open_session(replace(self.access, role=role))
