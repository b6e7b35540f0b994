"""Appends OCSF events to files of JSON Lines, one a day, for the agent that feeds a SIEM.

Every SIEM's own agent reads such files, keeps its place in them and sees to delivery, sign-in and retry.
See docs/adr/0011-ocsf-is-written-to-files.md.
"""

import os
from datetime import UTC
from pathlib import Path

import msgspec

from drift.errors import ProviderAccessError, ProviderUnavailableError
from drift.model.alert import Alert
from providers.ocsf.events import events_of

_PREFIX = "ocsf:"


class OcsfFilesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the files are."""

    folder: str


class OcsfFiles:
    """A `Notifier` that machines read. An edit is further events about the same finding."""

    def __init__(self, settings: OcsfFilesSettings) -> None:
        self._folder = Path(settings.folder)

    def check(self) -> str:
        """Try whether the folder can be written, writing nothing into its files."""
        self._make_folder()
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise ProviderAccessError(
                f"{self._folder} cannot be written", hint="give the folder to the user that drift runs as"
            )
        return f"events are appended to {self._folder}/ocsf-DATE.jsonl"

    def takes(self, alert: Alert) -> bool:
        """Take what is about changes: alarms and digests are not in the two classes."""
        return bool(alert.changes) and not alert.notice

    def send(self, alert: Alert, *, replaces: str | None) -> str:
        """Append the events of the alert in one write, so that two writers mix no lines."""
        self._make_folder()
        lines = b"".join(msgspec.json.encode(event) + b"\n" for event in events_of(alert))
        file = self._folder / f"ocsf-{alert.detected_at.astimezone(UTC):%Y-%m-%d}.jsonl"
        try:
            with file.open("ab", buffering=0) as opened:
                _append(opened.fileno(), lines)
        except OSError as error:
            raise self._unwritable(error) from error
        return replaces if replaces and replaces.startswith(_PREFIX) else f"{_PREFIX}{alert.client_id}"

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> ProviderUnavailableError:
        return ProviderUnavailableError(
            f"OCSF events cannot be written to {self._folder}: {error.strerror}",
            hint="check that the folder can be written and has space",
        )


def _append(descriptor: int, lines: bytes) -> None:
    """Write all or nothing, and wait until it is on the disk: what is sent is not sent again."""
    before = os.fstat(descriptor).st_size
    if os.write(descriptor, lines) != len(lines):
        os.ftruncate(descriptor, before)
        raise OSError(28, "no space left for a whole message")
    os.fsync(descriptor)
