"""What stands in a user agent.

Anybody can type anything here: it may name a tool or carry a ticket, and proves neither.
"""

import re
from dataclasses import dataclass

from providers.gcp.signal_rows import AgentRow
from providers.gcp.signals import Signals
from providers.tables import Form

MAX_LENGTH = 2048
"""No tool writes more."""

_COMMENT = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class UserAgent:
    """A user agent, taken apart."""

    text: str
    """Without what front ends added."""
    words: tuple[str, ...]
    """Products and markers, without comments in parentheses."""

    @property
    def environment(self) -> str:
        """Where gcloud says it runs, `devshell` for example."""
        return self._after("environment/")

    @property
    def command(self) -> str:
        """The command that gcloud says it runs: `gcloud compute firewall-rules create`."""
        return self._after("command/").replace(".", " ")

    @property
    def is_typed(self) -> bool | None:
        """Whether gcloud says that a person typed the command; `None` where it does not say."""
        if self._after("from-script/") == "True" or self._after("interactive/") == "False":
            return False
        return True if self._after("interactive/") == "True" else None

    def rows(self, table: tuple[AgentRow, ...]) -> list[AgentRow]:
        """Return the rows that name this user agent, in the table's order."""
        return [row for row in table if row.pattern.search(self.text)]

    def added(self, signals: Signals) -> str:
        """Return the words that no known tool writes by itself."""
        known = signals.known_products.words
        return " ".join(word for word in self.words if word.partition("/")[0] not in known)

    def _after(self, marker: str) -> str:
        return next((word[len(marker) :] for word in self.words if word.startswith(marker)), "")


def read_user_agent(text: str | None, noise: Form) -> UserAgent:
    """Take a user agent apart; an absent one is empty."""
    plain = noise.without((text or "").strip()[:MAX_LENGTH])
    return UserAgent(text=plain, words=tuple(word.strip(",;") for word in _COMMENT.sub(" ", plain).split()))
