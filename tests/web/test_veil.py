"""Viewers see that it was somebody, and never who."""

from dataclasses import dataclass

import pytest

from drift.model.verdict import Severity
from drift.web.veil import veil


@dataclass(frozen=True)
class _Row:
    text: str
    inner: tuple[str | None, ...]
    severity: Severity = Severity.HIGH


KNOWN = {"dana": "dana@example.com", "dana@example.com": "dana@example.com"}


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        ("erin@example.com linked it", "somebody linked it"),
        ("asked by dana, at once", "asked by somebody, at once"),
        ("Dana Scully's group", "somebody's group"),
        ("recorded under arn:aws:sts::1:assumed-role/Admin/x9", "recorded under somebody"),
        ("said Ops.Nightly.", "said somebody."),
        ("role/danaides", "role/danaides"),
        ("tag @team", "tag @team"),
        ("deploy@project.iam.gserviceaccount.com set it", "deploy@project.iam.gserviceaccount.com set it"),
    ],
)
def test_a_name_is_taken_out_wherever_it_stands(told: str, seen: str) -> None:
    names = ["Dana Scully", "arn:aws:sts::1:assumed-role/Admin/x9", "ops.nightly"]

    assert veil(names, KNOWN, ["deploy@project.iam.gserviceaccount.com"]).text(told) == seen


def test_everything_that_is_shown_goes_through_it() -> None:
    row = _Row(text="dana did", inner=("for ERIN@example.com", None))

    assert veil((), KNOWN).over((row,)) == (_Row(text="somebody did", inner=("for somebody", None)),)
