"""Can a write have made a part of a difference?

It must be about the attribute: a parameter, or the call itself, bears its name, or a row of the
table says so. And what it said must be what is there. Where the value of a parameter is hidden,
its name has to do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from drift.model.attribution import AttributionRules
from drift.model.change import Write
from drift.stages.explain.parts import IDLE, Part
from drift.stages.explain.said import Said, folded, said

LEAST = 4
"""Letters of a name that may stand at an end of another one: `class` in `instance_class`."""

ANY = "*"
"""The attribute of a row for calls that may write any."""

_STEP = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[\d+\]|[^.\[\]]+')
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribute:
    """An attribute of a type, and which calls write it."""

    names: tuple[str, ...]
    """The folded names of its path, without indexes."""
    is_hidden: bool
    """Its values are not shown, so nothing can be held against them."""
    actions: tuple[str, ...]
    """Globs of calls that write it under no name of its own."""
    wide_actions: tuple[str, ...]
    """Globs of calls that may write any attribute of the type."""

    @classmethod
    def at(cls, type_: str, path: str, rules: AttributionRules, *, is_hidden: bool = False) -> "Attribute":
        """Return the attribute at a path."""
        steps = (found[1] or found[0] for found in _STEP.finditer(path))
        rows = [
            row for row in rules.writers if fnmatchcase(path, row.attribute) and fnmatchcase(type_, row.type)
        ]
        return cls(
            names=tuple(name for step in steps if not step.startswith("[") and (name := folded(step))),
            is_hidden=is_hidden,
            actions=tuple(action for row in rows if row.attribute != ANY for action in row.actions),
            wide_actions=tuple(action for row in rows if row.attribute == ANY for action in row.actions),
        )


class Spoken:
    """A write, and what it said."""

    def __init__(self, write: Write, rules: AttributionRules) -> None:
        """Read the parameters of the call, once for all differences."""
        self.write = write
        self.action = write.event.call.action or ""
        self.said = said(write.event.request)
        self.ids = frozenset(text for one in write.event.resources for text in _parts_of_id(one.id))
        self.verb = _first_word(self.action)
        self._names = frozenset(name for one in self.said for name in one.names)
        self._folded_action = folded(self.action)
        self._rules = rules
        values = {one.value for one in self.said if one.value is not None}
        self._readings = {value: self.readings(value) for value in values}
        self._folded = {value: folded(value) for value in values}

    def made(self, attribute: Attribute, part: Part) -> bool:
        """Tell whether this write may have brought `part` into the attribute."""
        if self.verb in self._rules.removing:
            return False
        named = self.named(attribute)
        if attribute.is_hidden:
            return bool(named) or self.is_about(attribute, frozenset())
        if self._bears(named, part):
            return True
        return self.is_about(attribute, part) and (self._switches(part) or self._bears(self.said, part))

    def unmade(self, attribute: Attribute, part: Part) -> bool:
        """Tell whether this write may have taken `part` out of the attribute."""
        if self.verb in self._rules.adding or self.verb in self._rules.creating:
            return False
        named, is_about = self.named(attribute), self.is_about(attribute, part)
        if not named and not is_about:
            return False
        values = {one.value for one in (self.said if is_about else named)}
        if self.verb in self._rules.removing:
            # What it does not say at all it may have named by an id.
            return attribute.is_hidden or part <= values or not part & values
        return attribute.is_hidden or not part <= values

    def named(self, attribute: Attribute) -> list[Said]:
        """Return what stands under parameters that bear a name of the attribute."""
        targets = attribute.names
        meant = {name for name in self._names if any(_is_same(name, target) for target in targets)}
        if meant or not targets:
            return [one for one in self.said if not meant.isdisjoint(one.names)]
        last = targets[-1]  # `tagKeys: ["team"]` names what it is about in a value
        return [one for one in self.said if one.value is not None and self._folded[one.value] == last]

    def is_about(self, attribute: Attribute, part: Part) -> bool:
        """Tell whether the call itself is one that writes the attribute.

        One that may write any attribute tells nothing by a value that stands everywhere.
        """
        outer = next(iter(attribute.names), "")
        if len(outer) >= LEAST and _stem(outer) in self._folded_action:
            return True
        actions = attribute.actions if part <= IDLE else (*attribute.actions, *attribute.wide_actions)
        return any(fnmatchcase(self.action, action) for action in actions)

    def readings(self, value: str) -> frozenset[str]:
        """Return what a value may be in the code: a link by its last step, a word by what it stands for."""
        word = self._rules.words.get(value.lower(), value)
        return frozenset({value, value.rpartition("/")[2] or value, word})

    def _switches(self, part: Part) -> bool:
        return part == {self._rules.switches.get(self.verb)}

    def _bears(self, found: Sequence[Said], part: Part) -> bool:
        """Tell whether every value of the part was said, or may be among what is hidden."""
        readings = (self._readings[one.value] for one in found if one.value is not None)
        told = self.ids.union(*readings)
        is_part_hidden = any(one.value is None for one in found) and not part & told
        return bool(found) and (part <= told or is_part_hidden)


def _first_word(action: str) -> str:
    """Return the verb of a call: `authorize`; what Azure and GCP put before it is no part of it."""
    word = _WORD.search(re.split(r"[./]", action)[-1])
    return word[0].lower() if word else ""


def _parts_of_id(resource_id: str) -> tuple[str, str]:
    """Return what an id says: of a path, its last step is the name."""
    return resource_id.lower(), resource_id.rpartition("/")[2].lower()


@lru_cache(maxsize=65_536)
def _is_same(name: str, target: str) -> bool:
    """Tell whether a parameter and an attribute bear one name, as far as people call things shortly."""
    one, other = _stem(name), _stem(target)
    return one == other or _holds(one, other) or _holds(other, one)


def _holds(one: str, other: str) -> bool:
    """Tell whether `other` stands at an end of `one`: `class` in `instance_class`."""
    return (len(other) >= LEAST and one.endswith(other)) or (len(other) > LEAST and one.startswith(other))


def _stem(name: str) -> str:
    return name.removesuffix("s") if len(name) > LEAST else name
