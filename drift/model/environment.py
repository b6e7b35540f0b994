"""The parts of an estate."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """A named part of the estate."""

    name: str
    accounts: tuple[re.Pattern[str], ...]
    is_production: bool

    def claims(self, account: str) -> bool:
        """Tell whether an account, project or subscription belongs to it."""
        return any(one.fullmatch(account) for one in self.accounts)
