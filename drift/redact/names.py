"""What does the name of a field say of its value?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SEGMENT = re.compile(r"""[.\[\]"'/]+""")

_MOST_REMEMBERED = 8192
_LONGEST = 128
"""Characters of a name that are looked at, its last ones."""


class Role(StrEnum):
    """What the name of a field says of its value."""

    PLAIN = "plain"
    SECRET = "secret"  # noqa: S105 - the name of a role
    PERHAPS = "perhaps"
    """Secret where it looks like a key that was drawn at random."""
    WHOLE = "whole"
    """Secret with everything in it."""
    ABOUT = "about"
    """No secret even where everything around it is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A name, read."""

    role: Role
    names_pair: bool
    """Its value is the name of the value beside it: `{"name": ..., "value": ...}`."""
    is_pair_value: bool
    tells_type: bool
    """Its value says what kind of value stands beside it: `{"type": "SecureString", "value": ...}`."""


class Names:
    """Reads names by how they end, and remembers them: they repeat."""

    def __init__(
        self,
        endings: Mapping[tuple[str, ...], Role],
        trailing: frozenset[str],
        pair_name: frozenset[str],
        pair_value: frozenset[str],
        pair_type: frozenset[str],
    ) -> None:
        self._endings = endings
        self._longest = max(map(len, endings), default=0)
        self._trailing = trailing
        self._pair_name = pair_name
        self._pair_value = pair_value
        self._pair_type = pair_type
        self._known: dict[str, Name] = {}

    def read(self, text: str) -> Name:
        """Read a field's name or the path to it: the last name counts, not what is around it."""
        if (known := self._known.get(text)) is not None:
            return known
        if len(text) > _LONGEST:
            return self.read(text[-_LONGEST:])
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[text] = found = self._read(text)
        return found

    def is_secret(self, text: str) -> bool:
        """Tell whether the value of a field of this name is a secret."""
        return self.read(text).role in (Role.SECRET, Role.WHOLE)

    def _read(self, text: str) -> Name:
        words: tuple[str, ...] = ()
        for segment in reversed(_SEGMENT.split(text)):
            words = tuple(word.lower() for word in _WORD.findall(segment))
            while words and (words[-1].isdigit() or words[-1] in self._trailing):
                words = words[:-1]
            if words:
                break
        counts = range(min(self._longest, len(words)), 0, -1)
        roles = (self._endings.get(words[-count:]) for count in counts)
        whole = " ".join(word.lower() for word in _WORD.findall(text))
        return Name(
            role=next((role for role in roles if role is not None), Role.PLAIN),
            names_pair=whole in self._pair_name,
            is_pair_value=whole in self._pair_value,
            tells_type=whole in self._pair_type,
        )
