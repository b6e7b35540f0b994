"""How an attribute is named: as Terraform writes a reference to it.

`root_block_device[0].volume_size`, `tags.Name`, `tags["kubernetes.io/role"]`.
"""

import json
import re
from collections.abc import Iterable

_NAME = re.compile(r"[A-Za-z_][\w-]*")
_INDEX = re.compile(r"\[\d+\]")


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
