import sys
from collections.abc import Iterator

import pytest

from drift.records import inflate


@pytest.fixture(params=["isal", "zlib"])
def inflater(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each way to decompress in turn: with isal, and on a machine that it is not made for."""
    if request.param == "isal":
        pytest.importorskip("isal")
    else:
        monkeypatch.setitem(sys.modules, "isal.isal_zlib", None)
    inflate._quick.cache_clear()
    assert (inflate._quick().__name__ == "zlib") is (request.param == "zlib")
    yield
    inflate._quick.cache_clear()
