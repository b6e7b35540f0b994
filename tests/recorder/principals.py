"""Who calls: the `userIdentity` of each kind of session."""

import hashlib
import uuid
from datetime import datetime

from tests.recorder.model import Json
from tests.recorder.trail import Session, principal_id, stamp
from tests.simulator.moto import ACCOUNT, REGION

SSO_PATH = f"aws-reserved/sso.amazonaws.com/{REGION}/"
IDENTITY_STORE = "d-9367a1c0de"
GITHUB = "token.actions.githubusercontent.com"


def sso_role(permission_set: str) -> str:
    """Return the role that IAM Identity Center made for a permission set."""
    return f"AWSReservedSSO_{permission_set}_{hashlib.sha256(permission_set.encode()).hexdigest()[:16]}"


def sso_session(person: str, permission_set: str, since: datetime, access_key: str | None) -> Session:
    """A person behind IAM Identity Center; without a key, a console session."""
    return Session(
        identity=assumed_role(sso_role(permission_set), person, since, path=SSO_PATH), access_key=access_key
    )


def pipeline_session(role: str, name: str, since: datetime, access_key: str) -> Session:
    """A GitHub workflow: all that later records keep of it is the provider."""
    federation = {"federatedProvider": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}", "attributes": {}}
    identity = assumed_role(role, name, since, federation=federation)
    return Session(identity=identity, access_key=access_key)


def service_session(service: str, role: str, name: str, since: datetime, access_key: str) -> Session:
    """A cloud service with its service-linked role."""
    host = f"{service}.amazonaws.com"
    identity = assumed_role(role, name, since, path=f"aws-service-role/{host}/")
    return Session(identity={**identity, "invokedBy": host}, access_key=access_key)


def assumed_role(
    role: str,
    session: str,
    since: datetime,
    *,
    path: str = "",
    federation: Json = None,
    source_identity: str | None = None,
) -> Json:
    """Return the identity of an assumed role, without its key."""
    issuer = {
        "type": "Role",
        "principalId": principal_id(role),
        "arn": f"arn:aws:iam::{ACCOUNT}:role/{path}{role}",
        "accountId": ACCOUNT,
        "userName": role,
    }
    context: Json = {"sessionIssuer": issuer}
    if federation:
        context["webIdFederationData"] = federation
    context["attributes"] = {"creationDate": stamp(since), "mfaAuthenticated": "false"}
    if source_identity:
        context["sourceIdentity"] = source_identity
    return {
        "type": "AssumedRole",
        "principalId": f"{principal_id(role)}:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "accountId": ACCOUNT,
        "sessionContext": context,
    }


def identity_center_user(person: str) -> Json:
    """Return the identity of a person at the Identity Center portal, who is only a number there."""
    digest = hashlib.sha256(person.encode()).digest()
    return {
        "type": "IdentityCenterUser",
        "accountId": ACCOUNT,
        "onBehalfOf": {
            "userId": f"{digest[:5].hex()}-{uuid.UUID(bytes=digest[5:21], version=4)}",
            "identityStoreArn": f"arn:aws:identitystore::{ACCOUNT}:identitystore/{IDENTITY_STORE}",
        },
        "credentialId": hashlib.sha256(digest).hexdigest(),
    }
