"""AWS KMS as a `KeyService`: it opens the data keys that OpenTofu lets it seal.

Uses the ambient credentials; `kms:Decrypt` on the key is all that they need.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from drift.errors import ProviderAccessError, ProviderResponseError, ProviderUnavailableError
from providers.aws.session import count_calls
from providers.meter import Meter, given_meter

TIMEOUT_SECONDS = 10
"""For connecting, and for each answer."""

_ARN = re.compile(r"arn:[\w-]+:kms:([\w-]+):")
_DENIED = (
    "AccessDeniedException",
    "UnrecognizedClientException",
    "ExpiredTokenException",
    "InvalidClientTokenId",
)
_ANOTHER_KEY = ("IncorrectKeyException", "InvalidCiphertextException", "NotFoundException")
_LATER = (
    "ThrottlingException",
    "KMSInternalException",
    "DependencyTimeoutException",
    "KeyUnavailableException",
)


class AwsKms:
    """A `KeyService` in the region of the key's ARN, or in the ambient one."""

    def __init__(self) -> None:
        self._meter = given_meter()
        self._clients: dict[str | None, Any] = {}
        """By region: making one takes longer than a call."""

    def unseal(self, sealed: bytes, key: str | None) -> bytes:
        """Return the data key; `key` is the id, ARN or alias of the key that must have sealed it."""
        region = found[1] if key and (found := _ARN.match(key)) else None
        with _only_provider_errors(key or "the key"):
            if region not in self._clients:
                self._clients[region] = _client(region, self._meter)
            named = {"KeyId": key} if key else {}
            opened: bytes = self._clients[region].decrypt(CiphertextBlob=sealed, **named)["Plaintext"]
            return opened


def _client(region: str | None, meter: Meter) -> Any:
    from boto3.session import Session
    from botocore.config import Config

    limits = Config(
        connect_timeout=TIMEOUT_SECONDS,
        read_timeout=TIMEOUT_SECONDS,
        retries={"total_max_attempts": 1},  # trying again is the core's
    )
    session = Session()
    count_calls(session, meter)
    return session.client("kms", region_name=region, config=limits)


@contextmanager
def _only_provider_errors(key: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

    try:
        yield
    except NoRegionError as error:
        raise ProviderAccessError(
            "AWS KMS is in no known region", hint="give kms_key as the ARN of the key, or set AWS_REGION"
        ) from error
    except NoCredentialsError as error:
        raise ProviderAccessError(
            "there are no credentials for AWS KMS", hint="set AWS_PROFILE, or give the process a role"
        ) from error
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        if code in _DENIED:
            raise ProviderAccessError(
                f"AWS KMS refuses to decrypt: {code}", hint=f"allow kms:Decrypt on {key} to these credentials"
            ) from error
        if code in _LATER:
            raise ProviderUnavailableError(
                f"AWS KMS does not answer: {code}", hint="try again later"
            ) from error
        hint = "check kms_key, its account and region" if code in _ANOTHER_KEY else "check the key in AWS KMS"
        raise ProviderResponseError(f"AWS KMS does not decrypt: {code}", hint=hint) from error
    except BotoCoreError as error:
        raise ProviderUnavailableError(
            f"AWS KMS cannot be reached: {type(error).__name__}", hint="check the network, then try again"
        ) from error
