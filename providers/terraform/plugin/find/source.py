"""Which provider manages a resource, as states and lock files name it."""

import re
from dataclasses import dataclass

_QUOTED = re.compile(r'provider\s*\[\s*"(?:([^"/]+)/)?([^"/]+)/([^"/]+)"\s*\](?:\.([\w-]+))?')
_BARE = re.compile(r"(?:^|\.)\s*provider\s*\.\s*([\w-]+)(?:\.([\w-]+))?")

PLAIN = re.compile(r"[\w.:-]+")
"""What a part of an address may be: it becomes the name of a folder."""

PUBLIC = "registry.terraform.io"
FIRST_PARTY = "hashicorp"
"""Host and namespace of a provider of which an old state names only the type."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where a provider is published. An old state knows only its type."""

    host: str | None
    namespace: str | None
    type: str

    def __str__(self) -> str:
        return "/".join(part for part in (self.host if self.host != PUBLIC else None, self.short) if part)

    @property
    def short(self) -> str:
        """`hashicorp/aws`."""
        return f"{self.namespace}/{self.type}" if self.namespace else self.type

    def fits(self, host: str, namespace: str, type_: str) -> bool:
        """Tell whether this may be the provider of that address."""
        known = (self.host or host, self.namespace or namespace, self.type)
        return known == (host, namespace, type_)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A provider configuration: the provider, and under which alias it is configured."""

    source: Source
    alias: str | None = None

    @property
    def short(self) -> str:
        """`hashicorp/aws`, `hashicorp/aws.west`: as the user names it."""
        return f"{self.source.short}.{self.alias}" if self.alias else self.source.short


def reference(configuration: str | None, provider: str) -> Reference | None:
    """Return what `module.x.provider["host/namespace/type"].alias` refers to.

    Where a state keeps no such text, `provider` has to do: `namespace/type`. `None` if neither
    is the name of a provider.
    """
    parts: tuple[str | None, ...]
    if found := _QUOTED.search(configuration or ""):
        parts = found.groups()
    elif found := _BARE.search(configuration or ""):
        parts = (None, None, *found.groups())
    else:
        parts = (None, *(provider.split("/") if "/" in provider else (None, provider)), None)
    if len(parts) != 4:
        return None
    host, namespace, type_, alias = parts
    if namespace == "-":  # what Terraform 0.13 made of providers without a namespace
        host = namespace = None
    names = [part for part in (host, namespace, type_) if part is not None]
    if not type_ or not all(PLAIN.fullmatch(name) and set(name) != {"."} for name in names):
        return None
    return Reference(source=Source(host=host, namespace=namespace, type=type_), alias=alias)
