"""Visits the pages as somebody with a role, over HTTP as a browser does."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
from starlette.applications import Starlette

from drift import wiring
from drift.cli.exporting import Exporting
from drift.config import Listen, Settings
from drift.model.visitor import Identity, Role, SignedInBy
from drift.operations.http import serving
from drift.packs import Packs
from drift.pipeline import Pipeline
from drift.reports.status import Status, read_status
from drift.reports.weekly.report import WeeklyReport
from drift.store import web_sessions
from drift.store.database import Database
from drift.web.app import app
from drift.web.ask import wall_clock
from drift.web.cookies import session_cookie
from drift.web.prepared import Prepared
from drift.web.site import Site
from drift.website import Running, site_of

NAMES = {
    Role.VIEWER: "viola@example.com",
    Role.RESPONDER: "rob@example.com",
    Role.APPROVER: "erin@example.com",
    Role.ADMIN: "adam@example.com",
}
"""Who has which role by the configuration of these tests."""

ROLES = """
[approvals]
approvers = ["erin@example.com"]
""" + "".join(f'\n[[role]]\nname = "{role}"\npeople = ["{name}"]\n' for role, name in NAMES.items())

BY_LINK = f"""
[web]
listen = "127.0.0.1:8088"
{ROLES}"""
"""Nobody vouches for people but whoever makes links on this machine."""

WEB = f"""
[oidc]
issuer = "https://login.example.com"
client_id = "driftledger"
{BY_LINK}"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visited:
    """A site over a store of its own."""

    site: Site
    pipeline: Pipeline
    folder: Path
    browsers: ExitStack
    """Closes the browsers that visit."""

    @property
    def database(self) -> Database:
        """The store."""
        return self.site.database

    def visitor(self, name: str | Role | None = None, by: SignedInBy = SignedInBy.OIDC) -> httpx.Client:
        """Return the browser of somebody who is signed in, by name or role; of nobody if there is neither."""
        # None keeps a connection: the server takes only so many, and a browser stays open until the end.
        limits = httpx.Limits(max_keepalive_connections=0)
        client = httpx.Client(base_url=self.site.url, trust_env=False, timeout=60, limits=limits)
        self.browsers.enter_context(client)
        if name is None:
            return client
        identity = Identity(name=NAMES.get(name, name) if isinstance(name, Role) else name, by=by)
        now = wall_clock()
        with self.database.transaction() as connection:
            secret = web_sessions.begin(connection, identity, now, now + timedelta(hours=12))
        hold(client, self.site, secret)
        return client


@contextmanager
def visited(folder: Path, more: str = WEB) -> Iterator[Visited]:
    """Yield the site over what lies in a folder, whose configuration gets `more`."""
    config = folder / "config.toml"
    config.write_text(config.read_text() + more)
    settings = wiring.settings_of(str(config))
    with wiring.running(settings) as pipeline:
        made: list[Site] = []
        exporting = Exporting(database=pipeline.have.database, started=settings, in_force=lambda: settings)
        packs = Packs(exporting.make)

        def pages(port: int) -> Starlette:
            made.append(a_site(settings, pipeline, packs, f"http://127.0.0.1:{port}"))
            return app(made[0])

        here = Listen(host="127.0.0.1", port=0)
        with closing(packs), serving(here, pages), ExitStack() as browsers:
            yield Visited(site=made[0], pipeline=pipeline, folder=folder, browsers=browsers)


def a_site(settings: Settings, pipeline: Pipeline, packs: Packs, url: str) -> Site:
    """Return the site of a program."""
    assert settings.web is not None
    running = Running(
        settings=lambda: settings,
        have=lambda: pipeline.have,
        is_alive=lambda: True,
        status=partial(_status, pipeline),
    )
    # Somebody else may use the processor: what is put together is waited for, however long it takes.
    reports = Prepared[WeeklyReport](wall_clock, patience=timedelta(minutes=5))
    return replace(site_of(settings.web, running, packs, url), reports=reports)


def hold(browser: httpx.Client, site: Site, secret: str) -> None:
    """Have a browser hold a session."""
    browser.cookies.set(session_cookie(site), secret, domain="127.0.0.1", path="/")


def fields(html: str) -> dict[str, str]:
    """Return what the hidden fields of a page's forms hold, the last of each name."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html))


def _status(pipeline: Pipeline) -> Status:
    have = pipeline.have
    with have.database.reading() as connection:
        return read_status(connection, tuple(have.sources), have.clock.now(), anchors=tuple(have.anchors))
