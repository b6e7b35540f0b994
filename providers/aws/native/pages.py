"""From the pages of an answer to what is looked for in them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drift.errors import ProviderError
from providers.aws.native.keys import Key, hashable
from providers.aws.native.rows import Join, Listing
from providers.live_tables.expressions import Answer


def items_of(call: Listing, pages: Sequence[Answer]) -> Iterator[Answer]:
    """Yield what a call lists. Raises `UnexpectedAnswerError`."""
    for page in [joined(pages)] if call.is_whole else pages:
        yield from call.each.of(page) or ()


def joined(pages: Sequence[Answer]) -> Answer:
    """Return the pages as one: lists of the same name follow each other."""
    if len(pages) == 1:
        return pages[0]
    whole: dict[str, Any] = {}
    for page in pages:
        for name, value in page.items():
            whole[name] = [*whole.get(name, []), *value] if isinstance(value, list) else value
    return whole


def joined_with(
    join: Join, items: Mapping[Key, Answer], answer: Answer | ProviderError
) -> Answer | ProviderError:
    """Return what is known of a resource with the item that goes along with it."""
    if isinstance(answer, ProviderError):
        return answer
    return {**answer, join.name: items.get(hashable(join.of.of(answer)))}
