import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.redact import MASK, redact, use
from drift.redact.rules import SHIPPED

PLANTED = "hunter2-planted"

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLW9mLWV4YW1wbGU"
KEY_ID = "AKIA" + "EXAMPLE7" * 2
SECRET_KEY = "Aa1/" * 10

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text() | st.sampled_from(["password", "key", "value", "user_data"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "name",
    [
        "password", "masterUserPassword", "MasterUserPassword", "DB_PASSWORD", "db-password",
        "PGPASSWORD", "passwd", "password2", "password_wo", "spring.datasource.password",
        "/prod/db/password", "secret", "clientSecret", "secretString", "secret_access_key",
        "SecretAccessKey", "AWSSecretKey", "private_key", "privatekey", "apiKey", "APIKey", "x-api-key",
        "apikey", "apiKeyValue", "sessionToken", "auth_token", "OAuthToken", "token",
        "connectionString", "credentials", "Authorization", "primary_access_key",
        "tunnel1_preshared_key", "authenticationCode1", "user_data", "userData", "user_data_base64",
    ],
)  # fmt: skip
def test_a_field_whose_name_ends_like_a_secret_is_cut_out(name: str) -> None:
    assert redact({name: "hunter2"}).value == {name: MASK}


@pytest.mark.parametrize(
    "name",
    [
        "tokenized", "secretArn", "secret_id", "secretName", "kms_key_id", "public_key", "key_name",
        "passwordPolicy", "minimum_password_length", "clientToken", "clientRequestToken", "nextToken",
        "tokenKeyId", "access_key_id", "passwordResetRequired", "password_wo_version", "httpTokens",
        "http_tokens", "lockToken", "bypass", "compass", "user_data_replace_on_change",
        "mfaAuthenticated", "token.actions.githubusercontent.com:sub",
    ],
)  # fmt: skip
def test_a_field_that_only_sounds_like_a_secret_is_kept(name: str) -> None:
    value = {name: "plain-value"}

    assert redact(value).value is value


@pytest.mark.parametrize("value", [True, False, 0, 12, 1.5, None, "", " ", [], {}])
def test_truth_values_numbers_and_nothing_are_no_secrets(value: object) -> None:
    holder = {"manage_master_user_password": value, "user_data": value}

    assert redact(holder).value is holder


@pytest.mark.parametrize(
    "value",
    [
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
        "{{resolve:secretsmanager:db:SecretString:password}}",
        "${var.db_password}",
        "projects/example/secrets/db/versions/latest",
        "https://example.vault.azure.net/secrets/db/0123",
        "HIDDEN_DUE_TO_SECURITY_REASONS",
        "<sensitiveDataRemoved>",
        "****",
        "AWS_IAM",
        KEY_ID,
    ],
)
def test_a_reference_to_a_secret_or_a_setting_is_none(value: str) -> None:
    holder = {"authorization": value, "password": value}

    assert redact(holder).value is holder


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("see -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- here", f"see {MASK} here"),
        ("-----BEGIN PRIVATE KEY-----\nMII cut off", MASK),
        (f"bearer of {JWT}", f"bearer of {MASK}"),
        (f"{KEY_ID}:{SECRET_KEY}", f"{KEY_ID}:{MASK}"),
        (f"id {KEY_ID}\nkey = {SECRET_KEY}\n", f"id {KEY_ID}\nkey = {MASK}\n"),
        ("IQoJ" + "b3JpZ2lu" * 12, MASK),
        ("FwoG" + "ZXIvYXdz" * 12, MASK),
        ("xoxb-123456789012-abcdef", MASK),
        ("https://hooks.slack.com/services/T000/B000/XXXX", f"https://hooks.slack.com/services/{MASK}"),
        ("clone with ghp_" + "a1B2" * 9, f"clone with {MASK}"),
        ("github_pat_" + "a1B2" * 9, MASK),
        ("glpat-" + "a1B2" * 5, MASK),
        ("AIza" + "a1B2_" * 7, MASK),
        ("postgres://app:p@ss@db.example.com:5432/app", f"postgres://app:{MASK}@db.example.com:5432/app"),
        ("amqp://app:a/b@mq.example.com", f"amqp://app:{MASK}@mq.example.com"),
        ("Server=db;Password=two words;Encrypt=True", f"Server=db;Password={MASK};Encrypt=True"),
        ("AccountName=a;AccountKey=Zm9v==;Suffix=x", f"AccountName=a;AccountKey={MASK};Suffix=x"),
        ("run --db-password hunter2 --verbose", f"run --db-password {MASK} --verbose"),
        ("export API_KEY='two words'", f"export API_KEY='{MASK}'"),
        ("region: eu\n  password: hunter2\n", f"region: eu\n  password: {MASK}\n"),
        ('not json {"password": "hun\\"ter2", "a": 1', f'not json {{"password": "{MASK}", "a": 1'),
        ("https://example.com/b?x=1&X-Amz-Signature=0123abcd4567", f"https://example.com/b?x=1&X-Amz-Signature={MASK}"),
        ("-H 'Authorization: Bearer abcdefghijklmnop1234'", f"-H 'Authorization: Bearer {MASK}'"),
    ],
)  # fmt: skip
def test_a_secret_is_known_by_its_looks_anywhere_in_a_text(text: str, clean: str) -> None:
    assert redact(text).value == clean
    assert redact([text]).paths == ("[0]",)


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::111122223333:role/deploy",
        "https://registry.example.com:4873/@scope/package",
        "https://example.com/?nextToken=abc&clientToken=def",
        "the security token included in the request is invalid: it has expired",
        "opened tcp/22 to 0.0.0.0/0",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "--password-stdin --token-type bearer",
        KEY_ID,
    ],
)
def test_a_text_without_secrets_stays_the_very_same(text: str) -> None:
    result = redact(text)

    assert result.value is text
    assert result.paths == ()


