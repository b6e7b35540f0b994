"""`drift check`: what each adapter has to say, and what it takes to read."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import BinaryIO

import pytest

from drift.cli.check import read_log, tried
from drift.errors import ProviderAccessError
from drift.ports import Delivery
from drift.store.database import Database

DENIED = ProviderAccessError("s3:GetObject is denied", hint="allow it to the role")


class Bucket:
    """A log that can be listed; whether it can be read is another matter."""

    delay = timedelta(minutes=15)

    def __init__(self, *, is_denied: bool = False, is_broken: bool = False) -> None:
        self._is_denied = is_denied
        self._is_broken = is_broken

    def read_since(self, cursor: str | None) -> Iterator[Delivery]:
        """List two objects."""
        if self._is_broken:
            raise KeyError("a defect")
        for name in ("a", "b"):
            yield Delivery(name=name, version="1", cursor=name, open=partial(self._open, name))

    def again(self, name: str) -> Delivery | None:
        """Give nothing twice."""
        return None

    def remarks(self) -> Sequence[str]:
        """Say what is not as it should be."""
        return ["its queue has no dead-letter queue"]

    def _open(self, name: str) -> BinaryIO:
        if self._is_denied:
            raise DENIED
        return BytesIO(b"{}")


def check(capsys: pytest.CaptureFixture[str], database: Database, log: Bucket) -> tuple[bool, list[str]]:
    works = tried("audit log trail", log, partial(read_log, "trail", log, database))
    return works, capsys.readouterr().out.splitlines()


def test_a_log_says_how_much_there_is_and_how_late_it_comes(
    capsys: pytest.CaptureFixture[str], sqlite_database: Database
) -> None:
    works, lines = check(capsys, sqlite_database, Bucket())

    assert works
    assert lines == [
        "ok      audit log trail: 2 deliveries to read; no record was read yet; records may come 15 min late",
        "note    audit log trail: its queue has no dead-letter queue",
    ]


def test_what_can_be_listed_but_not_read_does_not_work(
    capsys: pytest.CaptureFixture[str], sqlite_database: Database
) -> None:
    works, lines = check(capsys, sqlite_database, Bucket(is_denied=True))

    assert not works
    assert lines[0] == "FAILED  audit log trail: s3:GetObject is denied; allow it to the role"


def test_a_defect_in_one_adapter_hides_no_other(
    capsys: pytest.CaptureFixture[str], sqlite_database: Database
) -> None:
    works, lines = check(capsys, sqlite_database, Bucket(is_broken=True))

    assert not works
    assert lines[0].startswith("FAILED  audit log trail: trying it broke off: KeyError")
