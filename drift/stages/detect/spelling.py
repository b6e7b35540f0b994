"""How else is the same value written?

A spelling that stands for itself (`West Europe`) is brought into one form on both sides. One that
only stands for another (a name for its ARN) counts where the other side has it: two ARNs of the same
name in two accounts are two things.
"""

import base64
import hashlib
import ipaddress
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import assert_never

from drift.model.equivalence import Spelling, SpellingForm

ONE_WAY = frozenset({SpellingForm.NAME, SpellingForm.DIGEST})
"""Forms of which one side may only hint at what the other says in full."""

LONGEST_NAME = 2048
"""Characters of an ARN or URL at most; whatever is longer names nothing, and has too many ends to try."""

_ENDS = re.compile(r"[/:]")


def respelled(text: str, spelling: Spelling) -> str:
    """Return a text in the one form that all its spellings have."""
    match spelling.form:
        case SpellingForm.CASE:
            return text.lower()
        case SpellingForm.PLACE:
            return "".join(text.lower().split())
        case SpellingForm.NETWORK:
            return _network(text)
        case SpellingForm.DOMAIN:
            return text.lower().removesuffix(".")
        case SpellingForm.TRIMMED:
            return "\n".join(text.strip().splitlines())
        case SpellingForm.REWRITTEN:
            for pattern, replacement in spelling.same.items():
                text = re.sub(pattern, replacement, text)
            return text
        case SpellingForm.NAME | SpellingForm.DIGEST:
            return text
        case _:
            assert_never(spelling.form)


def hints_at(text: str, form: SpellingForm) -> Iterator[str]:
    """Yield the shorter texts by which the other side may mean `text`."""
    if form is SpellingForm.NAME and len(text) <= LONGEST_NAME:
        yield from (text[found.end() :] for found in _ENDS.finditer(text))
    elif form is SpellingForm.DIGEST:
        yield from _digests(text)


def _digests(text: str) -> Iterator[str]:
    """Yield what providers keep of a text that is too long or too secret for a state."""
    data = text.encode("utf-8", "surrogatepass")
    contents = [data]
    with suppress(ValueError):  # most texts are not base64
        contents.append(base64.b64decode(data, validate=True))
    yield base64.b64encode(data).decode()
    # SHA-1 is what the provider uses to tell versions apart; nothing rests on it here.
    kinds: tuple[Callable[..., hashlib._Hash], ...] = (hashlib.sha1, hashlib.sha256)
    for content in contents:
        for kind in kinds:
            digest = kind(content, usedforsecurity=False)
            yield digest.hexdigest()
            yield base64.b64encode(digest.digest()).decode()


@lru_cache(maxsize=4096)
def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False)) if "/" in text else _address(text)
    except ValueError:
        return text


def _address(text: str) -> str:
    return str(ipaddress.ip_address(text.strip()))