UUID = "01234567-89ab-4cde-8f01-23456789abcd"

TOKENS = {
    "pgp private key": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQ\n-----END PGP PRIVATE KEY BLOCK-----",
    "openssh private key": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3\n-----END OPENSSH PRIVATE KEY-----",
    "putty private key": "PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 14\nAAAA",
    "github": "ghs_" + "a1B2" * 9,
    "gitlab personal": "glpat-" + "a1B2" * 5,
    "gitlab routable": "glpat-" + "a1B2" * 7 + ".0w.1a2b3c4d5",
    "gitlab deploy": "gldt-" + "a1B2" * 5,
    "gitlab runner": "glrt-" + "a1B2" * 5,
    "gitlab agent": "glagent-" + "a1B2" * 12,
    "gitlab registration": "GR1348941" + "a1B2" * 5,
    "google api key": "AIza" + "a1B2_" * 7,
    "google access token": "ya29." + "a0B1" * 10,
    "google client secret": "GOCSPX-" + "a1B2" * 7,
    "google refresh token": "1//0" + "a1B2" * 12,
    "slack bot": "xoxb-123456789012-abcdef",
    "slack app": "xapp-1-A0123-456-abcdef",
    "stripe live": "sk_live_" + "a1B2" * 6,
    "stripe test": "sk_test_" + "a1B2" * 6,
    "stripe restricted": "rk_live_" + "a1B2" * 6,
    "stripe webhook": "whsec_" + "a1B2" * 8,
    "npm": "npm_" + "a1B2" * 9,
    "pypi": "pypi-AgEIcHlwaS5vcmc" + "a1B2" * 12,
    "rubygems": "rubygems_" + "a1b2" * 12,
    "docker": "dckr_pat_" + "a1B2" * 7,
    "artifactory": "AKCp" + "a1B2" * 17,
    "launchdarkly api": f"api-{UUID}",
    "launchdarkly sdk": f"sdk-{UUID}",
    "openai project": "sk-proj-" + "a1B2" * 12,
    "openai": "sk-" + "a1B2" * 5 + "T3BlbkFJ" + "a1B2" * 5,
    "anthropic": "sk-ant-api03-" + "a1B2" * 12,
    "hugging face": "hf_" + "aB" * 17,
    "vault service": "hvs." + "a1B2" * 8,
    "vault batch": "hvb." + "a1B2" * 8,
    "pulumi": "pul-" + "a1b2" * 10,
    "digitalocean": "dop_v1_" + "a1b2" * 16,
    "databricks": "dapi" + "a1b2" * 8,
    "tailscale": "tskey-auth-" + "a1B2" * 6,
    "doppler": "dp.pt." + "a1B2" * 10,
    "sendgrid": "SG." + "a1B2" * 5 + "." + "a1B2" * 10,
    "shopify": "shpat_" + "a1b2" * 8,
    "grafana": "glsa_" + "a1B2" * 8 + "_12345678",
    "linear": "lin_api_" + "a1B2" * 10,
    "postman": "PMAK-" + "a1b2" * 6 + "-" + "a1b2" * 8 + "c3",
    "new relic": "NRAK-" + "A1B" * 9,
    "sentry": "sntrys_" + "a1B2" * 10,
    "atlassian": "ATATT3x" + "a1B2" * 10,
    "mailgun": "key-" + "a1b2" * 8,
    "square": "sq0csp-" + "a1B2" * 10,
    "web token": JWT,
}


