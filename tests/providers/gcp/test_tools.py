"""With which program, and with whose credential: every row of the reference's table of channels."""

from typing import Any

import pytest

from drift.model.verdict import Channel, Credential, Tool
from tests.providers.gcp.entries import (
    ADC_CLIENT,
    BROWSER,
    CONSOLE_REASON,
    DEPLOYER,
    DEVSHELL,
    GCLOUD,
    GCLOUD_CLIENT,
    GO_SDK,
    NUMBER,
    OLD_TERRAFORM,
    PROJECT,
    SHELL_CLIENT,
    TERRAFORM,
    credential_of,
    event_of,
    identity,
    judged,
    metadata,
    tool_of,
)


def called(agent: str | None, *, reason: str | None = None, **who: Any) -> Any:
    return event_of(
        requestMetadata=metadata(agent, reason=reason),
        authenticationInfo=identity(**who) if who else identity(),
    )


@pytest.mark.parametrize(
    ("agent", "tool"),
    [
        (GCLOUD, Tool.CLI),
        (DEVSHELL, Tool.CLOUDSHELL),
        (BROWSER, Tool.CONSOLE),
        ("Mozilla/5.0", Tool.CONSOLE),
        (TERRAFORM, Tool.TERRAFORM),
        (OLD_TERRAFORM, Tool.TERRAFORM),
        (f"{TERRAFORM} guardian/1.0 OPS-1", Tool.TERRAFORM),
        ("google-cloud-sdk", Tool.CLI),
        ("google-cloud-sdk357.0.0 (gzip),gzip(gfe)", Tool.CLI),
        ("apitools Python/3.12 gsutil/5.30 (linux) google-cloud-sdk/502.0.0", Tool.CLI),
        ("Pulumi/3.4.1 (GPN:Pulumi; https://www.pulumi.com) pulumi-google-native/0.4.1", Tool.PULUMI),
        (
            "kcc/1.120.0 (+https://github.com/GoogleCloudPlatform/k8s-config-connector)",
            Tool.CONFIG_CONNECTOR,
        ),
        ("Google-Ansible-MM-compute", Tool.ANSIBLE),
        (GO_SDK, Tool.SDK),
        ("google-api-python-client/2.1 (gzip)", Tool.SDK),
        ("grpc-go/1.60 gapic/1.2 gccl/1.3", Tool.SDK),
        ("(gzip),gzip(gfe)", Tool.UNKNOWN),
        ("Mozilla", Tool.UNKNOWN),
        ("my-own-script/1.0", Tool.UNKNOWN),
        (None, Tool.UNKNOWN),
    ],
)
def test_the_user_agent_names_the_tool(agent: str | None, tool: Tool) -> None:
    assert tool_of(called(agent)) is tool


@pytest.mark.parametrize(
    "agent", ["some pulumi thing", "config-connector", "crossplane/1", "upbound", "ansible 2"]
)
def test_what_nobody_has_verified_decides_nothing_alone(agent: str) -> None:
    event = called(agent)

    assert event.call.tools
    assert tool_of(event) is Tool.UNKNOWN


def test_infrastructure_code_within_a_console_session_stays_that_tool() -> None:
    event = called(f"{TERRAFORM} environment/devshell", email="alice@example.com", client=SHELL_CLIENT)

    assert (tool_of(event), credential_of(event)) == (Tool.TERRAFORM, Credential.CONSOLE_SESSION)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("interactive/True from-script/False", "typed by a person"),
        ("interactive/False from-script/True", "run by a script"),
        ("interactive/True from-script/True", "run by a script"),
    ],
)
def test_gcloud_says_whether_somebody_typed_the_command(how: str, said: str) -> None:
    event = called(GCLOUD.replace("interactive/True from-script/False", how))

    assert event.call.tools[0].reason == f"the user agent names gcloud compute firewall-rules create, {said}"


