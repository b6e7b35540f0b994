"""The records that open a session, so that later keys can be led back to a person or a workflow."""

import base64
import hashlib
from datetime import datetime, timedelta

from tests.recorder.clients import BROWSER, Client, aws_cli, aws_service
from tests.recorder.principals import (
    GITHUB,
    SSO_PATH,
    assumed_role,
    identity_center_user,
    pipeline_session,
    service_session,
    sso_role,
    sso_session,
)
from tests.recorder.sts import credentials, log_sts, role_request, role_resource
from tests.recorder.trail import Session, Trail, stamp, tls_details
from tests.simulator.moto import ACCOUNT, REGION

SIGN_IN_HOST = "us-east-1.signin.aws.amazon.com"
SAML_PROVIDER = "AWSSSO_5d2c9b7e1f4a6083_DO_NOT_DELETE"


def sign_in_to_console(trail: Trail, person: str, permission_set: str, at: datetime, ip: str) -> Session:
    """Log the way from the access portal into the console."""
    browser = Client(user_agent=BROWSER, source_ip=ip)
    _portal_event(trail, person, permission_set, at, browser, "Federate", read_only=False)
    since = at + timedelta(seconds=1)
    _saml_federation(trail, person, permission_set, since)
    session = sso_session(person, permission_set, since, None)
    record = {
        "eventVersion": "1.11",
        "userIdentity": session.identity,
        "eventTime": stamp(since + timedelta(seconds=1)),
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "us-east-1",
        "sourceIPAddress": ip,
        "userAgent": BROWSER,
        "requestParameters": None,
        "responseElements": {"ConsoleLogin": "Success"},
        "additionalEventData": {
            "LoginTo": "https://console.aws.amazon.com/",
            "MobileVersion": "No",
            "MFAUsed": "No",
        },
        "readOnly": False,
        "tlsDetails": tls_details(SIGN_IN_HOST),
    }
    trail.service_event(record, "AwsConsoleSignIn")
    return session


def sign_in_with_cli(
    trail: Trail, person: str, permission_set: str, at: datetime, ip: str, command: str
) -> Session:
    """Log the AWS CLI fetching a role's credentials with its portal login."""
    client = aws_cli(ip, command, "r,E,b,Z", trail.letters(12).lower())
    _portal_event(trail, person, permission_set, at, client, "GetRoleCredentials", read_only=True)
    key = _saml_federation(trail, person, permission_set, at)
    return sso_session(person, permission_set, at, key)


def assume_role(
    trail: Trail, caller: Session, client: Client, at: datetime, role: str, name: str, source_identity: str
) -> Session:
    """Log one session opening another; `source_identity` cannot be changed further down the chain."""
    key, request = trail.access_key(), role_request(role, name, 3600)
    trail.call(
        caller,
        client,
        at,
        "sts:AssumeRole",
        {**request, "sourceIdentity": source_identity},
        {**credentials(trail, key, role, name, at, 3600), "sourceIdentity": source_identity},
        read_only=True,
        resources=role_resource(role),
    )
    return Session(identity=assumed_role(role, name, at, source_identity=source_identity), access_key=key)


def assume_role_with_oidc(
    trail: Trail, client: Client, at: datetime, role: str, name: str, subject: str
) -> Session:
    """Log a GitHub workflow trading its token for a role."""
    key = trail.access_key()
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
    identity = {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:{subject}",
        "userName": subject,
        "identityProvider": provider,
    }
    answer = {
        **credentials(trail, key, role, name, at, 3600),
        "subjectFromWebIdentityToken": subject,
        "provider": provider,
        "audience": "sts.amazonaws.com",
    }
    log_sts(
        trail,
        identity,
        client,
        at,
        "AssumeRoleWithWebIdentity",
        role_request(role, name, 3600),
        answer,
        role,
    )
    return pipeline_session(role, name, at, key)


def assume_service_role(trail: Trail, service: str, role: str, name: str, at: datetime) -> Session:
    """Log a service putting on its service-linked role."""
    key, host = trail.access_key(), f"{service}.amazonaws.com"
    path = f"aws-service-role/{host}/"
    request = role_request(role, name, 900, path)
    answer = credentials(trail, key, role, name, at, 900)
    log_sts(
        trail,
        {"type": "AWSService", "invokedBy": host},
        aws_service(host),
        at,
        "AssumeRole",
        request,
        answer,
        role,
        path,
    )
    return service_session(service, role, name, at, key)


def _portal_event(
    trail: Trail,
    person: str,
    permission_set: str,
    at: datetime,
    client: Client,
    name: str,
    *,
    read_only: bool,
) -> None:
    record = {
        "eventVersion": "1.11",
        "userIdentity": identity_center_user(person),
        "eventTime": stamp(at),
        "eventSource": "sso.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": client.source_ip,
        "userAgent": client.user_agent,
        "requestParameters": None,
        "responseElements": None,
        "requestID": trail.uuid(),
        "readOnly": read_only,
        "serviceEventDetails": {"role_name": permission_set, "account_id": ACCOUNT},
    }
    trail.service_event(record, "AwsServiceEvent")


def _saml_federation(trail: Trail, person: str, permission_set: str, at: datetime) -> str:
    """Identity Center asserts the person to STS; the answer names the session's first key."""
    key, role = trail.access_key(), sso_role(permission_set)
    qualifier = base64.b64encode(hashlib.sha256(SAML_PROVIDER.encode()).digest()[:20]).decode()
    identity = {
        "type": "SAMLUser",
        "principalId": f"{qualifier}:{person}",
        "userName": person,
        "identityProvider": qualifier,
    }
    request = {
        "sAMLAssertionID": f"_{trail.uuid()}",
        **role_request(role, person, 43200, SSO_PATH),
        "principalArn": f"arn:aws:iam::{ACCOUNT}:saml-provider/{SAML_PROVIDER}",
    }
    answer = {
        **credentials(trail, key, role, person, at, 43200),
        "subject": person,
        "subjectType": "persistent",
        "issuer": f"https://portal.sso.{REGION}.amazonaws.com/saml/assertion/MTExMTIyMjIzMzMz",
        "audience": "https://signin.aws.amazon.com/saml",
        "nameQualifier": qualifier,
    }
    agent = (
        "aws-sdk-java/2.38.2 md/io#sync md/http#Apache md/internal ua/2.1"
        " api/STS#2.38.x os/Linux#5.10 lang/java#17.0.17 m/E"
    )
    client = Client(user_agent=agent, source_ip="192.0.2.41")
    log_sts(trail, identity, client, at, "AssumeRoleWithSAML", request, answer, role, SSO_PATH)
    return key
