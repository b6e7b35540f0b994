"""A provider's process: started, listened to and ended.

1. It gets a fresh folder that only we can enter, for its socket and its temporary files, an
   environment of its own, and no input.
2. Its first line says where it listens; whatever else it prints is read and thrown away, since
   a full pipe would stop it.
3. Of its errors the last few are kept, to say why it ended.
4. A shell watches over it, which waits for the end of a pipe that only we hold. However we end,
   even by `kill -9`, the pipe ends too, and the shell ends the provider and all that it started.
5. Both are in a process group of their own: a Ctrl-C in the terminal is ours alone to handle.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeVar

from drift.errors import ProviderError
from providers.terraform.plugin.failures import LostError, brief
from providers.terraform.plugin.handshake import COOKIE, LONGEST_LINE, Handshake, parse

KEPT_ERRORS = 16 * 1024
"""Bytes of its errors that are kept."""

MOST_ERRORS = 64 * 1024 * 1024
"""Bytes of errors after which it is ended: nobody would read them, and reading them takes our time."""

STOP_SECONDS = 2.0

WATCH = """
exec 3<&0
"$1" </dev/null 3<&- &
echo $! >"$TMPDIR/pid"
exec >/dev/null 2>&1
read -r _ <&3
kill -9 $!
wait $!
rm -rf "$TMPDIR"
kill -9 0
"""
"""The shell's program. It lets go of the output, so that this ends with the provider. It waits for the
provider after it has ended it, since in a container there may be nobody else who does. `TMPDIR` is
the provider's own folder."""

ErrorT = TypeVar("ErrorT", bound=ProviderError)

_PANIC = re.compile(rb"^(?:panic|fatal error): .*$", re.MULTILINE)


class Process:
    """A running provider. To be closed at the end, whatever became of it."""

    def __init__(self, binary: Path, environment: Mapping[str, str]) -> None:
        """Start it.

        Raises:
            LostError: It cannot be started.
        """
        self.binary = binary
        self._folder = Path(tempfile.mkdtemp(prefix="drift-"))
        own = {"TMPDIR": str(self._folder), "PLUGIN_UNIX_SOCKET_DIR": str(self._folder)}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - found and verified by `find`
                ["/bin/sh", "-c", WATCH, "sh", str(binary)],
                env={**environment, **COOKIE, **own, "PLUGIN_PROTOCOL_VERSIONS": "5,6"},
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise LostError(
                f"{binary.name} cannot be started: {error.strerror}", hint="is there a /bin/sh?"
            ) from error
        self._line = b""
        self._errors = b""
        self._error_count = 0
        self._has_line, self._has_ended = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=read, args=(pipe,), daemon=True)
            for read, pipe in (
                (self._read_output, self._process.stdout),
                (self._read_errors, self._process.stderr),
            )
        ]
        for thread in self._threads:
            thread.start()

    @property
    def has_ended(self) -> bool:
        """Whether it closed its output, which it does only by ending."""
        return self._has_ended.is_set()

    def handshake(self, seconds: float) -> Handshake:
        """Wait until it says where it listens.

        Raises:
            LostError: It ended, said nothing in time, or something else.
        """
        if not self._has_line.wait(seconds):
            raise self.lost(f"did not answer within {seconds:g} s of its start")
        try:
            return parse(self._line, self._folder)
        except ValueError as error:
            if not self._line:
                raise self.lost("ended before it listened") from None
            raise self.lost(f"cannot be used: {error}") from None

    def lost(self, what: str) -> LostError:
        """Return the error that says what became of it, with its own last words."""
        if self._has_ended.is_set():
            self._threads[1].join(STOP_SECONDS)
        return LostError(
            f"{self.binary.name} {what}{self._last_words()}",
            hint="if it happens again, try another version of the provider",
        )

    def explained(self, error: ErrorT) -> ErrorT | LostError:
        """Return the error, or what became of the process if that is why."""
        # A broken connection is noticed before the process is seen to end.
        if isinstance(error, LostError) and self._has_ended.wait(STOP_SECONDS):
            return self.lost("ended")
        return error

    def kill(self) -> None:
        """End it, and all that it started, at once. May be called twice, and by any thread."""
        if self._process.stdin:
            self._process.stdin.close()

    def memory(self) -> int:
        """Return the bytes of memory that it takes; 0 where the system does not tell."""
        with suppress(OSError, ValueError, IndexError):
            pid = int((self._folder / "pid").read_text())
            pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        return 0

    def close(self, seconds: float = 0.0) -> None:
        """Give it some time to end, then end it and all that it started."""
        self._has_ended.wait(seconds)
        self.kill()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # Not waited for before: until then its id, which names the group, cannot be another's.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read_output(self, pipe: IO[bytes]) -> None:
        with pipe:
            while block := _read(pipe):
                if not self._has_line.is_set():
                    self._line += block
                    if b"\n" in self._line or len(self._line) > LONGEST_LINE:
                        self._line = self._line.partition(b"\n")[0]
                        self._has_line.set()
        self._has_ended.set()
        self._has_line.set()

    def _read_errors(self, pipe: IO[bytes]) -> None:
        with pipe:
            while block := _read(pipe):
                self._error_count += len(block)
                if not _PANIC.search(self._errors):  # what follows a panic are only its traces
                    self._errors = (self._errors + block)[-KEPT_ERRORS:]
                if self._error_count > MOST_ERRORS:
                    self.kill()
                    return

    def _last_words(self) -> str:
        if self._error_count > MOST_ERRORS:
            return f": it was ended, for it wrote more than {MOST_ERRORS // 2**20} MB of errors"
        if panic := _PANIC.search(self._errors):
            return f": {brief(panic[0].decode('utf-8', 'replace'))}"
        lines = self._errors.decode("utf-8", "replace").strip().splitlines()
        return f": {brief(lines[-1])}" if lines else ""


def _read(pipe: IO[bytes]) -> bytes:
    """Return what is there, nothing at the end."""
    try:
        return pipe.read(LONGEST_LINE)
    except (OSError, ValueError):
        return b""
