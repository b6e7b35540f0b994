"""Looks for what keeps people from using a page: axe-core, run within it."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

SOURCE: Final = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

MISSING: Final = "axe-core is not installed: 'make axe' does it, where there is npm"


def barriers(page: Page) -> list[str]:
    """Return what axe calls serious or critical on the page that is open, in words.

    The page's context must bypass its policy, which lets no script run.
    """
    page.evaluate(_source())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


@cache
def _source() -> str:
    return SOURCE.read_text()
