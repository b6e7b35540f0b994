"""What understands the records of one cloud."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from drift.model.event import ChangeEvent, RawRecord, Repeat, UnreadableRecord
from drift.model.resource import Cloud
from drift.model.sign_in import SignIn


class Unwrapper(Protocol):
    """Takes the records of one cloud out of what they travel in. Pure: no input or output, no clock."""

    @property
    def record_heads(self) -> tuple[bytes, ...]:
        """How plain records of this cloud mostly begin: `{"eventVersion":"1.` for example.

        What begins so is never shown to `unwrap`: no envelope of any cloud, and no list of records,
        may begin like it. Records that begin otherwise are only slower to read.
        """
        ...

    def unwrap(self, document: bytes) -> Sequence[bytes] | None:
        """Return the records inside an envelope in their order, or `None` if it is no envelope of this cloud.

        An envelope may hold none, and what only announces records is such an envelope. The bytes of
        a record are exactly as delivered. Lists of records are split before, so that each element is
        shown by itself, and so is every plain record without one of the `record_heads`.
        """
        ...


class Translator(Unwrapper, Protocol):
    """Understands the records of one cloud. Pure: no input or output, no clock."""

    @property
    def cloud(self) -> Cloud:
        """The cloud whose records it understands."""
        ...

    def may_open(self, body: bytes) -> bool:
        """Tell quickly whether a record may open a session or begin an operation: later ones rest on it.

        It may say so of a record that does not, but never overlooks one that does. Never raises.
        """
        ...

    def translate(self, raw: RawRecord) -> ChangeEvent | Repeat | UnreadableRecord | None:
        """Say what a record means, or `None` if it is not this cloud's.

        A record that lacks an id, a time or a region is readable. The risks are those of the caller
        alone, and there is no summary, until `describe` adds them. Never raises.

        A `Repeat` is what makes judging fast: most records are reads, and most reads were made before.
        """
        ...

    def describe(self, event: ChangeEvent) -> ChangeEvent:
        """Add the risks that lie in what was asked for, and the summary.

        Only who tells people of a write needs them, so judging goes without. Reads nothing but
        the event, changes nothing else, and may be repeated. Never raises.
        """
        ...


@runtime_checkable
class TellsSignIns(Protocol):
    """A translator whose cloud's records tell who signed in to a console."""

    def sign_in_of(self, event: ChangeEvent) -> SignIn | None:
        """Say what somebody signed in to, of an event whose effect is `auth`; `None` if to nothing such.

        Reads nothing but the event. Never raises.
        """
        ...
