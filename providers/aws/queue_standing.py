"""How a queue stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from drift.model.coverage import GivenUp

UNTIL_RETENTION = "no dead-letter queue: what cannot be read is lost when the queue's retention ends"


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueStanding:
    """How many messages there are, roughly, as SQS tells it."""

    waiting: int
    held: int
    attempts: int | None
    """After how many receipts a message is given up; `None` where there is no dead-letter queue."""
    dead_letters_arn: str = ""
    """Of the dead-letter queue."""
    given_up: int = 0
    """How many lie there."""

    @property
    def dead_letters(self) -> str:
        """The name of the dead-letter queue."""
        return self.dead_letters_arn.rpartition(":")[2]

    def lost(self) -> GivenUp | None:
        """Return what was given up; `None` where there is no dead-letter queue.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
        """
        if self.attempts is None:
            return None
        command = f"aws sqs start-message-move-task --source-arn {self.dead_letters_arn}"
        return GivenUp(
            count=self.given_up,
            place=f"the queue {self.dead_letters}",
            redrive=f"move them back with `{command}`",
        )

    def told(self) -> Sequence[str]:
        """Say how many messages wait, and what became of those that could not be read."""
        waiting = f"about {self.waiting:,} {_messages(self.waiting)} to read, {self.held:,} being read"
        if self.attempts is None:
            return (waiting, UNTIL_RETENTION)
        given_up = f"{self.given_up:,} {_messages(self.given_up)} given up after {self.attempts} attempts"
        if not self.given_up:
            return (waiting, given_up)
        return (waiting, f"{given_up}: move them back from {self.dead_letters} once the reason is gone")


def _messages(count: int) -> str:
    return "message" if count == 1 else "messages"