@pytest.mark.parametrize("kind", TOKENS)
def test_a_token_is_known_by_how_its_service_writes_it(kind: str) -> None:
    token = TOKENS[kind]

    assert redact(token).value == MASK
    assert redact({"note": f"it is {token}"}).value == {"note": f"it is {MASK}"}


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://discord.com/api/webhooks/12345/abcDEF-123_x", f"https://discord.com/api/webhooks/12345/{MASK}"),
        ("https://example.webhook.office.com/webhookb2/1@2/abcdef", f"https://example.webhook.office.com/webhookb2/{MASK}"),
        ("token a1B2c3D4e5F6g7.atlasv1." + "a1B2" * 16, f"token a1B2c3D4e5F6g7{MASK}"),
        ("call it with SSWS 00" + "a1B2" * 10, f"call it with SSWS {MASK}"),
        (
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9v+/==;EndpointSuffix=core.windows.net",
            f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={MASK};EndpointSuffix=core.windows.net",
        ),
        (
            "Endpoint=sb://a.example.com/;SharedAccessKeyName=root;SharedAccessKey=Zm9v=",
            f"Endpoint=sb://a.example.com/;SharedAccessKeyName=root;SharedAccessKey={MASK}",
        ),
        (
            "https://a.blob.core.windows.net/c?sv=2026-01-01&sr=c&sig=Zm9v%2Bbar%3D&se=2026-12-31",
            f"https://a.blob.core.windows.net/c?sv=2026-01-01&sr=c&sig={MASK}&se=2026-12-31",
        ),
        ("mongodb+srv://app:hunter2@db.example.com/x", f"mongodb+srv://app:{MASK}@db.example.com/x"),
        ("https://storage.example.com/b?X-Goog-Signature=0a1b", f"https://storage.example.com/b?X-Goog-Signature={MASK}"),
    ],
)  # fmt: skip
def test_what_is_no_secret_around_one_is_kept(text: str, clean: str) -> None:
    assert redact(text).value == clean


@pytest.mark.parametrize(
    "value",
    [
        "a1B2" * 21 + "c3==",
        "a1B2" * 8 + "c+ASbA12345=",
        "a1B2" * 8 + "c+AEhA12345=",
        "a1B2" * 11 + "AzFuA1b2cQ==",
        "abc8Q~" + "a1B2" * 8,
    ],
)
def test_a_key_of_azure_is_known_under_any_name(value: str) -> None:
    assert redact({"anything": value}).value == {"anything": MASK}


@pytest.mark.parametrize(
    "name",
    [
        "adminPassword", "administratorLoginPassword", "osProfile.adminPassword", "connectionStrings",
        "sharedAccessKey", "primaryAccessKey", "storageAccountKey", "privateKeyData",
        "private_key_data", "sharedSecretHash", "rawKey", "subscriptionKey", "instrumentationKey",
        "primarySharedKey", "clientSecret", "sasToken", "rootPassword", "customData", "custom_data",
        "startup-script", "startupScript", "windows-startup-script-ps1", "user-data", "cloud-init",
        "protectedSettings", "secretText", "ipsecPsk",
    ],
)  # fmt: skip
def test_the_fields_in_which_gcp_and_azure_take_secrets_are_known(name: str) -> None:
    assert redact({name: "hunter2"}).value == {name: MASK}


@pytest.mark.parametrize(
    "name",
    [
        "sshPublicKey", "publicKeys", "keyData", "ssh-keys", "startup-script-url", "keyVaultSecretUri",
        "secretUri", "resultSignature", "signatureVersion", "primaryKey", "partitionKey", "sortKey",
        "key", "keyName", "kmsKeyName", "encryptionKey", "protectedSettingsFromKeyVault",
        "customDataUrl", "passwordPolicyDescription", "tokenType",
    ],
)  # fmt: skip
def test_the_fields_that_only_sound_alike_are_kept(name: str) -> None:
    value = {name: "plain-value"}

    assert redact(value).value is value


