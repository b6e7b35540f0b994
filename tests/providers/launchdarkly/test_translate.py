import json
from datetime import UTC, datetime
from typing import Any

import pytest

from drift.model.event import ChangeEvent, Effect, Outcome, RawRecord, Source, UnreadableRecord
from drift.model.resource import Resource
from drift.model.verdict import ActorKind, Credential, Lane, Statement, Tool, Trust
from providers.launchdarkly.translate import LaunchDarklyTranslator
from tests.providers.launchdarkly.entries import ABSENT, ALICE, NOON_MS, an_access, an_entry, as_bytes

SOURCE = Source(file="flags.json", index=0, sha256="5e" * 32)

TRANSLATOR = LaunchDarklyTranslator()

ROBOT = {"_id": "7d01", "name": "deploy bot", "ending": "2345", "serviceToken": True}
OWN_TOKEN = {"_id": "7d02", "name": "Alice's token", "ending": "2345", "serviceToken": False}


def translated(**fields: Any) -> ChangeEvent:
    said = TRANSLATOR.translate(RawRecord(body=as_bytes(an_entry(**fields)), source=SOURCE))
    assert isinstance(said, ChangeEvent)
    return said


def described(**fields: Any) -> ChangeEvent:
    return TRANSLATOR.describe(translated(**fields))


# What an entry says


def test_a_flag_that_was_turned_on_is_a_write_of_the_configuration_lane() -> None:
    event = translated()

    assert (event.effect, event.intended, event.outcome) == (Effect.WRITE, Effect.WRITE, Outcome.SUCCESS)
    assert event.lane is Lane.CONFIGURATION
    assert event.occurred_at == datetime(2026, 11, 16, 12, tzinfo=UTC)
    assert event.event_id == "6b0000000000000000000001"
    assert event.resources == (
        Resource(type="launchdarkly_feature_flag_environment", id="web/production/checkout"),
    )
    call = event.call
    assert (call.account, call.region, call.service, call.action) == (
        "web/production",
        None,
        "launchdarkly",
        "updateOn",
    )


def test_the_comment_may_name_a_ticket_and_proves_little() -> None:
    assert translated(comment=" for OPS-123 ").statements == (
        Statement(place="comment", text="for OPS-123", trust=Trust.TEXT),
    )
    assert translated().statements == ()


def test_records_that_agree_in_it_share_their_call() -> None:
    assert translated().call is translated(date=NOON_MS + 5, _id="other").call


def test_what_was_asked_for_is_kept_without_the_people_a_flag_is_served_to() -> None:
    event = translated(currentVersion={"targets": ["bob@example.com"]}, delta=[{"op": "replace"}])

    assert event.request["delta"] == [{"op": "replace"}]
    assert "bob" not in json.dumps(event.request)


# Who


def test_a_member_on_the_pages_of_launchdarkly_is_a_person_in_a_console() -> None:
    call = translated().call

    assert call.principal is not None
    assert (call.principal.kind, call.principal.id) == (ActorKind.HUMAN, "alice@example.com")
    assert [sign.tool for sign in call.tools] == [Tool.CONSOLE]
    assert [sign.credential for sign in call.credentials] == [Credential.CONSOLE_SESSION]


def test_a_service_token_is_a_machine_whoever_made_it() -> None:
    call = translated(token=ROBOT).call

    assert call.principal is not None
    assert (call.principal.kind, call.principal.id) == (ActorKind.MACHINE, "service-token/7d01")
    assert call.principal.name == "deploy bot"
    assert [sign.tool for sign in call.tools] == [Tool.SDK]
    assert [sign.credential for sign in call.credentials] == [Credential.STATIC_KEY]


def test_a_member_with_a_token_of_their_own_answers_for_it() -> None:
    call = translated(token=OWN_TOKEN).call

    assert call.principal is not None
    assert (call.principal.kind, call.principal.id) == (ActorKind.HUMAN, "alice@example.com")
    assert "Alice's token" in call.principal.reason
    assert [sign.tool for sign in call.tools] == [Tool.SDK]


def test_a_member_through_an_application_answers_for_it() -> None:
    call = translated(app={"_id": "a1", "name": "Chat", "maintainerName": "Bob"}).call

    assert call.principal is not None
    assert (call.principal.kind, call.principal.name) == (ActorKind.HUMAN, "alice@example.com")
    assert call.tools[0].reason == "the application Chat"


@pytest.mark.parametrize(
    ("app", "member"),
    [({"_id": "a1", "name": "Directory", "isScim": True}, ALICE), ({"_id": "a1", "name": "Chat"}, ABSENT)],
)
def test_an_application_by_itself_is_a_machine(app: dict[str, Any], member: Any) -> None:
    call = translated(app=app, member=member).call

    assert call.principal is not None
    assert (call.principal.kind, call.principal.id) == (ActorKind.MACHINE, "app/a1")


