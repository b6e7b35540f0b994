"""What tests of pages share: what a page says in plain text, and whom it names."""

import html
import re

import httpx

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}\u202e'
"""Text that would run, break out of an attribute, be a template, or turn what follows around."""

PEOPLE = ("alice", "bob", "carol", "dave", "frank", "grace", "heidi", "judy", "erin", "ivan", "mallory")
"""By which those who act in the stories are known, in addresses and principals."""


def text_of(answer: httpx.Response) -> str:
    """Return what a page says in its main part, without its marks, each space single."""
    main = answer.text.partition('<main id="main">')[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def named_in(answer: httpx.Response) -> set[str]:
    """Return the people of the stories whom a page names anywhere, the visitor apart."""
    page = html.unescape(answer.text).lower()
    return {one for one in PEOPLE if re.search(rf"(?<![a-z]){one}(?![a-z])", page)}


def is_harmless(answer: httpx.Response) -> bool:
    """Tell whether hostile text stayed text on a page."""
    page = answer.text
    return "<script" not in page and "<img" not in page and "\u202e" not in page and "49}" not in page