def test_protected_settings_are_cut_out_with_everything_in_them() -> None:
    value = {"settings": {"port": "x"}, "protectedSettings": {"commandToExecute": "sh x", "id": "y"}}

    assert redact(value).value == {
        "settings": {"port": "x"},
        "protectedSettings": {"commandToExecute": MASK, "id": MASK},
    }


def test_a_metadata_item_of_gcp_is_judged_by_its_key() -> None:
    items = [
        {"key": "startup-script", "value": "export X=1"},
        {"key": "ssh-keys", "value": "ops:ssh-rsa AAAA"},
    ]

    assert redact({"items": items}).value["items"] == [{"key": "startup-script", "value": MASK}, items[1]]


def test_the_key_of_a_storage_account_is_cut_out_and_its_name_kept() -> None:
    keys = [{"keyName": "key1", "value": "a1B2" * 21 + "c3==", "permissions": "Full"}]

    assert redact({"keys": keys}).value["keys"] == [{"keyName": "key1", "value": MASK, "permissions": "Full"}]


@pytest.mark.parametrize("value", ["a1B2" * 10 + "c3==", "a1B2" * 16, "0a" * 32])
def test_a_primary_key_is_a_secret_only_where_it_looks_random(value: str) -> None:
    assert redact({"primaryKey": value}).value == {"primaryKey": MASK}
    assert redact({"primaryKey": {"columns": ["customer_id"]}}).paths == ()


@pytest.mark.parametrize("kind", ["SecureString", "securestring", "secureObject"])
def test_a_parameter_is_secret_by_its_type(kind: str) -> None:
    value = {"name": "/prod/db", "type": kind, "value": "hunter2"}

    assert redact(value).value == {**value, "value": MASK}
    assert redact({**value, "type": "String"}).paths == ()


# What stands beside an id


def test_a_secret_key_beside_its_id_is_known_under_any_name() -> None:
    pair = {"AccessKeyId": KEY_ID, "Something": SECRET_KEY, "Other": "short", "Hash": "0a" * 20}

    assert redact({"made": pair}).value == {"made": {**pair, "Something": MASK}}
    assert redact([KEY_ID, SECRET_KEY]).value == [KEY_ID, MASK]


def test_without_the_id_forty_characters_are_no_secret() -> None:
    value = {"Something": SECRET_KEY, "list": [SECRET_KEY]}

    assert redact(value).value is value


def test_a_key_of_googles_storage_beside_its_id_is_known_too() -> None:
    pair = {"accessId": "GOOG1E" + "A1B2" * 10, "value": SECRET_KEY}

    assert redact(pair).value == {**pair, "value": MASK}


# Secrets that are keys


def test_a_secret_that_is_the_key_of_an_entry_is_cut_out_of_it() -> None:
    token = TOKENS["github"]

    result = redact({"tokens": {token: {"password": "x"}, f"url https://a:{PLANTED}@b.example.com": 1}})

    assert result.value == {"tokens": {MASK: {"password": MASK}, f"url https://a:{MASK}@b.example.com": 1}}
    assert token not in str(result.paths)
    assert PLANTED not in str(result.paths)
    assert len(result.paths) == 3


def test_entries_whose_keys_are_cut_out_stay_apart() -> None:
    value = {TOKENS["github"]: 1, TOKENS["npm"]: 2, MASK: 3, f"{MASK} 2": 4, "plain": 5}

    clean = redact(value).value

    assert list(clean.values()) == [1, 2, 3, 4, 5]
    assert redact(clean).value is clean


def test_a_value_can_be_judged_by_a_name_that_it_does_not_stand_under() -> None:
    assert redact("hunter2", name="tag DbPassword").value == MASK
    assert redact("hunter2", name="tag Owner").value == "hunter2"
    assert redact({"a": "hunter2"}, name="credentials").value == {"a": MASK}


# What is no secret


