"""Scan an estate that Terraform applied with the toy provider: untouched, and after changes past the code."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.estate.scanning import configured_report_of, report_of
from tests.estate.toy.build import ToyEstate, apply
from tests.estate.toy.changes import CHANGES, GONE, IN_WEST, QUIET

pytestmark = pytest.mark.skipif(
    shutil.which("terraform") is None,
    reason="terraform is not installed, and nothing else applies this estate: "
    "tests/cli/test_scan_terraform.py scans with the same provider, but a state written for the test",
)

INSTANCES = 28
SECRETS = ("a-token-of-ours", "a-password-of-ours", "a-value-of-eves", "drawn-by-the-cloud", "drawn-anew")


@dataclass(frozen=True, kw_only=True)
class Story:
    """What happened to the estate, from its apply to the second scan."""

    applied: Counter[str]
    """Calls to the provider while Terraform applied."""
    untouched: tuple[int, Any]
    """Exit code and report of the first scan, which is configured."""
    untouched_ad_hoc: tuple[int, Any]
    """Of a scan of the state alone."""
    touched: tuple[int, Any]
    touched_ad_hoc: tuple[int, Any]
    scanned: Counter[str]
    """Calls to the provider during all four scans."""
    files: tuple[Mapping[str, bytes], Mapping[str, bytes]]
    """Code and state as applied, and after the scans."""
    witnessed: Mapping[str, frozenset[str]]
    """What Terraform itself then saw changed."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The story, told once for all tests: building takes longer than looking."""
    estate = apply(tmp_path_factory.mktemp("home"))
    ids, before, applied = estate.ids(), files_in(estate.folder), estate.calls()

    untouched = configured_report_of(estate.config(), estate.environment)
    untouched_ad_hoc = report_of(estate.state, estate.environment)
    change(estate, ids)
    touched = configured_report_of(estate.config(), estate.environment)
    touched_ad_hoc = report_of(estate.state, estate.environment)

    scanned, after = estate.calls() - applied, files_in(estate.folder)
    return Story(
        applied=applied,
        untouched=untouched,
        untouched_ad_hoc=untouched_ad_hoc,
        touched=touched,
        touched_ad_hoc=touched_ad_hoc,
        scanned=scanned,
        files=(before, after),
        witnessed=estate.seen_by_terraform(),
    )


def test_terraform_made_changed_replaced_and_destroyed_resources_with_the_toy_provider(story: Story) -> None:
    """
    Of what was there before, it only read: that was imported.
    """
    made, destroyed = story.applied["create"], story.applied["delete"]

    assert made - destroyed == INSTANCES - 1
    assert destroyed == 2
    assert story.applied["update"] == 5


def test_a_scan_of_what_was_just_applied_finds_nothing(story: Story) -> None:
    exit_code, report = story.untouched

    assert (exit_code, report["findings"], report["not_compared"]) == (0, [], [])
    assert summary(report) == {"declared": INSTANCES, "compared": INSTANCES}


def test_a_scan_after_changes_past_the_code_finds_exactly_these(story: Story) -> None:
    exit_code, report = story.touched

    drifted = {one["address"]: values(one) for one in report["findings"] if one["kind"] == "drifted"}
    assert drifted == {one.address: one.found for one in CHANGES}
    assert missing(report) == {*GONE}
    assert (exit_code, report["not_compared"]) == (1, [])
    assert summary(report) == {
        "declared": INSTANCES,
        "compared": INSTANCES,
        "drifted": len(CHANGES),
        "missing": len(GONE),
    }


def test_what_only_the_settings_of_an_alias_lead_to_is_not_called_gone_without_them(story: Story) -> None:
    exit_code, report = story.untouched_ad_hoc

    unread = {one["address"]: (one["reason"], one["error"]) for one in report["not_compared"]}
    assert unread.keys() == {*IN_WEST}
    reason, error = unread["toy_network.west"]
    assert reason == "unreadable"
    assert 'example/toy.west (cloud, region): repeat that as "example/toy.west"' in error
    assert (exit_code, report["findings"]) == (0, [])


def test_without_the_settings_of_an_alias_everything_else_is_still_compared(story: Story) -> None:
    exit_code, report = story.touched_ad_hoc

    assert {one["address"] for one in report["not_compared"]} == {*IN_WEST}
    assert missing(report) == {*GONE} - {*IN_WEST}
    drifted = {one["address"] for one in report["findings"] if one["kind"] == "drifted"}
    assert drifted == {one.address for one in CHANGES} - {*IN_WEST}
    assert exit_code == 1


def test_terraform_itself_sees_the_same_resources_and_attributes_changed(story: Story) -> None:
    """
    And besides, what nobody can declare and what the code says to ignore.
    """
    seen = {one.address: attributes_of(one.found) | one.unreported for one in (*CHANGES, *QUIET)}

    assert story.witnessed == {address: names for address, names in seen.items() if names} | dict.fromkeys(
        GONE, frozenset()
    )


def test_no_report_tells_what_is_sensitive(story: Story) -> None:
    told = json.dumps([story.untouched, story.touched, story.touched_ad_hoc])

    assert '"sensitive": true' in told
    assert [secret for secret in SECRETS if secret in told] == []


def test_scans_ask_the_provider_for_nothing_but_reads_and_each_resource_once(story: Story) -> None:
    assert story.scanned == {"read": 4 * INSTANCES}


def test_scans_leave_code_and_state_as_they_are_to_the_byte(story: Story) -> None:
    before, after = story.files

    assert "terraform.tfstate" in before
    assert after == before


def change(estate: ToyEstate, ids: Mapping[str, str]) -> None:
    """Make all changes, and delete what is to be gone."""
    for one in (*CHANGES, *QUIET):
        one.make(estate.things(ids[one.address])[ids[one.address]])
    for address in GONE:
        del estate.things(ids[address])[ids[address]]
    estate.cloud.write()
    estate.west.write()


def missing(report: Any) -> set[str]:
    """Return the addresses of what is reported as missing."""
    return {one["address"] for one in report["findings"] if one["kind"] == "missing"}


def values(finding: Any) -> dict[str, tuple[Any, Any]]:
    """Return what is declared and live, by path."""
    return {one["path"]: (one["declared"], one["live"]) for one in finding["attributes"]}


def summary(report: Any) -> dict[str, int]:
    """Return what was counted at all."""
    return {name: count for name, count in report["summary"].items() if count}


def attributes_of(paths: Iterable[str]) -> frozenset[str]:
    """Return the attributes of the resource into which the paths lead."""
    return frozenset(re.split(r"[.\[]", path)[0] for path in paths)


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the content of every file."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}
