"""Runs the command line in processes that begin with everything imported: `python -m tests.cli.forking`.

Half of what a short command takes is importing. This imports once, and forks for each command that it reads
from its input, a line of JSON each; it answers with the exit code.
"""

import json
import os
import sys
from typing import Any


def main() -> None:
    """Serve until the input ends."""
    _import_much()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _import_much() -> None:
    """Import what most commands need; nothing of it may begin a thread."""
    import providers.catalog  # noqa: F401
    from drift.cli.commands import _ROWS
    from drift.store import migrate
    from tests import premigrated

    for row in _ROWS.values():
        __import__(row.module)
    migrate._upgrade = premigrated.upgrade
    premigrated.statements()


def _become(command: dict[str, Any]) -> None:
    """Be the process that runs a command, as a shell would have started it."""
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir(command["folder"])
    for number, path in ((0, os.devnull), (1, command["out"]), (2, command["err"])):
        file = os.open(path, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["drift", *command["arguments"]]
    code = 1
    try:
        from drift.cli import main as run

        run(command["arguments"])
    except SystemExit as leave:
        code = leave.code if isinstance(leave.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
