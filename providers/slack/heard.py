"""What is answered to Slack at once, and what is done after that, which nobody waits for."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LOG: Final = logging.getLogger(__name__)

FAILED: Final = "Something went wrong here, and nothing was done. Try it again, or use the command line."


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What is answered at once, and what is done then."""

    acknowledgement: Mapping[str, Any] = field(default_factory=dict)
    then: Callable[[], None] | None = None


def safely(then: Callable[[], None], otherwise: Callable[[], None] = lambda: None) -> Callable[[], None]:
    """Return what does its work without raising: nobody above could tell the person who waits."""

    def guarded() -> None:
        try:
            then()
        except Exception as error:  # noqa: BLE001 - Slack's own threads swallow it else
            LOG.warning("an answer in Slack was not taken in: %s", type(error).__name__)
            try:
                otherwise()
            except Exception as second:  # noqa: BLE001 - as above
                LOG.warning("nor could that be said: %s", type(second).__name__)

    return guarded
