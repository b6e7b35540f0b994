"""Deliveries that are at hand together: a page of a listing, the messages of one answer."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from drift.errors import ProviderError
from drift.ports import Delivery


def at_hand(deliveries: Iterable[Delivery]) -> Iterator[Delivery]:
    """Yield deliveries, each but the last marked as followed by another one.

    Raises:
        ProviderError: As `deliveries` does, once all that came before is yielded.
    """
    left = iter(deliveries)
    delivery = next(left, None)
    while delivery is not None:
        try:
            following = next(left, None)
        except ProviderError:
            yield delivery
            raise
        yield delivery if following is None else replace(delivery, is_followed=True)
        delivery = following
