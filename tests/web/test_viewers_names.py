"""What a viewer never reads, on any page about the whole: who somebody is."""

import html

import pytest

from drift.model.visitor import Role
from drift.store.findings import open_findings
from tests.web.stories import people
from tests.web.visiting import NAMES, Visited

PATHS = (
    "/",
    "/findings",
    "/findings?open=yes&severity=critical",
    "/accounts",
    "/accounts/111122223333",
    "/emergencies",
    "/emergencies?month=2026-11",
    "/waivers",
    "/weekly",
    "/weekly?week=2026-W47",
    "/health",
)


@pytest.mark.parametrize("path", PATHS)
def test_no_page_names_anybody_to_a_viewer(looked_at: Visited, path: str) -> None:
    assert _named(looked_at, path) == set()


def test_no_finding_names_anybody_to_a_viewer(looked_at: Visited) -> None:
    with looked_at.database.reading() as connection:
        ids = list(open_findings(connection))

    assert {one for id_ in ids for one in _named(looked_at, f"/findings/{id_}")} == set()


def test_a_responder_reads_who_it_was(looked_at: Visited) -> None:
    page = html.unescape(looked_at.visitor(Role.RESPONDER).get("/").text)

    assert {one for one in people(looked_at) if one in page} >= {"alice@example.com", "frank@example.com"}


def _named(site: Visited, path: str) -> set[str]:
    """Return the names, addresses and principals of people that a page holds, the viewer's own apart."""
    answer = site.visitor(Role.VIEWER).get(path)
    assert answer.status_code == 200
    page = html.unescape(answer.text).lower().replace(NAMES[Role.VIEWER], "")
    known = {one.lower() for one in people(site)} | {one.lower() for one in NAMES.values()}
    return {one for one in known if one in page}