@pytest.mark.parametrize(
    "fields", [{"triggerBody": {}}, {"subject": {"name": "LaunchDarkly"}}, {"token": OWN_TOKEN}]
)
def test_where_nobody_is_named_nobody_is_guessed(fields: dict[str, Any]) -> None:
    call = translated(member=ABSENT, **fields).call

    assert (call.principal, call.acting_service) == (None, None)


def test_a_member_without_an_address_is_known_by_id() -> None:
    call = translated(member={"_id": "5a01", "firstName": "Alice", "lastName": "Example"}).call

    assert call.principal is not None
    assert (call.principal.id, call.principal.name) == ("member/5a01", "Alice Example")


# What


@pytest.mark.parametrize(
    ("action", "effect"),
    [
        ("updateRules", Effect.WRITE),
        ("applyApprovalRequest", Effect.WRITE),
        ("somethingNew", Effect.WRITE),
        ("createApprovalRequest", Effect.DATA),
        ("reviewApprovalRequest", Effect.DATA),
        ("manageFlagFollowers", Effect.DATA),
        ("viewSdkKey", Effect.READ),
        ("getPaymentCard", Effect.READ),
        ("revokeSessions", Effect.AUTH),
    ],
)
def test_the_action_says_what_was_done(action: str, effect: Effect) -> None:
    event = translated(accesses=[an_access(action)])

    assert (event.effect, event.call.action) == (effect, action)


def test_of_several_actions_the_strongest_counts() -> None:
    event = translated(accesses=[an_access("reviewApprovalRequest"), an_access("updateOn")])

    assert (event.effect, event.call.action) == (Effect.WRITE, "updateOn")


@pytest.mark.parametrize(
    ("specifier", "action", "type_", "id_", "account"),
    [
        ("proj/web:env/t;b:flag/x;a,b", "updateTargets", "feature_flag_environment", "web/t/x", "web/t"),
        ("proj/web:env/test:flag/x", "updateName", "feature_flag", "web/x", "web"),
        ("proj/web:env/test:flag/x", "somethingNew", "feature_flag", "web/x", "web"),
        ("proj/web:env/test:segment/beta", "updateRules", "segment", "web/test/beta", "web/test"),
        ("proj/web:env/test:destination/d1", "updateOn", "destination", "web/test/d1", "web/test"),
        ("proj/web:env/test", "updateApiKey", "environment", "web/test", "web/test"),
        ("proj/web", "updateProjectName", "project", "web", "web"),
        ("proj/web:metric/m", "createMetric", "metric", "web/m", "web"),
        ("role/ops", "updatePolicy", "custom_role", "ops", "4c0000000000000000000001"),
        ("member/5a01:token/7d02", "createAccessToken", "access_token", "7d02", "4c0000000000000000000001"),
        ("webhook/w1", "deleteWebhook", "webhook", "w1", "4c0000000000000000000001"),
    ],
)  # fmt: skip
def test_a_resource_bears_the_id_that_terraform_imports(
    specifier: str, action: str, type_: str, id_: str, account: str
) -> None:
    event = translated(accesses=[an_access(action, specifier)])

    assert event.resources == (Resource(type=f"launchdarkly_{type_}", id=id_),)
    assert event.call.account == account


@pytest.mark.parametrize(
    "specifier", ["acct", "proj/web:holdout/h", "proj/:env/x:flag/y", ":::", "x" * 500, "a:" * 99]
)
def test_a_resource_that_no_row_names_is_called_as_launchdarkly_does(specifier: str) -> None:
    (resource,) = translated(accesses=[an_access("updateX", specifier)]).resources

    assert (resource.type, resource.id) == (None, specifier)


def test_a_flag_that_is_made_stands_there_for_every_environment_and_is_one() -> None:
    event = translated(
        accesses=[
            an_access("createFlag", "proj/web:env/test:flag/x"),
            an_access("createFlag", "proj/web:env/production:flag/x"),
        ]
    )

    assert event.resources == (Resource(type="launchdarkly_feature_flag", id="web/x"),)
    assert event.call.account == "web"


def test_what_touches_several_environments_belongs_to_the_project() -> None:
    event = translated(
        accesses=[
            an_access("updateOn", "proj/web:env/test:flag/x"),
            an_access("updateOn", "proj/web:env/production:flag/x"),
        ]
    )

    assert event.call.account == "web"
    assert len(event.resources) == 2


def test_what_touches_several_projects_belongs_to_the_organisation() -> None:
    event = translated(
        accesses=[an_access("updateOn", "proj/a:env/x:flag/f"), an_access("updateOn", "proj/b:env/x:flag/f")]
    )

    assert event.call.account == "4c0000000000000000000001"


# What people are told


def test_the_summary_is_in_the_words_of_launchdarkly() -> None:
    assert described().summary == "turned on the flag Checkout in web/production"
    assert described(accesses=[an_access("updateName")], titleVerb="renamed the flag").summary == (
        "renamed the flag Checkout"
    )


def test_without_words_the_summary_names_the_action() -> None:
    assert described(titleVerb="").summary == "called updateOn on web/production/checkout"
    assert described(titleVerb=ABSENT, accesses=[]).summary == "made an unnamed change"


