"""Runs the command line inside the test, as `drift` itself does, against a store the test has filled."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from drift.cli import main

CONFIG = """
[organisation]
name = "example"

[store]
url = "sqlite:///store.sqlite3"

[clock]
source = "records"

[enrolment]
mode = "enforce"

[[audit_log]]
name = "trail"
type = "log-files"
path = "trail"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of its output."""
        return self.out.splitlines()


Drift: TypeAlias = Callable[..., Ran]


OnTerminal: TypeAlias = Callable[..., list[str]]


def run(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> Ran:
    """Run `drift` with the configuration in `folder`."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--config", str(folder / "config.toml")])
    printed = capsys.readouterr()
    assert isinstance(left.value.code, int)
    return Ran(code=left.value.code, out=printed.out, err=printed.err)
