"""Whatever strangers write is text on every page: it runs nothing, loads nothing, and hides nothing."""

import shutil
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest

from drift.model.visitor import Role
from tests.browser.chromium import PHONE
from tests.browser.conftest import Opens
from tests.browser.hostile import SCRIPT, SHOWN, tell_hostile
from tests.browser.people import EVERYBODY, invite_auditor
from tests.browser.walking import Step, walk
from tests.once import made_once
from tests.web.visiting import Visited, visited

_STRANGE: Final = """() => {
  const strange = window.owned === undefined ? [] : [`a script ran: ${window.owned}`];
  const foreign = ["script", "iframe", "object", "embed", "base", "frame", "audio", "video"];
  for (const one of document.querySelectorAll("*")) {
    const name = one.localName;
    if (foreign.includes(name)) strange.push(name);
    for (const {name: attribute, value} of one.attributes) {
      if (attribute.startsWith("on")) strange.push(`${name} ${attribute}`);
      if (attribute === "style" && value.includes("url(")) strange.push(`${name} style`);
      if (attribute === "src" && !value.startsWith("data:image/")) strange.push(`${name} src`);
      if (attribute === "http-equiv") strange.push(`${name} ${value}`);
      if (["href", "action", "formaction", "xlink:href"].includes(attribute)
          && !["http:", "https:"].includes(new URL(value, document.baseURI).protocol)
          && value !== "data:,") strange.push(`${name} ${attribute} ${value}`);
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) strange.push("wider than the window");
  return strange;
}"""

_MAY_HIDE: Final = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Categories of characters that turn, hide or end text."""


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """The pages over a store full of what attackers wrote."""
    stories = made_once(tmp_path_factory, "hostile-stories", tell_hostile)
    folder = tmp_path_factory.mktemp("hostile") / "stories"
    shutil.copytree(stories, folder)
    with visited(folder, more="") as site:
        invite_auditor(site)
        yield site


@pytest.mark.parametrize("role", Role)
def test_nothing_that_strangers_wrote_runs_loads_or_stretches_a_page(
    hostile_site: Visited, someone: Opens, role: Role
) -> None:
    """
    The browser leaves the pages' own policy aside: what they escape must hold without it. Approvers see
    most: they look at several pages of each kind.
    """
    page = someone(hostile_site, role, bypass_csp=True, **PHONE).page()

    found: dict[str, Any] = {}
    for step in pages(hostile_site.visitor(EVERYBODY[role]), most=3 if role is Role.APPROVER else 1):
        page.goto(step.target)
        if strange := page.evaluate(_STRANGE):
            found[step.target] = strange

    assert found == {}


def test_what_strangers_wrote_is_shown_as_they_wrote_it(hostile_site: Visited, someone: Opens) -> None:
    page = someone(hostile_site, Role.ADMIN).page()
    said = [
        one for one in pages(hostile_site.visitor(Role.ADMIN), most=3) if "window.owned=1" in one.answer.text
    ]

    assert said
    for step in said:
        page.goto(step.target)
        assert SHOWN in page.content().replace("&lt;", "<").replace("&gt;", ">")
        assert SHOWN in page.locator("body").inner_text()


def test_no_page_holds_what_turns_or_hides_text(hostile_site: Visited) -> None:
    hidden = {
        step.target: sorted(found)
        for step in pages(hostile_site.visitor(Role.ADMIN), most=12)
        if (found := {f"U+{ord(one):04X}" for one in step.answer.text if _hides(one)})
    }

    assert hidden == {}


def test_a_template_in_a_text_is_no_template_of_ours(hostile_site: Visited) -> None:
    evaluated = [
        one.target for one in pages(hostile_site.visitor(Role.ADMIN), most=12) if ">49$" in one.answer.text
    ]

    assert evaluated == []


def test_who_signs_in_under_a_hostile_name_is_refused_by_that_name(
    hostile_site: Visited, someone: Opens
) -> None:
    answer = hostile_site.visitor(f"mallory {SCRIPT}").get("/")

    assert answer.status_code == 403
    assert "<script" not in answer.text
    assert "mallory" in answer.text


def pages(browser: httpx.Client, *, most: int) -> Iterator[Step]:
    """Yield the pages that somebody comes to, without what they would download."""
    for step in walk(browser, most=most):
        if step.answer.headers.get("content-type", "").startswith("text/html"):
            yield step


def _hides(char: str) -> bool:
    return char not in "\n\t" and unicodedata.category(char) in _MAY_HIDE
