"""Starts Chromium, and notes whatever a page of ours has it do that no page should."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Route, sync_playwright

PROGRAM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

MISSING: Final = "there is no Chromium: install it ('apt install chromium' on Debian)"

FLAGS: Final = (
    "--no-sandbox",  # under root it has none, and it opens nothing but our own pages
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PHONE: Final[dict[str, Any]] = {"viewport": {"width": 390, "height": 844}}
WIDE: Final[dict[str, Any]] = {"viewport": {"width": 1440, "height": 900}}
LIGHT: Final[dict[str, Any]] = {"color_scheme": "light"}
DARK: Final[dict[str, Any]] = {"color_scheme": "dark"}

LOOKS: Final[dict[str, dict[str, Any]]] = {
    "wide-light": WIDE | LIGHT,
    "wide-dark": WIDE | DARK,
    "phone-light": PHONE | LIGHT,
    "phone-dark": PHONE | DARK,
}
"""How people see the pages: what stands in a context's options for each."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser that is closed at the end.

    While it runs no event loop can be started in this thread.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What a browser did."""

    context: BrowserContext
    refused: set[int] = field(default_factory=set)
    """Which answers are meant to be refusals, by their HTTP status."""
    troubles: list[str] = field(default_factory=list)
    """What no page should have it do, in words."""

    def page(self) -> Page:
        """Return a new tab."""
        return self.context.new_page()

    def note_message(self, message: ConsoleMessage) -> None:
        """Note what the browser complains about: scripts, styles, what the policy of the page forbids."""
        if not message.text.startswith("Failed to load resource: the server responded"):
            self.troubles.append(
                f"{message.type} in the console of {message.page and message.page.url}: {message.text}"
            )

    def note_dialog(self, dialog: Dialog) -> None:
        """Note a script's window, and close it."""
        self.troubles.append(f"a window that says {dialog.message!r}")
        dialog.dismiss()

    def note_answer(self, status: int, url: str) -> None:
        """Note an answer that is no page."""
        if status >= 400 and status not in self.refused:
            self.troubles.append(f"{status} for {url}")

    def let_through(self, route: Route) -> None:
        """Let requests to this machine through, and no other."""
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            route.continue_()
        else:
            self.troubles.append(f"a request to {route.request.url}")
            route.abort()


@contextmanager
def watched(browser: Browser, **options: Any) -> Iterator[Watched]:
    """Yield a browser that holds nothing yet, and is watched."""
    context = browser.new_context(**options)
    made = Watched(context=context)
    # Playwright leaves a note on the object whose method it is handed, and ours takes none.
    context.route("**/*", lambda route: made.let_through(route))
    context.on("console", lambda message: made.note_message(message))
    context.on("dialog", lambda dialog: made.note_dialog(dialog))
    context.on("weberror", lambda error: made.troubles.append(f"a script failed: {error.error}"))
    context.on("response", lambda answer: made.note_answer(answer.status, answer.url))
    try:
        yield made
    finally:
        context.close()
