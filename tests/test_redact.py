import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift.redact import MASK, redact, use

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
        return {key: _outline(item) for key, item in value.items()}
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
