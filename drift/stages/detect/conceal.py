"""Which values must never be shown?

1. What the state or the schema marks as sensitive is hidden, whichever element of a list it stands in.
2. What repeats it is hidden too: `tags_all` repeats `tags`.
3. A secret that stands again in another attribute of its resource, a connection string for example, is
   cut out there.

That there is no value is no secret: whoever took a password away must be seen to have done so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from drift.model.finding import HIDDEN, AttributeDrift
from drift.model.path import is_within_pattern, leads_along, path_text, without_indexes
from drift.model.resource import Json
from drift.stages.detect.keys import NOTHING
from drift.stages.detect.mirrors import mirrors_of
from drift.stages.detect.scalars import leaves

SHORTEST = 8
"""Characters of a secret that is looked for elsewhere: a shorter one stands in texts by chance."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sensitive:
    """What is sensitive of one resource."""

    paths: frozenset[str]
    """With `[]` for every index; those of a schema with `.*` for every key of a map."""
    secrets: tuple[str, ...]
    """The values that stand there, declared and live, the longest first."""

    def concealed(self, drift: AttributeDrift) -> AttributeDrift:
        """Return the drift without its values, if any of them is sensitive, but with their absence."""
        path = without_indexes(drift.path)
        if any(leads_along(path, secret) for secret in self.paths):
            return replace(drift, declared=_hidden(drift.declared), live=_hidden(drift.live), sensitive=True)
        if not self.secrets:
            return drift
        return replace(drift, declared=self._cut(drift.declared), live=self._cut(drift.live))

    def _cut(self, value: Json) -> Json:
        if isinstance(value, str):
            for secret in self.secrets:
                value = value.replace(secret, HIDDEN)
            return value
        if isinstance(value, list):
            return [self._cut(element) for element in value]
        if isinstance(value, dict):
            return {self._cut(key): self._cut(inner) for key, inner in value.items()}
        return value


def sensitive_of(
    paths: frozenset[str], sides: tuple[Mapping[str, Json], ...], mirrors: Mapping[str, str]
) -> Sensitive:
    """Return what is sensitive of a resource: `paths` and what repeats them, in its `sides`."""
    every = frozenset(map(without_indexes, (*paths, *mirrors_of(paths, mirrors))))
    found = {text for side in sides for name, value in side.items() for text in _texts(value, name, every)}
    secrets = sorted((text for text in found if len(text) >= SHORTEST), key=lambda text: (-len(text), text))
    return Sensitive(paths=every, secrets=tuple(secrets))


def _hidden(value: Json) -> Json:
    return value if value in NOTHING else HIDDEN


def _texts(value: Json, path: str, sensitive: frozenset[str]) -> Iterator[str]:
    waiting = [(path, value)]
    while waiting:
        at, one = waiting.pop()
        if any(is_within_pattern(at, secret) for secret in sensitive):
            yield from (leaf for leaf in leaves(one) if isinstance(leaf, str))
        elif isinstance(one, dict):
            waiting += ((_step(at, key), inner) for key, inner in one.items())
        elif isinstance(one, list):
            waiting += ((f"{at}[]", element) for element in one)


def _step(path: str, key: str) -> str:
    step = path_text((key,))
    return f"{path}{step}" if step[0] == "[" else f"{path}.{step}"
