"""Runs `drift run` as a process of its own on a story, and waits for what it says, never for ever."""

import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

PATIENCE = 60

Line: TypeAlias = dict[str, Any]

WATCHED = '\n[http]\nlisten = "127.0.0.1:0"\n\n[log]\nformat = "json"\n'
"""What a configuration says to be watched: it listens at a port that is free, and says all in JSON."""


@dataclass(kw_only=True)
class Running:
    """The process, and what it said so far."""

    process: "subprocess.Popen[str]"
    lines: list[Line] = field(default_factory=list)
    _coming: "queue.Queue[str | None]" = field(default_factory=queue.Queue)

    def listen(self) -> None:
        """Take in what it says."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._coming.put(line)
        self._coming.put(None)

    def until(self, is_it: Callable[[Line], bool]) -> Line:
        """Return the first line that is so, of those that were said and of those to come."""
        for line in self.lines:
            if is_it(line):
                return line
        give_up_at = time.monotonic() + PATIENCE
        while (text := self._coming.get(timeout=max(0, give_up_at - time.monotonic()))) is not None:
            self.lines.append(json.loads(text))
            if is_it(self.lines[-1]):
                return self.lines[-1]
        raise AssertionError(f"it ended without that; it said {self.lines}")

    def ended(self, job: str) -> Line:
        """Return what is said of the first turn of a job."""
        return self.until(lambda line: line["event"] == "job ended" and line["job"] == job)

    def said(self, text: str) -> Line:
        """Return the line that says something like it."""
        return self.until(lambda line: text in line["event"])

    def get(self, path: str) -> tuple[int, str]:
        """Ask it over HTTP; return the status and the body."""
        port = int(self.said("answering at port")["event"].rpartition(" ")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def running(config: Path) -> Iterator[Running]:
    """Run the daemon within the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "drift", "run", "--config", str(config)],
        env={name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    one = Running(process=process)
    listener = threading.Thread(target=one.listen, daemon=True)
    listener.start()
    try:
        yield one
    finally:
        process.kill()
        process.wait()
        listener.join(PATIENCE)
        assert process.stderr is not None
        process.stderr.close()