def test_a_summary_is_one_short_line_whatever_somebody_called_a_flag() -> None:
    summary = described(name="evil\n\n" + "x" * 100_000).summary

    assert len(summary) <= 200
    assert "\n" not in summary


@pytest.mark.parametrize(
    ("action", "slug"),
    [
        ("bypassRequiredApproval", "bypasses-approval"),
        ("bypassRequiredSegmentApproval", "bypasses-approval"),
        ("updateApprovalSettings", "changes-approval-rules"),
        ("createAccessToken", "new-credential"),
        ("updateApiKey", "new-credential"),
        ("updatePolicy", "privilege-escalation"),
        ("updateRequireMfa", "privilege-escalation"),
    ],
)
def test_some_actions_make_a_write_matter_more(action: str, slug: str) -> None:
    event = described(accesses=[an_access("updateOn"), an_access(action), an_access(action)])

    assert [risk.slug for risk in event.risks] == [slug]


def test_describing_twice_changes_nothing() -> None:
    once = described(accesses=[an_access("createAccessToken")])

    assert TRANSLATOR.describe(once) == once
    assert translated().risks == ()


# What is hostile or odd


@pytest.mark.parametrize(
    "fields",
    [
        {"date": "1794830400000"},
        {"date": 10**30},
        {"date": -1},
        {"date": True},
        {"date": "soon"},
        {"member": "alice"},
        {"token": []},
        {"accesses": ["updateOn", None, {"action": 7, "resource": {}}]},
        {"titleVerb": {}},
        {"name": None},
        {"_accountId": 7, "accesses": []},
    ],
)
def test_a_field_that_does_not_fit_costs_that_field(fields: dict[str, Any]) -> None:
    event = described(**fields)

    assert event.event_id == "6b0000000000000000000001"


def test_a_date_may_be_text() -> None:
    assert translated(date=str(NOON_MS)).occurred_at == datetime(2026, 11, 16, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        b'{"accesses": []}',
        b'{"accesses": {}, "kind": "flag", "_id": "x"}',
        b'["accesses"]',
        b'{"message": "\\"accesses\\""}',
        b'{"eventVersion": "1.08", "eventName": "RunInstances"}',
    ],
)
def test_other_json_is_left_to_others(body: bytes) -> None:
    assert TRANSLATOR.translate(RawRecord(body=body, source=SOURCE)) is None


@pytest.mark.parametrize(
    "body", [b'{"accesses": [', b'{"accesses": "\xff"}', b'{"accesses": "\\udc00", "_id": ""}']
)
def test_what_is_no_json_is_unreadable(body: bytes) -> None:
    assert isinstance(TRANSLATOR.translate(RawRecord(body=body, source=SOURCE)), UnreadableRecord)


def test_a_number_beyond_all_measure_hides_nothing() -> None:
    body = as_bytes(an_entry(delta=7)).replace(b'"delta": 7', b'"delta": 1e999')

    event = TRANSLATOR.translate(RawRecord(body=body, source=SOURCE))

    assert isinstance(event, ChangeEvent)


# Pages


def test_a_page_is_opened_to_its_entries() -> None:
    one, two = as_bytes(an_entry()), b'{"_id":"x",  "accesses":[]}'

    page = b'{"_links": {}, "items": [' + one + b" ,\n" + two + b'], "totalCount": 2}'

    assert TRANSLATOR.unwrap(page) == [one, two]


@pytest.mark.parametrize(
    "document",
    [
        b'{"kind": "List", "items": [{"accesses": []}]}',
        b'{"items": [{"name": "a flag"}], "_links": {"self": {"href": "/api/v2/flags"}}}',
        b'{"items": {"accesses": []}}',
        b'{"items": [',
        b'{"items": []}',
        b'"accesses /auditlog"',
    ],
)
def test_other_lists_of_items_are_no_pages(document: bytes) -> None:
    assert TRANSLATOR.unwrap(document) is None


# Rows of the user's own


def test_rows_of_ones_own_come_first() -> None:
    own = '[[effects]]\npattern = "^updateOn$"\neffect = "runtime"\nconfidence = "high"\nsource = "us"\n'

    said = LaunchDarklyTranslator({"signals": own}).translate(
        RawRecord(body=as_bytes(an_entry()), source=SOURCE)
    )

    assert isinstance(said, ChangeEvent)
    assert said.effect is Effect.RUNTIME


@pytest.mark.parametrize(
    "own",
    [
        "effects = 7",
        '[[effects]]\npattern = "("\neffect = "read"\nconfidence = "high"\nsource = "us"',
        '[[resources]]\npath = ["proj"]\ntype = "x"\nid = "{env}"\nconfidence = "high"\nsource = "us"',
        "[[nonsense]]",
        "a = ",
    ],
)
def test_rows_that_are_not_of_their_form_are_refused(own: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        LaunchDarklyTranslator({"signals": own})
