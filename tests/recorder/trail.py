"""Compose the audit log of one story, in the shapes that CloudTrail delivers.

Its own identifiers come from a seeded generator, so a second recording differs only where
the simulator itself draws lots (subnet and role ids, the state's lineage).
"""

import base64
import hashlib
import string
import uuid
from dataclasses import dataclass
from datetime import datetime
from random import Random

from tests.recorder.clients import Client
from tests.recorder.model import Json
from tests.simulator.moto import ACCOUNT, REGION

EVENT_VERSIONS = {
    "ec2": "1.11",
    "health": "1.08",
    "iam": "1.11",
    "s3": "1.11",
    "sts": "1.11",
    "dynamodb": "1.11",
    "logs": "1.11",
    "rds": "1.11",
    "sns": "1.11",
}
GLOBAL_SERVICES = {"iam": "us-east-1", "health": "us-east-1"}
KEY_LETTERS = string.ascii_uppercase + "234567"
ACCOUNT_LETTERS = "RTX3GSDS"
"""AWS writes the account into the middle of every key and principal id."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Credentials of one sign-in, as `userIdentity` repeats them on every call.

    A console hands each of its services a key of its own; other sessions keep one key.
    """

    identity: Json
    access_key: str | None = None


class Trail:
    """The log being written."""

    def __init__(self, seed: int) -> None:
        self.records: list[Json] = []
        self._random = Random(seed)
        self._console_keys: dict[tuple[str, str], str] = {}

    def call(
        self,
        session: Session,
        client: Client,
        at: datetime,
        event: str,
        request: Json,
        response: Json = None,
        *,
        read_only: bool = False,
        host: str | None = None,
        resources: Json = None,
        error: tuple[str, str] | None = None,
    ) -> None:
        """Log one API call; `event` is `service:Name`."""
        service, name = event.split(":")
        region = GLOBAL_SERVICES.get(service, REGION)
        request_id = self._request_id(service)
        if service == "ec2" and isinstance(response, dict):
            response = {"requestId": request_id, **response}
        record: Json = {
            "eventVersion": EVENT_VERSIONS[service],
            "userIdentity": self._identity(session, service),
            "eventTime": stamp(at),
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": region,
            "sourceIPAddress": client.source_ip,
            "userAgent": client.user_agent,
        }
        if error:
            record |= {"errorCode": error[0], "errorMessage": error[1]}
        record |= {"requestParameters": request, "responseElements": response}
        if service == "s3":
            record["additionalEventData"] = self._s3_transfer(request)
        record |= {"requestID": request_id, "eventID": self.uuid(), "readOnly": read_only}
        if resources:
            record["resources"] = resources
        record |= _delivery("AwsApiCall")
        if client.tls:
            record["tlsDetails"] = tls_details(host or _host(service, region))
        if client.console_flag:
            record["sessionCredentialFromConsole"] = "true"
        self.records.append(record)

    def read(
        self,
        session: Session,
        client: Client,
        at: datetime,
        event: str,
        request: Json,
        host: str | None = None,
    ) -> None:
        """Log a call that only looks; its answer is never logged."""
        self.call(session, client, at, event, request, read_only=True, host=host)

    def service_event(self, record: Json, event_type: str) -> None:
        """Log what a service reports of itself, such as a sign-in."""
        self.records.append({**record, "eventID": self.uuid(), **_delivery(event_type)})

    def uuid(self) -> str:
        """Return an identifier that looks random and is not."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def access_key(self) -> str:
        """Return the id of a temporary key."""
        return f"ASIA{ACCOUNT_LETTERS}{self.letters(8)}"

    def letters(self, count: int, alphabet: str = KEY_LETTERS) -> str:
        """Return `count` letters, as identifiers are made of."""
        return "".join(self._random.choices(alphabet, k=count))

    def session_token(self) -> str:
        """Return what looks like a session token, because real logs carry them and we must redact them."""
        return "IQoJb3JpZ2luX2VjE" + base64.b64encode(self._random.randbytes(240)).decode()

    def _identity(self, session: Session, service: str) -> Json:
        """Place the key where CloudTrail has it: after the account."""
        key = session.access_key or self._console_key(session, service)
        position = list(session.identity).index("accountId") + 1
        items = list(session.identity.items())
        return dict([*items[:position], ("accessKeyId", key), *items[position:]])

    def _console_key(self, session: Session, service: str) -> str:
        return self._console_keys.setdefault((session.identity["arn"], service), self.access_key())

    def _request_id(self, service: str) -> str:
        match service:
            case "s3":
                return self.letters(16, string.digits + string.ascii_uppercase)
            case "dynamodb":
                return self.letters(52, string.digits + string.ascii_uppercase)
            case _:
                return self.uuid()

    def _s3_transfer(self, request: Json) -> Json:
        return {
            "SignatureVersion": "SigV4",
            "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "bytesTransferredIn": len(str(request)) if len(request) > 3 else 0,
            "AuthenticationMethod": "AuthHeader",
            "x-amz-id-2": base64.b64encode(self._random.randbytes(56)).decode(),
            "bytesTransferredOut": 0,
        }


def stamp(at: datetime) -> str:
    """Return the time as CloudTrail writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def wordy(at: datetime) -> str:
    """Return the time as answers inside a record write it: `Nov 17, 2026, 9:47:31 AM`."""
    return f"{at:%b} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M:%S %p}"


def principal_id(role: str) -> str:
    """Return the id that a role keeps for life."""
    digest = hashlib.sha256(role.encode()).digest()
    return f"AROA{ACCOUNT_LETTERS}" + "".join(KEY_LETTERS[byte % 32] for byte in digest[:9])


def tls_details(host: str) -> Json:
    """Return what CloudTrail tells of the connection."""
    return {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": host,
    }


def _host(service: str, region: str) -> str:
    return f"{service}.amazonaws.com" if service == "iam" else f"{service}.{region}.amazonaws.com"


def _delivery(event_type: str) -> Json:
    return {
        "eventType": event_type,
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
