"""What is a ticket's key, and what only looks like one."""

import pytest

from drift.ticket_keys import read_ticket_keys, shipped_ticket_keys

KEYS = shipped_ticket_keys()


def found(text: str, *projects: str) -> list[str]:
    return list(KEYS.found_in(text, frozenset(projects)))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("OPS-123", "OPS-123"),
        ("alice@example.com.OPS-123", "OPS-123"),
        ("alice-OPS-123", "OPS-123"),
        ("deploy-web-OPS-123", "OPS-123"),
        ("https://example.atlassian.net/browse/OPS-123", "OPS-123"),
        ("feature/OPS-123-open-the-port", "OPS-123"),
        ("(OPS-123), see below", "OPS-123"),
        ("open the port, CHG0012345", "CHG0012345"),
        ("INC0012345.", "INC0012345"),
        ("see https://github.com/example/infra/pull/7", "example/infra#7"),
        ("https://gitlab.com/example/ops/infra/-/issues/12", "example/ops/infra#12"),
        ("https://gitlab.com/example/ops/infra/-/work_items/12", "example/ops/infra#12"),
        ("https://gitlab.com/example/ops/infra/-/merge_requests/12", "example/ops/infra!12"),
        ("for example/infra#7, as agreed", "example/infra#7"),
        ("(example/ops/infra#12)", "example/ops/infra#12"),
        ("https://example.pagerduty.com/incidents/Q02JTSNZWHSEKV", "example.pagerduty.com#Q02JTSNZWHSEKV"),
        ("https://example.eu.pagerduty.com/incidents/PT4KHLK?x", "example.eu.pagerduty.com#PT4KHLK"),
        ("CHG0030001", "CHG0030001"),
    ],
)
def test_a_key_is_found_wherever_people_put_it(text: str, key: str) -> None:
    assert found(text) == [key]


@pytest.mark.parametrize(
    "text",
    [
        "UTF-8", "SHA-256", "US-EAST-1", "EU-WEST-1", "AES-128", "TLS-1", "X86-64",
        "CVE-2026-12345", "ISO-8601",
        "ops-123", "OPS-", "OPS-12345678", "OPS-12a", "xOPS-123", "1OPS-123", "A-1", "CHG123", "#12",
        "https://github.com/example/infra", "0f1e2d3c-AB-12", "UTC-5", "GPT-4", "RFC-3339",
        "#123", "infra#12", "example/infra#0", "https://x.example.com/a/b#12", "/var/log#12", "a/b#12a",
        "https://pagerduty.com/incidents/Q02JTSNZWHSEKV", "https://evil.com/.pagerduty.com/incidents/Q02JTSNZ",
        "us-EAST-1", "n2-STANDARD-4", "N2-STANDARD-4", "SHA512-256", "TLS1-2", "TLSV1-2", "WINDOWS-1252",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_key_is_none(text: str) -> None:
    assert found(text) == []


def test_the_projects_of_the_configuration_are_the_only_ones() -> None:
    assert found("OPS-1 SEC-2 UTF-8", "OPS") == ["OPS-1"]
    assert found("UTF-8", "UTF") == ["UTF-8"]


def test_keys_that_belong_to_no_project_of_jira_count_whatever_projects_there_are() -> None:
    assert found("CHG0012345 https://github.com/example/infra/issues/3", "OPS") == [
        "CHG0012345",
        "example/infra#3",
    ]


def test_every_key_of_a_text_is_found_in_its_order() -> None:
    assert found("OPS-2, then OPS-1") == ["OPS-2", "OPS-1"]


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("alice@example.com.OPS-123", "alice@example.com"),
        ("alice-OPS-123", "alice"),
        ("alice_CHG0012345", "alice"),
        ("alice@example.com", "alice@example.com"),
        ("OPS-123", "OPS-123"),
    ],
)
def test_the_name_of_a_session_is_read_without_the_key_behind_it(name: str, without: str) -> None:
    assert KEYS.without_suffix(name) == without


# The user's own


def test_own_keys_are_found_besides_those_that_ship() -> None:
    keys = read_ticket_keys(
        """
        not_projects = ["BUILD"]
        [[key]]
        system = "our desk"
        pattern = 'DESK/\\d{4}'
        source = "the desk's handbook"
        [[address]]
        system = "Gitea"
        pattern = 'https://git\\.example\\.com/(?P<owner>[\\w/]+)/issues/(?P<number>\\d+)'
        source = "our server"
        """
    )

    text = "DESK/1234 BUILD-7 OPS-1 https://git.example.com/example/infra/issues/5"

    assert list(keys.found_in(text)) == ["DESK/1234", "OPS-1", "example/infra#5"]


@pytest.mark.parametrize(
    ("own", "what"),
    [
        ("key = 3", "Expected `array`"),
        ("[[key]]\nsystem = 'x'\npattern = 'x'", "source"),
        ("[[kee]]", "kee"),
        (
            "[[key]]\nsystem = 'desk'\npattern = '('\nsource = ''",
            "the pattern of desk is no regular expression",
        ),
        ("[[key]]\nsystem = 'desk'\npattern = 'a|(?i)b'\nsource = ''", "the pattern of desk is no regular"),
        ("[[key]]\nsystem = 'desk'\npattern = '\\d*'\nsource = ''", "where nothing is written"),
        ("key =", "Invalid value"),
    ],
)
def test_own_keys_of_another_form_are_refused_with_the_reason(own: str, what: str) -> None:
    with pytest.raises(ValueError, match=what.replace("|", r"\|")):
        read_ticket_keys(own)