@pytest.mark.parametrize(
    ("agent", "client", "tool", "credential"),
    [
        (GCLOUD, GCLOUD_CLIENT, Tool.CLI, Credential.CLI_LOGIN),
        ("curl/8.9.1", GCLOUD_CLIENT, Tool.CLI, Credential.CLI_LOGIN),
        (GO_SDK, GCLOUD_CLIENT, Tool.SDK, Credential.CLI_LOGIN),
        (GCLOUD, SHELL_CLIENT, Tool.CLOUDSHELL, Credential.CONSOLE_SESSION),
        ("curl/8.9.1", SHELL_CLIENT, Tool.CLOUDSHELL, Credential.CONSOLE_SESSION),
        (TERRAFORM, ADC_CLIENT, Tool.TERRAFORM, Credential.CLI_LOGIN),
        ("curl/8.9.1", ADC_CLIENT, Tool.UNKNOWN, Credential.CLI_LOGIN),
        (BROWSER, "1-example.apps.googleusercontent.com", Tool.CONSOLE, Credential.CONSOLE_SESSION),
    ],
)
def test_the_oauth_client_tells_the_credential(
    agent: str, client: str, tool: Tool, credential: Credential
) -> None:
    event = called(agent, email="alice@example.com", client=client)

    assert (tool_of(event), credential_of(event)) == (tool, credential)


def test_terraform_with_a_persons_own_credential_is_a_laptops() -> None:
    _, found = judged(called(TERRAFORM, email="alice@example.com", client=ADC_CLIENT))

    assert (found.channel, found.tool) == (Channel.MANUAL, Tool.TERRAFORM)


def test_a_browser_with_the_token_of_gcloud_is_no_console() -> None:
    """
    Browsers get tokens of the console's own; who sends another only calls itself one.
    """
    assert tool_of(called(BROWSER, email="alice@example.com", client=GCLOUD_CLIENT)) is Tool.CLI


def test_a_browser_of_a_service_account_is_no_console() -> None:
    event = called(BROWSER, email=DEPLOYER)

    assert tool_of(event) is Tool.UNKNOWN
    assert judged(event)[1].channel is Channel.AUTOMATION


@pytest.mark.parametrize("agent", [None, "an agent that somebody took out", GO_SDK])
def test_the_consoles_own_mark_is_a_console(agent: str | None) -> None:
    event = called(agent, reason=CONSOLE_REASON)

    assert (tool_of(event), credential_of(event)) == (Tool.CONSOLE, Credential.CONSOLE_SESSION)
    assert judged(event)[1].channel is Channel.CONSOLE


def test_what_front_ends_add_says_nothing() -> None:
    plain = GCLOUD.removesuffix(",gzip(gfe)")

    for agent in (plain, f"{plain},gzip(gfe)", f"{plain} (gzip),gzip(gfe),gzip(gfe)"):
        assert tool_of(called(agent)) is Tool.CLI
    assert tool_of(called(",gzip(gfe)")) is Tool.UNKNOWN


def test_gcloud_on_a_machine_has_the_machines_key() -> None:
    event = called(GCLOUD.replace("environment/None", "environment/GCE"), email=DEPLOYER)

    assert credential_of(event) is Credential.INSTANCE


def test_the_service_account_of_config_connector_is_a_hint_only() -> None:
    event = called(None, email=f"cnrm-system@{PROJECT}.iam.gserviceaccount.com")

    assert [one.tool for one in event.call.tools] == [Tool.CONFIG_CONNECTOR]
    assert tool_of(event) is Tool.UNKNOWN


def test_a_service_agent_is_a_service_whatever_its_user_agent_says() -> None:
    event = called(BROWSER, email=f"service-{NUMBER}@compute-system.iam.gserviceaccount.com")

    assert tool_of(event) is Tool.CLOUD_SERVICE
    assert judged(event)[1].channel is Channel.SERVICE


def test_a_user_agent_never_makes_a_person_a_pipeline() -> None:
    assert judged(called(TERRAFORM))[1].channel is Channel.MANUAL


def test_the_end_of_an_operation_without_its_beginning_is_of_no_known_channel() -> None:
    """
    Ends lack the program and the address, while the person is still there.
    """
    event = event_of(requestMetadata={}, operation={"id": "op", "producer": "p", "last": True})

    assert judged(event)[1].channel is Channel.UNKNOWN
