"""Who stood behind the identity of a call, as the record itself says."""

from drift.model.verdict import ActorKind
from tests.providers.aws.records import ACCOUNT, a_permission_set_session, a_role_session, event_of

USER = "11111111-2222-3333-4444-555555555555"
STORE = f"arn:aws:identitystore::{ACCOUNT}:identitystore/d-0123456789"


def test_a_service_may_act_for_a_user_of_identity_center() -> None:
    identity = a_role_session("Glue", "job") | {"onBehalfOf": {"userId": USER, "identityStoreArn": STORE}}

    call = event_of(userIdentity=identity).call

    assert [(one.id, one.kind) for one in call.behind] == [(USER, ActorKind.HUMAN)]
    assert call.principal is not None
    assert call.principal.kind is ActorKind.HUMAN


def test_nobody_stands_behind_a_user_of_identity_center_himself() -> None:
    identity = {
        "type": "IdentityCenterUser",
        "accountId": ACCOUNT,
        "onBehalfOf": {"userId": USER, "identityStoreArn": STORE},
        "credentialId": "1",
    }

    call = event_of(userIdentity=identity).call

    assert call.behind == ()
    assert call.principal is not None
    assert call.principal.id == USER


def test_access_that_was_delegated_to_a_product_names_its_account() -> None:
    identity = a_permission_set_session() | {"invokedByDelegate": {"accountId": "444455556666"}}

    behind = event_of(userIdentity=identity).call.behind

    assert [(one.id, one.kind) for one in behind] == [("444455556666", ActorKind.MACHINE)]
    assert "delegated" in behind[0].reason


def test_mostly_nobody_stood_behind() -> None:
    assert event_of().call.behind == ()
    assert event_of(userIdentity=a_role_session("Ops", "x") | {"onBehalfOf": {}}).call.behind == ()
