"""How soon each page begins to arrive, over HTTP and as an admin, from a store of a million changes."""

import multiprocessing
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import httpx

from drift import wiring
from drift.packs import MadePack
from drift.reports.status import Status, read_status
from drift.store.database import Database
from drift.store.sign_in_links import make_link
from drift.web.ask import wall_clock
from drift.website import Running, pages_at

MOST_MS = 200

CONFIG = """
[organisation]
name = "example"

[store]
url = "sqlite:///store.sqlite3"

[[audit_log]]
name = "trail"
type = "log-files"
path = "trail"

[web]
listen = "127.0.0.1:0"
"""


def measured(store: Path, addresses: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield of each page how long its first byte takes at the 95th percentile, from the store in a file.

    `addresses` are what is opened of each page.
    """
    config = store.with_name("config.toml")
    config.write_text(CONFIG)
    with _served(config) as url, _signed_in(store, url) as browser:
        for page, paths in addresses.items():
            times = sorted((_first_byte(browser, path), path) for path in paths)
            p95, (worst, path) = times[int(len(times) * 0.95)][0], times[-1]
            yield (
                f"pages: {page}, first byte after {p95:.0f} ms at p95 of {len(times)} ({MOST_MS} at most),"
                f" {worst:.0f} ms at most: {path}"
            )


def addresses_of(
    changes: int, queries: Sequence[str], finding_queries: Sequence[str]
) -> dict[str, list[str]]:
    """Return what is opened of each page, of a store that `browse_store` filled."""
    draw = random.Random(7)
    newest = [changes - 1 - draw.randrange(min(changes, 20_000)) for _ in range(60)]
    alone = (
        "/",
        "/accounts",
        "/emergencies",
        "/waivers",
        "/health",
        "/evidence",
        "/weekly",
        "/access",
        "/me",
    )
    return {
        "/changes": [f"/changes?{one}" for one in queries],
        "/changes/ID": [f"/changes/chg-{one:09}" for one in newest],
        "/findings": [f"/findings?{one}" for one in finding_queries],
        "/findings/ID": [f"/findings/f-{one:06}" for one in range(40)],
        "/resources": [f"/resources?id={quote(f'res-{one * one:06}')}" for one in range(60)],
        **{path: [path] * 60 for path in alone},
    }


def _first_byte(browser: httpx.Client, path: str) -> float:
    """Return after how many milliseconds an answer begins.

    Raises:
        SystemExit: The page cannot be opened: what is not shown is quick.
    """
    began = perf_counter()
    with browser.stream("GET", path) as answer:
        next(answer.iter_raw(), b"")
        took = (perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"pages: {path} answers {answer.status_code}")
    return took


@contextmanager
def _served(config: Path) -> Iterator[str]:
    """Run the pages in a process of their own, which shares no lock of the interpreter with who asks."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(str(config), theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        process.join()


def _serve(config: str, told: Connection) -> None:
    settings = wiring.settings_of(config)
    assert settings.web is not None  # noqa: S101 - it stands in the configuration above
    with wiring.running(settings) as pipeline:
        have = pipeline.have

        def status() -> Status:
            with have.database.reading() as connection:
                return read_status(connection, tuple(have.sources), have.clock.now())

        running = Running(settings=lambda: settings, have=lambda: have, is_alive=lambda: True, status=status)
        with pages_at(settings.web, running, _none_made) as url:
            told.send(url)
            told.recv()


def _none_made(*_: object) -> MadePack:
    raise NotImplementedError


@contextmanager
def _signed_in(store: Path, url: str) -> Iterator[httpx.Client]:
    database, now = Database(f"sqlite:///{store}"), wall_clock()
    with database.transaction() as connection:
        secret = make_link(connection, "admin@example.com", now + timedelta(minutes=10))
    database.close()
    with httpx.Client(base_url=url, trust_env=False, timeout=120) as browser:
        browser.post("/sign-in/link", data={"token": secret})
        yield browser