@pytest.mark.parametrize(
    "value",
    [
        "sha256:" + "0a1b" * 16,
        "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web@sha256:" + "0a1b" * 16,
        "0a1b" * 16,
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "sha512-" + "a1B2" * 21 + "c3==",
        UUID,
        f"/subscriptions/{UUID}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/example",
        "projects/example/locations/global/keyRings/a/cryptoKeys/b",
        "arn:aws:iam::111122223333:access-key-rotation/api-gateway",
        "glacier-archive-of-the-production-logs",
        "api-gateway-execution-role-for-production",
        "key-rotation-lambda-production-eu-west-1",
        "task-definition-sk-learn-proj-service",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "a1B2" * 8,
        "projects/example/serviceAccounts/web@example.iam.gserviceaccount.com",
        "EAAA-short", "hf_model", "sk_live", "npm_config_cache", "pypi-mirror.example.com", "xoxo-xoxo",
        "https://example.com:8443/path?color=red&sort=key",
        "s3://example-bucket/logs/2026/11/24/0123456789abcdef0123456789abcdef0123456789abcdef.gz",
    ],
)  # fmt: skip
def test_ordinary_configuration_is_not_cut_out(value: str) -> None:
    holder = {"anything": value, "key": value, "list": [value]}

    assert redact(holder).value is holder
    assert redact({value: "x"}).paths == ()


def test_a_reference_under_the_name_of_a_secret_is_kept() -> None:
    holder = {
        "masterKey": "alias/aws/sqs",
        "password": f"/subscriptions/{UUID}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v",
        "serviceAccountKey": "projects/example/serviceAccounts/web@example.com/keys/0a1b2c",
    }

    assert redact(holder).value is holder


def test_every_shape_begins_with_a_character_of_its_own() -> None:
    """
    The search passes over most of a text at once only if no row may begin with just anything.
    """
    rows = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["shape"]

    begins = {row["kind"]: (row.get("before") or row["secret"]).removeprefix("(?:")[:1] for row in rows}

    assert all(first.isalnum() or first in ":-" for first in begins.values()), begins


def test_a_variable_of_an_environment_is_judged_by_its_name() -> None:
    result = redact({"variables": {"DB_PASSWORD": "x", "STAGE": "prod"}})

    assert result.value == {"variables": {"DB_PASSWORD": MASK, "STAGE": "prod"}}
    assert result.paths == ("variables.DB_PASSWORD",)


@pytest.mark.parametrize(
    ("name", "value"),
    [("name", "value"), ("Name", "Value"), ("key", "value"), ("ParameterKey", "ParameterValue")],
)
def test_a_pair_of_name_and_value_is_judged_by_the_name_in_it(name: str, value: str) -> None:
    result = redact({"containers": [{value: "x", name: "DB_PASSWORD"}, {name: "STAGE", value: "prod"}]})

    assert result.value == {
        "containers": [{value: MASK, name: "DB_PASSWORD"}, {name: "STAGE", value: "prod"}]
    }
    assert result.paths == (f"containers[0].{value}",)


def test_a_command_line_hides_what_follows_a_secret_flag() -> None:
    result = redact(["serve", "--password", "hunter2", "--token", "--verbose"])

    assert result.value == ["serve", "--password", MASK, "--token", "--verbose"]


def test_credentials_keep_what_only_describes_them() -> None:
    session = {"accessKeyId": KEY_ID, "sessionToken": "x", "expiration": "tomorrow", "other": ["y"]}

    result = redact({"credentials": session})

    assert result.value["credentials"] == {**session, "sessionToken": MASK, "other": [MASK]}
    assert result.paths == ("credentials.sessionToken", "credentials.other[0]")


def test_user_data_is_cut_out_with_everything_in_it() -> None:
    assert redact({"userData": {"name": "x", "parts": ["y"]}}).value == {
        "userData": {"name": MASK, "parts": [MASK]}
    }


def test_the_last_name_of_an_attribute_path_counts() -> None:
    path = "environment[0].variables.DB_PASSWORD"

    assert redact({path: "x"}).value[path] == MASK


def test_a_document_within_a_string_is_opened() -> None:
    document = json.dumps([{"name": "DB_PASSWORD", "value": "x"}, {"inner": json.dumps({"token": "y"})}])

    result = redact({"definitions": document})

    opened = json.loads(result.value["definitions"])
    assert opened[0]["value"] == MASK
    assert json.loads(opened[1]["inner"]) == {"token": MASK}
    assert result.paths == ("definitions[0].value", "definitions[1].inner.token")


def test_a_clean_document_within_a_string_is_not_written_anew() -> None:
    value = {"policy": '{ "Version":"2012-10-17",  "Statement":[] }'}

    assert redact(value).value is value


