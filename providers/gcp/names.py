"""The parts of a resource's name: `projects/acme/zones/europe-west1-b/instances/web`.

Names have no scheme and no host, but not all services keep to that. Wildcards stand where
a project could (`projects/_/buckets/...`, `projects/-/serviceAccounts/...`), some services
write the project's number, and some leave the project out.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_HOST = re.compile(r"^(?:https?:)?//[^/]+/(?:compute/[^/]+/)?")
_ALONE = frozenset({"global", "aggregated"})
"""Steps that are no collection with a name behind them."""

_WILDCARDS = frozenset({"_", "-"})

_ZONE = re.compile(r"^([a-z]+(?:-[a-z]+)+\d+)-[a-z]$")

LOCATIONS = ("zones", "locations", "regions")


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceName:
    """A resource's name, taken apart."""

    text: str
    """Without scheme and host."""
    parts: Mapping[str, str]
    """The name within each collection: `{"zones": "europe-west1-b", "instances": "web"}`."""
    last: str | None
    """The resource's own name."""

    @property
    def project(self) -> str | None:
        """The project in the name: its id, or its number."""
        found = self.parts.get("projects")
        return None if found in _WILDCARDS else found

    @property
    def location(self) -> str | None:
        """The zone, location or region in the name."""
        return next((self.parts[one] for one in LOCATIONS if one in self.parts), None)

    def under(self, project: str | None) -> str:
        """Return the name with the project's id in the place of a wildcard or a number."""
        found = self.parts.get("projects")
        if project is None or not found or not self.text.startswith("projects/"):
            return self.text
        if found not in _WILDCARDS and not found.isdigit():
            return self.text
        return f"projects/{project}{self.text[len('projects/') + len(found) :]}"


def name_of(text: str | None, project: str | None = None) -> ResourceName:
    """Take a resource's name apart. Cloud SQL once wrote `instances/project:name`."""
    plain = _HOST.sub("", text or "")
    steps = plain.split("/")
    parts: dict[str, str] = {}
    last: str | None = None
    at = 0
    while at + 1 < len(steps):
        if steps[at] in _ALONE:
            at += 1
            continue
        key, value = steps[at], steps[at + 1]
        if key == "objects":  # an object's name holds slashes
            value, at = "/".join(steps[at + 1 :]), len(steps)
        last = value.removeprefix(f"{project}:") if project else value
        if last:
            parts.setdefault(key, last)
        at += 2
    return ResourceName(text=plain, parts=parts, last=last or None)


def region_of(location: str | None) -> str | None:
    """Return the region of a zone; any other location is what it is."""
    if not location:
        return None
    found = _ZONE.match(location)
    return found[1] if found else location
