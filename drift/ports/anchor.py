"""What holds checkpoints outside."""

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # `classify` waits for every import, and has nothing to do with these.
    from drift.model.anchor import Receipt
    from drift.model.evidence import Checkpoint


class Anchor(Protocol):
    """Holds checkpoints where whoever runs the program can neither alter them nor take them back.

    A ledger that was rewritten has another root at the same size, which whoever asks the holder sees.
    """

    def check(self) -> str:
        """Try whether a checkpoint could be held, leaving nothing there; say what was seen.

        Raises:
            ProviderError: It could not be; a permission that is missing is named.
        """
        ...

    def hold(self, checkpoint: "Checkpoint", now: datetime) -> "Receipt":
        """Have a checkpoint held, and return what the holder gives for it once that is known to be good.

        One that is held already is held no second time where the holder can tell, so that a crash between
        the two costs nothing.

        Raises:
            ProviderUnavailableError: Trying again later may succeed.
            ProviderAccessError: The credentials or a permission are missing; the message names it.
            ProviderResponseError: The answer does not hold good, or another checkpoint is held in its place.
        """
        ...
