"""Ids of Resource Manager, in one spelling.

Terraform keeps them as the user wrote them, REST answers mix the cases, and Event Hubs get
them in capitals; for Azure they are all one. The words of the path (`resourceGroups`, the
namespace, the types that the map of resources knows) are written as Terraform writes them,
and everything else in lower case: the names, the subscription, types that the map lacks.
Settings of App Configuration alone keep the case of their names, which means something.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

PROVIDERS = "providers"
RESOURCES = "microsoft.resources"
SETTINGS = "microsoft.appconfiguration/configurationstores/keyvalues"

WORDS = {
    PROVIDERS: PROVIDERS,
    "subscriptions": "subscriptions",
    "resourcegroups": "resourceGroups",
    "managementgroups": "managementGroups",
}
"""Words of paths that belong to no type of the map."""

MAX_SEGMENTS = 64
"""No id is longer; what a forged one holds behind is left out."""

_ENCODED = re.compile(r"~(?=[0-9A-Fa-f]{2})")
"""How Resource Manager writes what a name may not hold: `~3A` is a colon."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArmId:
    """An id, taken apart: what a provider holds, within what another one holds."""

    namespace: str
    """In lower case."""
    pairs: tuple[tuple[str, str], ...]
    """Each type with its name, from the outside in."""
    within: "ArmId | None" = None
    """The resource that this one extends, or the group or subscription that it lies in."""

    @property
    def type(self) -> str:
        """Return the whole type in lower case: `microsoft.network/networksecuritygroups/securityrules`."""
        return "/".join((self.namespace, *(kind for kind, _ in self.pairs)))

    @property
    def name(self) -> str:
        """Return the resource's own name."""
        return self.pairs[-1][1]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names from the outside in."""
        return tuple(name for _, name in self.pairs)

    @property
    def parent(self) -> "ArmId | None":
        """Return the resource that this one is a part of, or that it extends."""
        if len(self.pairs) == 1:
            return self.within
        return ArmId(namespace=self.namespace, pairs=self.pairs[:-1], within=self.within)

    @property
    def subscription(self) -> str | None:
        """Return the id of the subscription."""
        outermost = self
        while outermost.within is not None:
            outermost = outermost.within
        kind, name = outermost.pairs[0]
        return name if outermost.namespace == RESOURCES and kind == "subscriptions" else None


def parsed(text: str | None) -> ArmId | None:
    """Take an id apart; `None` if it is none."""
    if not text or not text.startswith("/"):
        return None
    found: ArmId | None = None
    for namespace, pairs in _blocks(text.strip("/").split("/")[:MAX_SEGMENTS]):
        found = ArmId(namespace=namespace, pairs=tuple(pairs), within=found) if pairs else found
    return found


def _blocks(segments: list[str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each namespace with its types and names; what stands before the first is ARM's own."""
    namespace, pairs, at = RESOURCES, list[tuple[str, str]](), 0
    while at + 1 < len(segments):
        word, value = segments[at].lower(), segments[at + 1].lower()
        if word == PROVIDERS:
            yield namespace, pairs
            namespace, pairs = value, []
        elif "/".join((namespace, *(kind for kind, _ in pairs), word)) == SETTINGS:
            pairs.append((word, unquote(_ENCODED.sub("%", "/".join(segments[at + 1 :])))))
            break
        else:
            pairs.append((word, value))
        at += 2
    yield namespace, pairs


def spellings(types: Iterable[str]) -> dict[str, str]:
    """Return how namespaces and types are spelled, by their lower case, as Terraform does."""
    found: dict[str, str] = {}
    for type_ in types:
        segments = type_.split("/")
        for end in range(1, len(segments) + 1):
            found.setdefault("/".join(segments[:end]).lower(), segments[end - 1])
    return found


def spelled(arm_id: ArmId, known: Mapping[str, str]) -> str:
    """Return the id in the one spelling."""
    outer = spelled(arm_id.within, known) if arm_id.within else ""
    is_own = arm_id.namespace == RESOURCES and arm_id.within is None
    steps = [] if is_own and arm_id.pairs[0][0] == "subscriptions" else _provider(arm_id, known)
    path = arm_id.namespace
    for kind, name in arm_id.pairs:
        path = f"{path}/{kind}"
        steps += [known.get(path) or WORDS.get(kind, kind), name]
    return "/".join([outer, *steps])


def _provider(arm_id: ArmId, known: Mapping[str, str]) -> list[str]:
    return [PROVIDERS, known.get(arm_id.namespace, arm_id.namespace)]
