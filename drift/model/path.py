"""How an attribute is named: as Terraform writes a reference to it.

`root_block_device[0].volume_size`, `tags.Name`, `tags["kubernetes.io/role"]`.

What a schema says holds in every element of a list and under every key of a map, so its paths are
patterns: `ingress[].cidr_blocks`, `readers.*`.
"""

import json
import re
from collections.abc import Collection, Iterable

_NAME = re.compile(r"[A-Za-z_][\w-]*")
_INDEX = re.compile(r"\[\d+\]")
_STEP = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d*\]|[^.\[\]]+')

_EVERY_KEY = "*"
"""Never the text of a real key, which would be written `["*"]`."""


def path_text(steps: Iterable[str | int]) -> str:
    """Return the path that leads through `steps`: names and keys, and indexes of lists."""
    path = ""
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not _NAME.fullmatch(step):
            path += f"[{json.dumps(step, ensure_ascii=False)}]"
        else:
            path += f".{step}" if path else step
    return path


def is_within(path: str, outer: str) -> bool:
    """Tell whether `path` is `outer` or lies inside it."""
    return path.startswith(outer) and path[len(outer) : len(outer) + 1] in ("", ".", "[")


def first_name(path: str) -> str:
    """Return the top-level attribute that `path` leads into."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def without_indexes(path: str) -> str:
    """Return the path with `[]` for every index of a list: it names the attribute in each of its elements."""
    return _INDEX.sub("[]", path)


def maps_in(patterns: Iterable[str]) -> frozenset[str]:
    """Return the patterns of all maps through which these lead."""
    every = re.compile(rf"\.{re.escape(_EVERY_KEY)}(?=$|[.\[])")
    return frozenset(pattern[: found.start()] for pattern in patterns for found in every.finditer(pattern))


def pattern_under(pattern: str, key: str, maps: Collection[str]) -> str:
    """Return the pattern of what stands under `key`: in a map it is the same for every key."""
    return f"{pattern}.{_EVERY_KEY if pattern in maps else key}"


def is_within_pattern(path: str, pattern: str) -> bool:
    """Tell whether `path`, without indexes, is at `pattern` or lies inside it."""
    if _EVERY_KEY not in pattern:
        return is_within(path, pattern)
    return len(_STEP.findall(path)) >= len(_STEP.findall(pattern)) and leads_along(path, pattern)


def leads_along(path: str, pattern: str) -> bool:
    """Tell whether `path`, without indexes, lies inside `pattern` or leads to it."""
    if _EVERY_KEY not in pattern:
        return is_within(path, pattern) or is_within(pattern, path)
    steps = zip(_STEP.findall(path), _STEP.findall(pattern), strict=False)
    return all(wanted in (step, _EVERY_KEY) for step, wanted in steps)
