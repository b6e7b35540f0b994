"""Records that came one by one, put together as one delivery, so that the store is not committed for each."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

BUNDLE_BYTES = 4 * 1024 * 1024
"""A text of more bytes is split step by step, which is slower."""

_ANY = msgspec.json.Decoder(msgspec.Raw)

T = TypeVar("T")


def is_sound(text: bytes) -> bool:
    """Tell whether a text is one JSON document, beside which others can stand in lines of their own."""
    try:
        _ANY.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return b"\n" not in text


def bundled(
    items: Sequence[tuple[T, bytes]], most: int, *, joins: Callable[[bytes], bool] = is_sound
) -> Iterator[list[tuple[T, bytes]]]:
    """Yield the items, each with its text, in bundles of at most so many.

    A text that does not join others stays by itself: an unsound one must not damage what stands beside it.
    """
    bundle: list[tuple[T, bytes]] = []
    size = 0
    for item in items:
        if not joins(item[1]):
            yield [item]
            continue
        if bundle and (len(bundle) == most or size + len(item[1]) > BUNDLE_BYTES):
            yield bundle
            bundle, size = [], 0
        bundle.append(item)
        size += len(item[1])
    if bundle:
        yield bundle
