"""The pages are used without a mouse."""

from playwright.sync_api import Page, expect

from drift.model.visitor import Role
from tests.browser.conftest import Opens
from tests.browser.walking import one_of_each
from tests.web.visiting import Visited

_FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {
    name: one.textContent.trim() || one.name || one.tagName,
    isBody: one === document.body,
    isSeen: box.width > 0 && box.height > 0 && box.right > 0,
    outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    top: box.top + scrollY,
  };
}"""

_TABBED = 60


def test_the_first_tab_leads_past_the_navigation(looked_at: Visited, someone: Opens) -> None:
    page = someone(looked_at, Role.ADMIN).page()
    page.goto("/")

    page.keyboard.press("Tab")

    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_whatever_has_the_focus_shows_it(looked_at: Visited, someone: Opens) -> None:
    """
    On every page, for the first dozens of things that one can get to with the tab key.
    """
    page = someone(looked_at, Role.ADMIN).page()

    hidden: list[tuple[str, str]] = []
    for target in one_of_each(looked_at.visitor(Role.ADMIN)).values():
        page.goto(target)
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
        if not focused["isSeen"] or focused["outline"] < 2:
            found.append(focused["name"])
    return found
