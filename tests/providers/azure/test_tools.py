"""With which program, and with whose key (reference 4.4)."""

import pytest

from drift.model.verdict import Confidence, Credential, Tool
from tests.providers.azure.records import (
    CLI,
    GROUP,
    PORTAL,
    a_person,
    an_application,
    credential_of,
    event_of,
    tool_of,
)

DEPLOYMENT = f"{GROUP}/providers/Microsoft.Resources/deployments/shop-17"


@pytest.mark.parametrize(
    ("app", "tool", "credential", "confidence"),
    [
        (PORTAL, Tool.CONSOLE, Credential.CONSOLE_SESSION, Confidence.HIGH),
        (PORTAL.upper(), Tool.CONSOLE, Credential.CONSOLE_SESSION, Confidence.HIGH),
        (CLI, Tool.CLI, Credential.CLI_LOGIN, Confidence.HIGH),
        ("1950a258-227b-4e31-a9cf-717495945fc2", Tool.CLI, Credential.CLI_LOGIN, Confidence.HIGH),
        ("0c1307d4-29d6-4389-a11c-5cbe7f65d7fa", Tool.MOBILE, Credential.CONSOLE_SESSION, Confidence.HIGH),
        (
            "b677c290-cf4b-4a8e-a60e-91ba650a4abe",
            Tool.CLOUDSHELL,
            Credential.CONSOLE_SESSION,
            Confidence.MEDIUM,
        ),
        (
            "b1395854-dccf-4fe6-9186-655f101f919b",
            Tool.CLOUDSHELL,
            Credential.CONSOLE_SESSION,
            Confidence.MEDIUM,
        ),
        (
            "245e1dee-74ef-4257-a8c8-8208296e1dfd",
            Tool.CLOUDSHELL,
            Credential.CONSOLE_SESSION,
            Confidence.MEDIUM,
        ),
        (
            "2233b157-f44d-4812-b777-036cdaf9a96e",
            Tool.CLOUDSHELL,
            Credential.CONSOLE_SESSION,
            Confidence.MEDIUM,
        ),
        (
            "7f59a773-2eaf-429c-a059-50fc5bb28b44",
            Tool.CLOUDSHELL,
            Credential.CONSOLE_SESSION,
            Confidence.MEDIUM,
        ),
        ("aebc6443-996d-45c2-90f0-388ff96faa56", Tool.SDK, Credential.CLI_LOGIN, Confidence.HIGH),
        ("872cd9fa-d31f-45e0-9eab-6e460a02d1f1", Tool.SDK, Credential.CLI_LOGIN, Confidence.MEDIUM),
    ],
)
def test_a_persons_application_names_the_tool(
    app: str, tool: Tool, credential: Credential, confidence: Confidence
) -> None:
    event = event_of(claims=a_person(app))

    assert (tool_of(event), credential_of(event)) == (tool, credential)
    assert event.call.tools[0].confidence is confidence


@pytest.mark.parametrize(
    "app", ["c44b4083-3bq0-49c1-b47d-974e53cbdf3c", "c44b4083", "99999999-0000-0000-0000-000000000000"]
)
def test_an_application_in_no_table_names_no_tool(app: str) -> None:
    """
    Old samples hold the portal's id with a typing error.
    """
    event = event_of(claims=a_person(app))

    assert tool_of(event) is Tool.UNKNOWN
    assert credential_of(event) is Credential.UNKNOWN
    assert event.call.tools[0].reason == f"the application {app} is in no table"


def test_a_service_principal_shows_no_tool() -> None:
    assert event_of(claims=an_application()).call.tools == ()


def test_an_application_that_only_people_use_proves_nothing_of_a_machine() -> None:
    assert tool_of(event_of(claims=an_application(PORTAL))) is Tool.UNKNOWN


def test_a_deployment_from_the_portal_is_the_portals() -> None:
    event = event_of("Microsoft.Resources/deployments/write", DEPLOYMENT)

    assert [(one.tool, one.confidence) for one in event.call.tools] == [
        (Tool.CONSOLE, Confidence.HIGH),
        (Tool.ARM_DEPLOYMENT, Confidence.LOW),
    ]


def test_a_deployment_of_an_application_alone_is_a_template() -> None:
    event = event_of("Microsoft.Resources/deployments/write", DEPLOYMENT, claims=an_application())

    assert tool_of(event) is Tool.ARM_DEPLOYMENT
    assert event.call.tools[0].confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        (an_application(appidacr="1"), "an application proved itself with a secret"),
        (
            an_application(appidacr="2"),
            "an application proved itself with a certificate or another provider's token",
        ),
    ],
)
def test_the_token_tells_how_an_application_proved_itself(claims: dict[str, str], reason: str) -> None:
    event = event_of(claims=claims)

    assert event.call.credentials[0].reason == reason