def test_a_name_that_stands_twice_in_a_document_hides_nothing() -> None:
    assert PLANTED not in redact(f'{{"password": "{PLANTED}", "password": null}}').value


def test_clean_branches_are_shared_and_the_input_is_left_alone() -> None:
    value = {"clean": {"a": [1]}, "password": "x"}

    result = redact(value)

    assert result.value["clean"] is value["clean"]
    assert value["password"] == "x"


@pytest.mark.parametrize("depth", [100, 5000])
def test_what_lies_too_deep_to_be_looked_at_is_cut_out(depth: int) -> None:
    nested: Any = {"password": PLANTED}
    for _ in range(depth):
        nested = [nested]

    result = redact({"outer": nested})

    assert len(result.paths) == 1
    kept = result.value["outer"]
    while isinstance(kept, list):
        (kept,) = kept
    assert kept == MASK


def test_a_document_that_is_too_deep_to_be_read_is_cut_out() -> None:
    assert redact("[" * 100_000 + "]" * 100_000).value == MASK


@given(JSON_VALUES)
def test_redacting_twice_changes_nothing_more(value: Any) -> None:
    once = redact(value)

    twice = redact(once.value)

    assert twice.value is once.value
    assert twice.paths == ()


@given(JSON_VALUES)
def test_only_strings_change_and_only_where_a_path_says_so(value: Any) -> None:
    result = redact(value)

    assert _outline(result.value) == _outline(value)
    assert (result.value is value) == (not result.paths)


@settings(max_examples=60)
@given(
    JSON_VALUES,
    st.lists(st.sampled_from(["list", "object", "document"]), max_size=6),
    st.sampled_from(
        [
            {"password": PLANTED},
            {"name": "API_TOKEN", "value": PLANTED},
            {"credentials": {"deep": [PLANTED]}},
            ["--secret", PLANTED],
            f"https://app:{PLANTED}@example.com/",
            {f"https://app:{PLANTED}@example.com/": ["x"]},
            {"type": "SecureString", "value": PLANTED},
            f"Host=db;Password={PLANTED};",
            f'{{"password": "{PLANTED}"',
            f"-----BEGIN PRIVATE KEY-----\n{PLANTED}",
        ]
    ),
)
def test_a_planted_secret_never_survives(beside: Any, around: list[str], planted: Any) -> None:
    for layer in around:
        if layer == "document":
            planted = json.dumps([beside, planted])
        else:
            planted = [beside, planted] if layer == "list" else {"beside": beside, "planted": planted}

    result = redact(planted)

    assert PLANTED not in json.dumps(result.value)
    assert result.paths


def _outline(value: Any) -> Any:
    if isinstance(value, dict):
        return {number: _outline(item) for number, item in enumerate(value.values())}
    if isinstance(value, list):
        return [_outline(item) for item in value]
    return str if isinstance(value, str) else value


# Own rows


@pytest.fixture
def no_own_rows() -> Iterator[None]:
    """Afterwards only the rows that ship are in force."""
    yield
    use("")


@pytest.mark.usefixtures("no_own_rows")
def test_own_names_and_shapes_are_cut_out_too() -> None:
    use("secret = ['pin code']\n[[shape]]\nkind = 'badge'\nsecret = 'BADGE-[0-9]{6}'")

    clean = redact({"doorPinCode": PLANTED, "note": "it is BADGE-123456", "password": PLANTED}).value

    assert clean == {"doorPinCode": MASK, "note": f"it is {MASK}", "password": MASK}


@pytest.mark.usefixtures("no_own_rows")
def test_own_names_can_say_that_something_is_no_secret() -> None:
    assert redact({"brandToken": "blue"}).value == {"brandToken": MASK}

    use("not_secret = ['brand token']")

    assert redact({"brandToken": "blue", "apiToken": PLANTED}).value == {
        "brandToken": "blue",
        "apiToken": MASK,
    }


@pytest.mark.parametrize(
    ("own", "what"),
    [
        ("sekret = []", "sekret"),
        ("secret = 3", "Expected `array`"),
        ("[[shape]]\nkind = 'x'\nsecret = '('", "no regular expression"),
        ("reference = ['x*']", "where nothing is written"),
        ("secret =", "Invalid"),
    ],
)
def test_own_rows_of_another_form_are_refused_and_leave_what_is_in_force(own: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        use(own)

    assert redact({"password": PLANTED}).value == {"password": MASK}
