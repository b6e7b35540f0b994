"""Patterns of names and paths: `*` stands for any text, `?` for one character, all else for itself.

`fnmatch` reads `[]` as a set of characters; in a path of Terraform it is an index.
"""

import re
from collections.abc import Collection
from functools import lru_cache


def fits(text: str, pattern: str) -> bool:
    """Tell whether all of `text` fits `pattern`."""
    return compiled(pattern).fullmatch(text) is not None


def is_one_of(text: str, patterns: Collection[str]) -> bool:
    """Tell whether `text` fits one of the patterns; without any, everything does."""
    return not patterns or any(fits(text, one) for one in patterns)


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return the pattern as a regular expression."""
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile("".join(parts), re.DOTALL)
