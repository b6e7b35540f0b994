"""Texts in which somebody may have named a ticket."""

from typing import Any

import pytest

from drift.model.verdict import Statement, Trust
from tests.providers.gcp.entries import (
    BROWSER,
    CONSOLE_REASON,
    GCLOUD,
    POOL,
    TERRAFORM,
    event_of,
    judged,
    metadata,
)


def said_in(request: Any) -> tuple[Statement, ...]:
    return event_of(request=request).statements


def test_the_stated_reason_is_the_callers_choice() -> None:
    event = event_of(requestMetadata=metadata(reason="OPS-123 open the port"))

    assert (
        Statement(place="request reason", text="OPS-123 open the port", trust=Trust.NAME)
        in event.call.statements
    )


def test_the_consoles_mark_is_nobodys_words() -> None:
    event = event_of(requestMetadata=metadata(BROWSER, reason=CONSOLE_REASON))

    assert event.call.statements == ()


@pytest.mark.parametrize(
    ("added", "said"),
    [("ci/OPS-123", "ci/OPS-123"), ("my-module/1.0 run OPS-123", "my-module/1.0 run OPS-123"), ("", None)],
)
def test_what_was_added_to_a_user_agent_is_a_text(added: str, said: str | None) -> None:
    event = event_of(requestMetadata=metadata(f"{TERRAFORM} {added}"))

    expected = () if said is None else (Statement(place="user agent", text=said),)
    assert event.call.statements == expected


@pytest.mark.parametrize("agent", [GCLOUD, BROWSER, TERRAFORM])
def test_what_tools_write_themselves_is_no_text(agent: str) -> None:
    assert event_of(requestMetadata=metadata(agent)).call.statements == ()


def test_the_subject_of_a_token_is_a_text() -> None:
    subject = "repo:example/infra:ref:refs/heads/OPS-123-open"

    event = event_of(authenticationInfo={"principalSubject": POOL + subject}, requestMetadata=metadata(None))

    assert event.call.statements == (Statement(place="token subject", text=subject, trust=Trust.NAME),)


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        ({"description": "OPS-123"}, "description"),
        ({"body": {"settings": [{"Comment": "OPS-123"}]}}, "comment"),
        ({"release_notes": "OPS-123"}, "release notes"),
        (
            {"grant": {"justification": {"unstructuredJustification": "OPS-123"}}},
            "unstructured justification",
        ),
    ],
)
def test_free_text_of_a_request_is_found_wherever_it_stands(request_: Any, place: str) -> None:
    assert said_in(request_) == (Statement(place=place, text="OPS-123"),)


@pytest.mark.parametrize(
    "request_",
    [
        {"labels": {"ticket": "ops-123"}},
        {"labels": [{"key": "ticket", "value": "ops-123"}]},
        {"settings": {"user_labels": {"ticket": "ops-123"}}},
        {"resourceLabels": {"ticket": "ops-123"}},
    ],
)
def test_labels_may_name_a_ticket_in_lower_case(request_: Any) -> None:
    """
    Google allows nothing else in a label.
    """
    event = event_of(request=request_)

    assert event.statements == (Statement(place="label ticket", text="OPS-123", trust=Trust.TAG),)
    assert [one.key for one in judged(event)[1].references] == ["OPS-123"]


def test_labels_that_googles_services_write_are_nobodys_words() -> None:
    labels = {"goog-managed-by": "cloudfunctions-1", "k8s-app": "web-2", "run.googleapis.com/x": "a-1"}

    assert said_in({"labels": labels}) == ()


def test_tags_of_an_instance_are_no_labels() -> None:
    assert said_in({"tags": {"items": ["web"], "fingerprint": "OPS-7"}}) == (
        Statement(place="label fingerprint", text="OPS-7", trust=Trust.TAG),
    )


def test_the_same_text_is_told_once_and_long_ones_are_cut() -> None:
    texts = said_in({"a": [{"description": "x" * 5000}] * 3, "description": "  "})

    assert [len(one.text) for one in texts] == [1000]


def test_millions_of_texts_are_cut() -> None:
    assert len(said_in({"a": [{"description": f"text {number}"} for number in range(5000)]})) == 200


def test_references_are_ordered_by_trust() -> None:
    event = event_of(
        requestMetadata=metadata(f"{TERRAFORM} OPS-3", reason="OPS-1"),
        request={"labels": {"ticket": "ops-2"}, "description": "UTF-8 and SHA-256"},
    )

    assert [one.key for one in judged(event)[1].references] == ["OPS-1", "OPS-2", "OPS-3"]
