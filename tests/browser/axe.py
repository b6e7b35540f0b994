"""Looks for what keeps people from using a page: axe-core, run within it."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

SOURCE: Final = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"

MISSING: Final = "axe-core is not installed: 'make browser' does it, where there is npm"


def barriers(page: Page, only: str | None = None) -> list[str]:
    """Return what axe calls serious or critical on the page that is open, in words; by one rule, or by all.

    The page's context must bypass its policy, which lets no script run.
    """
    page.evaluate(_source())
    options = {"resultTypes": ["violations"]} | ({"runOnly": [only]} if only else {})
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


@cache
def _source() -> str:
    return SOURCE.read_text()
