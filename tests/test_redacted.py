"""What is recorded of events and findings holds no secret."""

from dataclasses import replace

from drift.model.finding import AttributeDrift
from drift.model.verdict import Statement
from drift.redact import MASK
from drift.redacted import redact_event, redact_finding
from tests.builders import a_finding, an_event


def test_the_parameters_of_a_call_say_where_something_was_cut_out() -> None:
    event = an_event(request={"masterUserPassword": "hunter2hunter2", "engine": "postgres"})

    clean = redact_event(event)

    assert clean.request == {"masterUserPassword": MASK, "engine": "postgres"}
    assert clean.redacted == ("masterUserPassword",)


def test_a_secret_in_a_text_of_the_call_is_cut_out() -> None:
    leak = "postgres://app:hunter2hunter2@db.example.com/app"
    event = an_event(statements=[Statement(place="rule description", text=leak)], summary=f"set {leak}")

    clean = redact_event(event)

    assert "hunter2" not in clean.summary
    assert "hunter2" not in clean.statements[0].text


def test_a_text_under_the_name_of_a_secret_is_cut_out_and_so_is_a_secret_in_that_name() -> None:
    leak = "postgres://app:hunter2hunter2@db.example.com/app"
    statements = [
        Statement(place="tag DbPassword", text="swordfish"),
        Statement(place=f"tag {leak}", text="x"),
    ]

    named, leaking = redact_event(an_event(statements=statements)).statements

    assert named == Statement(place="tag DbPassword", text=MASK)
    assert "hunter2" not in leaking.place


def test_a_secret_in_the_path_of_an_attribute_is_cut_out() -> None:
    path = 'tags["https://app:hunter2hunter2@example.com/"]'
    finding = a_finding(attributes=[AttributeDrift(path=path, declared="a", live="b")])

    (attribute,) = redact_finding(finding, []).attributes

    assert "hunter2" not in attribute.path
    assert (attribute.declared, attribute.live) == ("a", "b")


def test_a_hash_is_kept_only_of_what_is_hidden() -> None:
    shown = replace(a_finding(), fingerprint="f00")
    hidden = replace(shown, attributes=(AttributeDrift(path="password", declared="swordfish", live="x" * 9),))

    assert redact_finding(shown, []).fingerprint is None
    assert redact_finding(hidden, []).fingerprint == "f00"


def test_a_secret_in_a_proposed_rule_is_cut_out() -> None:
    rule = 'attribute = "tags[https://app:hunter2hunter2@example.com/]"'

    clean = redact_finding(replace(a_finding(), proposal=rule), [])

    assert "hunter2" not in (clean.proposal or "")


def test_a_value_whose_secrecy_only_the_name_beside_it_tells_is_hidden() -> None:
    finding = a_finding(
        attributes=[AttributeDrift(path="environment[0].value", declared="swordfish1", live="swordfish2")]
    )
    resource = {"environment": [{"name": "DB_PASSWORD", "value": "swordfish1"}]}

    clean = redact_finding(finding, [resource])

    assert clean.attributes == (AttributeDrift(path="environment[0].value", declared=MASK, live=MASK),)


def test_that_a_secret_is_missing_still_shows() -> None:
    finding = a_finding(attributes=[AttributeDrift(path="password", declared="swordfish", live=None)])

    clean = redact_finding(finding, [{"password": "swordfish"}])

    assert clean.attributes == (AttributeDrift(path="password", declared=MASK, live=None),)


def test_what_is_hidden_as_sensitive_stays_so_whatever_it_is_called() -> None:
    hidden = AttributeDrift(path="password", declared="(sensitive)", live=None, sensitive=True)
    outer = AttributeDrift(path="login", declared={"password": "(sensitive)"}, live=None)

    clean = redact_finding(
        a_finding(attributes=[hidden, outer]), [{"password": "swordfish", "login": {"password": "swordfish"}}]
    )

    assert clean.attributes == (hidden, outer)


def test_an_attribute_that_only_begins_like_a_secret_is_shown() -> None:
    drift = AttributeDrift(path="password_length", declared=8, live=12)

    clean = redact_finding(a_finding(attributes=[drift]), [{"password": "swordfish", "password_length": 8}])

    assert clean.attributes == (drift,)


def test_a_finding_without_secrets_stays_as_it_is() -> None:
    finding = a_finding()

    assert redact_finding(finding, [{"ingress": []}]) == replace(finding)
