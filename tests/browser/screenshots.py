"""Takes pictures of every page and mail as people see them: `python -m tests.browser.screenshots FOLDER`."""

import io
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser
from sqlalchemy import select

from drift.model.visitor import Role
from drift.store.schema import outbox
from providers.email.letter import letter
from tests.browser import chromium
from tests.browser.chromium import LOOKS, watched
from tests.browser.people import sign_in
from tests.browser.walking import one_of_each
from tests.scenarios.world import told
from tests.web.visiting import Visited, visited


def main(folder: Path) -> int:
    """Write the pictures to a folder; return what the program ends with."""
    if chromium.PROGRAM is None:
        sys.stderr.write(f"no pictures: {chromium.MISSING}\n")
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as stories:
        with redirect_stdout(io.StringIO()), told(Path(stories)):
            pass
        with visited(Path(stories)) as site, chromium.chromium() as browser:
            targets = one_of_each(site.visitor(Role.ADMIN))
            mails = _mails(site, Path(stories))
            for look in LOOKS:
                _take(browser, site, look, targets, mails, folder)
    sys.stdout.write(
        f"{folder}: {len(LOOKS)} pictures of each of {len(targets)} pages and {len(mails)} mails\n"
    )
    return 0


def _take(
    browser: Browser,
    site: Visited,
    look: str,
    targets: Mapping[str, str],
    mails: Mapping[str, str],
    folder: Path,
) -> None:
    with watched(browser, base_url=site.site.url, **LOOKS[look]) as one:
        page = one.page()
        for name, html in mails.items():
            page.set_content(html)
            page.screenshot(path=folder / f"mail-{name}-{look}.png", full_page=True)
        page.goto("/sign-in")
        page.screenshot(path=folder / f"sign-in-{look}.png", full_page=True)
        sign_in(one, site, Role.ADMIN)
        for pattern, target in targets.items():
            page.goto(target)
            page.screenshot(path=folder / f"{_file(pattern)}-{look}.png", full_page=True)


def _mails(site: Visited, stories: Path) -> dict[str, str]:
    """Return what is mailed: the report of the week, and the first alert."""
    weekly = stories / "weekly.html"
    config = str(stories / "config.toml")
    subprocess.run(
        [sys.executable, "-m", "drift", "report", "weekly", "--out", str(weekly), "--config", config],
        check=True,
        capture_output=True,
    )
    with site.database.reading() as connection:
        alert = connection.execute(select(outbox.c.payload).order_by(outbox.c.id).limit(1)).scalar_one()
    written = letter(
        alert, sender="drift@example.com", to=("oncall@example.com",), thread=None, now=datetime.now(UTC)
    )
    html = written.get_body(("html",))
    assert html is not None
    return {"weekly": weekly.read_text(), "alert": html.get_content()}


def _file(pattern: str) -> str:
    return pattern.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "overview"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
