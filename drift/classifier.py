"""Judges the records of files on their own: no store, no configuration needed.

A verdict uses only records that came earlier in the input, as the daemon's would.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from drift.errors import UsageError
from drift.model.change import OpenedSession, UnreadableRecord, Write
from drift.ports import Translator
from drift.records import files_under, records_of
from drift.stages.attribute import IdentityRules, attribute
from drift.stages.classify import ChannelRules, classify
from drift.stages.translate import Translators


def classified(
    paths: Iterable[Path],
    translators: Sequence[Translator],
    identities: IdentityRules,
    channels: ChannelRules,
) -> Iterator[Write | UnreadableRecord]:
    """Yield the verdict on every record under `paths`, in input order.

    Raises:
        UsageError: A path does not exist or cannot be opened.
    """
    sessions: dict[str, OpenedSession] = {}
    ordered = Translators(translators)
    for path in files_under(list(paths)):
        try:
            stream = path.open("rb")
        except OSError as error:
            raise UsageError(
                f"{path} cannot be opened: {error.strerror}", hint="check its permissions"
            ) from error
        with stream:
            for raw in records_of(str(path), stream, translators):
                event = ordered.translate(raw)
                if isinstance(event, UnreadableRecord):
                    yield event
                    continue
                if event.opens:
                    sessions[event.opens.key] = event.opens
                actor = attribute(event, sessions, identities)
                yield Write(event=event, actor=actor, classification=classify(event, actor, channels))
