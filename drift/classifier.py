"""Judges the records of files on their own: no store, no configuration needed.

A verdict uses only records that came earlier in the input, as the daemon's would.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from drift.model.change import Write
from drift.model.event import OpenedSession, RawRecord, Source, UnreadableRecord
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
        UsageError: A path does not exist, or a folder cannot be listed.
    """
    sessions: dict[str, OpenedSession] = {}
    ordered = Translators(translators)
    for path in files_under(list(paths)):
        for raw in _records(path, translators):
            event = ordered.translate(raw)
            if isinstance(event, UnreadableRecord):
                yield event
                continue
            if event.opens:
                sessions[event.opens.key] = event.opens
            actor = attribute(event, sessions, identities)
            yield Write(event=event, actor=actor, classification=classify(event, actor, channels))


def _records(path: Path, translators: Sequence[Translator]) -> Iterator[RawRecord | UnreadableRecord]:
    """Yield the records of a file; what keeps it from being read is one of them, and ends only this file."""
    # A file may be called anything, but what is said of it must be text.
    name, index = os.fsencode(path).decode(errors="replace"), 0
    try:
        with path.open("rb") as stream:
            for raw in records_of(name, stream, translators):
                yield raw
                index = raw.source.index + 1
    except OSError as error:
        source = Source(file=name, index=index, sha256=hashlib.sha256(b"").hexdigest())
        yield UnreadableRecord(error=f"the file cannot be read: {error.strerror or error}", source=source)
