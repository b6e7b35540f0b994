"""Takes pictures of every page and mail as people see them: `python -m tests.browser.screenshots FOLDER`."""

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import select

from drift.model.visitor import Role
from drift.store.schema import outbox
from providers.email.letter import letter
from tests.browser import chromium
from tests.browser.chromium import LOOKS, Watched, watched
from tests.browser.people import sign_in
from tests.browser.said import live_in
from tests.browser.walking import one_of_each
from tests.scenarios.world import told
from tests.web.stories import OPENED_TO_ALL, that
from tests.web.test_evidence_page import asked_for
from tests.web.visiting import Visited, visited


def main(folder: Path) -> int:
    """Write the pictures to a folder; return what the program ends with."""
    if chromium.PROGRAM is None:
        sys.stderr.write(f"no pictures: {chromium.MISSING}\n")
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as room, chromium.chromium() as browser:
        told_stories, stories = Path(room) / "told", Path(room) / "stories"
        told_stories.mkdir()
        with redirect_stdout(io.StringIO()):
            with told(told_stories):
                pass
            live_in(told_stories, stories)
        with visited(stories, more="") as site:
            asked_for(site.visitor(Role.ADMIN), engagement="SOC 2 2026")
            mails = _mails(site, stories)
            for look in LOOKS:
                with watched(browser, base_url=site.site.url, **LOOKS[look]) as one:
                    _take(one, site, mails, partial(_picture, folder, look))
    sys.stdout.write(f"{folder}: {len(list(folder.glob('*.png')))} pictures\n")
    return 0


def _take(
    one: Watched, site: Visited, mails: Mapping[str, str], picture: Callable[[Page, str], None]
) -> None:
    page = one.page()
    for name, html in mails.items():
        page.set_content(html)
        picture(page, f"mail-{name}")
    page.goto("/sign-in")
    picture(page, "sign-in")
    sign_in(one, site, Role.ADMIN)
    for pattern, target in one_of_each(site.visitor(Role.ADMIN)).items():
        page.goto(target)
        picture(page, _file(pattern))
    sign_in(one, site, Role.APPROVER)
    page.goto(f"/changes/{that(site, OPENED_TO_ALL).change.change_id}")
    for form in page.locator("details.saying > summary").all():
        form.click()
    picture(page, "changes-id-forms")


def _picture(folder: Path, look: str, page: Page, name: str) -> None:
    page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)


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
