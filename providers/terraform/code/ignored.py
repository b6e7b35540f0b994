"""Which attributes does a resource's `lifecycle.ignore_changes` name?"""

import re

from drift.model.path import path_text
from providers.terraform.code.syntax import Block, Expression, ListOf, Literal, Reference

EVERYTHING = "*"

_STEP = re.compile(r'\[\s*"([^"]*)"\s*\]|(\d+)(?![\w-])|([\w-]+)')


def ignored_by(block: Block) -> tuple[str, ...]:
    """Return the attributes under `ignore_changes`, as paths; `*` stands for all of them."""
    for lifecycle in block.of_type("lifecycle"):
        match lifecycle.attribute("ignore_changes"):
            case None:
                return ()
            case Reference(("all",)) | Literal("all"):
                return (EVERYTHING,)
            case ListOf(items):
                return tuple(path for one in items if (path := _path(one)))
            case other:
                return (path,) if (path := _path(other)) else ()
    return ()


def _path(member: Expression) -> str | None:
    """Return the path of `tags["x"]` or, as Terraform 0.11 wrote it, `"tags.x"`."""
    match member:
        case Reference(steps):
            return path_text(steps)
        case Literal(str() as text):
            if text == EVERYTHING:
                return text
            found = _STEP.finditer(text)
            return path_text(int(one[2]) if one[2] else one[1] or one[3] for one in found)
        case _:
            return None
