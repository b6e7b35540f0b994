"""The pages are used without a mouse."""

from playwright.sync_api import Page, expect

from drift.model.visitor import Role
from tests.browser.conftest import Opens
from tests.web.visiting import Visited

_FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {
    name: one.textContent.trim() || one.name || one.tagName,
    isBody: one === document.body,
    isSeen: box.width > 0 && box.height > 0 && box.right > 0,
    isOurs: one.type !== "date",  // the browser itself shows which of its parts has the focus
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
  };
}"""

_TABBED = 25


def test_the_first_tab_leads_past_the_navigation(looked_at: Visited, someone: Opens) -> None:
    page = someone(looked_at, Role.ADMIN).page()
    page.goto("/")

    page.keyboard.press("Tab")

    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.goto("/")
    assert _unseen(page) == []


def test_whatever_has_the_focus_shows_it(lived_in: Visited, addresses: list[str], someone: Opens) -> None:
    """
    On every page, for the first things in its main part that one can get to with the tab key.
    """
    page = someone(lived_in, Role.ADMIN).page()

    hidden: list[tuple[str, str]] = []
    for target in addresses:
        page.goto(f"{target}#main")
        hidden += [(target, name) for name in _unseen(page)]

    assert hidden == []


def _unseen(page: Page) -> list[str]:
    """Return what takes the focus without showing it."""
    found = []
    for _ in range(_TABBED):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused["isBody"]:
            break
        if focused["isOurs"] and (not focused["isSeen"] or focused["outline"] < 2):
            found.append(focused["name"])
    return found
