"""Which settings does the code give each provider configuration?

Their names alone: values may be secrets, and code that anybody may propose is not to say where
our credentials are sent.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from providers.terraform.code.syntax import Block
from providers.terraform.estate.provider_blocks import RequiredProvider

_ADDRESS = re.compile(
    r'(?P<module>(?:module\.[\w-]+(?:\[[^\]]*\])?\.)*)provider(?:\["(?P<source>[^"]+)"\]|\.(?P<type>[\w-]+))'
    r"(?:\.(?P<alias>[\w-]+))?"
)
_META = frozenset({"alias", "version"})

Key: TypeAlias = tuple[str, str, str | None]
"""The module's address, empty or with a dot at its end; the provider's type; the alias."""

Settings: TypeAlias = Mapping[Key, frozenset[str]]


def provider_settings(
    blocks: Iterable[Block], address: str = "", required: Iterable[RequiredProvider] = ()
) -> Iterator[tuple[Key, frozenset[str]]]:
    """Yield what the provider blocks among those of a module set; it calls providers as `required` says."""
    types = {one.name: one.source.rpartition("/")[2] for one in required if one.source}
    for block in blocks:
        if block.type == "provider" and block.labels:
            type_ = types.get(block.labels[0], block.labels[0])
            written = {*(one.name for one in block.attributes), *(one.type for one in block.blocks)}
            yield (address, type_, block.text("alias")), frozenset(written - _META)


def settings_at(configuration: str, settings: Settings) -> frozenset[str] | None:
    """Return what is set for a provider configuration, by its address in a state.

    `None` where the code has no block for it.
    """
    found = _ADDRESS.fullmatch(configuration)
    if found is None:
        return None
    type_ = found["type"] or found["source"].rpartition("/")[2]
    return settings.get((found["module"], type_, found["alias"]))
