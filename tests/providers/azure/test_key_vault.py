"""Secrets that are written at a vault itself, as its resource log tells."""

import json
from typing import Any

import pytest

from drift.model.event import Effect, Outcome
from drift.model.resource import Resource
from drift.model.verdict import ActorKind, Credential, Lane
from tests.providers.azure.records import (
    ALICE_ID,
    AT,
    CORRELATION,
    GROUP,
    IDENTITY,
    PIPELINE,
    PORTAL,
    XMLSOAP,
    credential_of,
    translated,
)

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/shop"


def a_log(operation: str = "SecretSet", **fields: Any) -> dict[str, Any]:
    """A record of the resource log, as a diagnostic setting sends it."""
    claim = {
        f"{IDENTITY}objectidentifier": ALICE_ID,
        f"{XMLSOAP}upn": "alice@example.com",
        "appid": PORTAL,
    }
    return {
        "time": AT,
        "category": "AuditEvent",
        "operationName": operation,
        "operationVersion": "7.4",
        "resultType": "Success",
        "resultSignature": "OK",
        "durationMs": "83",
        "callerIpAddress": "203.0.113.7",
        "correlationId": CORRELATION,
        "identity": {"claim": claim},
        "properties": {
            "clientInfo": "Mozilla/5.0",
            "httpStatusCode": 200,
            "requestUri": "https://shop.vault.azure.net/secrets/db?api-version=7.4",
            "id": "https://shop.vault.azure.net/secrets/db/0123456789abcdef0123456789abcdef",
        },
        "resourceId": VAULT.upper(),
    } | fields


def test_who_wrote_a_secret_at_the_vault_changed_the_configuration() -> None:
    event = translated(a_log())

    assert (event.effect, event.outcome, event.lane) == (
        Effect.WRITE,
        Outcome.SUCCESS,
        Lane.CONFIGURATION,
    )
    assert (event.call.service, event.call.action) == ("microsoft.keyvault", "SecretSet")
    assert event.resources == (Resource(type="azurerm_key_vault_secret", id=f"{VAULT}/secrets/db"),)
    assert event.call.principal is not None
    assert (event.call.principal.kind, event.call.principal.name) == (ActorKind.HUMAN, "alice@example.com")
    assert event.call.source_ip == "203.0.113.7"
    assert event.operation is None


@pytest.mark.parametrize(
    ("operation", "effect"),
    [
        ("SecretSet", Effect.WRITE),
        ("SecretUpdate", Effect.WRITE),
        ("SecretDelete", Effect.WRITE),
        ("SecretPurge", Effect.WRITE),
        ("SecretRecover", Effect.WRITE),
        ("SecretRestore", Effect.WRITE),
        ("SecretGet", Effect.READ),
        ("SecretList", Effect.READ),
        ("SecretListVersions", Effect.READ),
        ("SecretBackup", Effect.READ),
        ("KeySign", Effect.DATA),
        ("VaultGet", Effect.DATA),
    ],
)
def test_a_call_on_a_vault_does_what_its_name_says(operation: str, effect: Effect) -> None:
    assert translated(a_log(operation)).effect is effect


def test_a_call_that_the_vault_refused_failed() -> None:
    event = translated(a_log(properties={"httpStatusCode": 403}))

    assert (event.effect, event.intended, event.outcome) == (Effect.FAILED, Effect.WRITE, Outcome.FAILURE)


def test_an_application_that_sets_a_secret_is_a_machine() -> None:
    event = translated(a_log(identity={"claim": {"appid": PIPELINE, "idtyp": "app", "appidacr": "1"}}))

    assert event.call.principal is not None
    assert event.call.principal.kind is ActorKind.MACHINE
    assert credential_of(event) is Credential.SERVICE_PRINCIPAL


def test_a_row_of_the_vaults_own_table_says_the_same() -> None:
    log = a_log()
    row = {
        "TimeGenerated": AT,
        "Type": "AZKVAuditLogs",
        "Category": "AuditEvent",
        "OperationName": "SecretSet",
        "ResultType": "Success",
        "HttpStatusCode": 200,
        "CallerIpAddress": "203.0.113.7",
        "CorrelationId": CORRELATION,
        "ClientInfo": "Mozilla/5.0",
        "Identity": json.dumps(log["identity"]),
        "Id": log["properties"]["id"],
        "_ResourceId": VAULT.lower(),
        "ResourceId": VAULT.upper(),
    }

    event, same = translated(row), translated(log)

    assert (event.effect, event.resources, event.lane) == (same.effect, same.resources, same.lane)
    assert event.call.principal == same.call.principal
