"""What stands in a user agent.

Anybody can type anything here: it may name a tool or carry a ticket, and proves neither.
"""

import re
from functools import lru_cache

from msgspec import Struct, field

from providers.aws.signal_rows import AgentRow
from providers.aws.signals import Signals

MAX_LENGTH = 2048
"""CloudTrail cuts user agents at 1 KB; what is longer was not written by it."""

_COMMENT = re.compile(r"\([^()]*\)")
_PRODUCT = re.compile(r"[/#]")


class UserAgent(Struct, frozen=True, kw_only=True, eq=False):
    """A user agent, taken apart."""

    text: str
    """Without the brackets that S3 and STS put around it."""
    words: tuple[str, ...]
    """Products and markers, without comments in parentheses."""
    _rows: dict[int, tuple[tuple[AgentRow, ...], list[AgentRow]]] = field(default_factory=dict)
    """The rows that name it beside the table that they are of, which so keeps its key."""

    @property
    def features(self) -> frozenset[str]:
        """The SDK's feature ids: whole ids between commas, and their case matters."""
        return frozenset(self._after("m/").split(",")) - {""}

    @property
    def environment(self) -> str:
        """The execution environment, `CloudShell` for example."""
        return self._after("exec-env/")

    @property
    def app_id(self) -> str:
        """What somebody set as the SDK's application id."""
        return self._after("app/")

    def rows(self, table: tuple[AgentRow, ...]) -> list[AgentRow]:
        """Return the rows that name this user agent, in the table's order."""
        found = self._rows.get(id(table))
        if found is None:
            found = (table, [row for row in table if row.pattern.search(self.text)])
            self._rows[id(table)] = found
        return found[1]

    def added(self, signals: Signals) -> str:
        """Return the words that no known tool writes by itself."""
        known = signals.known_products.words
        return " ".join(word for word in self.words if _PRODUCT.split(word, maxsplit=1)[0] not in known)

    def _after(self, marker: str) -> str:
        return next((word[len(marker) :] for word in self.words if word.startswith(marker)), "")


@lru_cache(maxsize=4096)
def read_user_agent(text: str | None) -> UserAgent:
    """Take a user agent apart; an absent one is empty."""
    plain = (text or "").strip()[:MAX_LENGTH]
    if plain.startswith("[") and plain.endswith("]"):
        plain = plain[1:-1]
    words = _COMMENT.sub(" ", plain).split()
    return UserAgent(text=plain, words=tuple(word.rstrip(",") for word in words))
