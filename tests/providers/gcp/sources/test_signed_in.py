"""As whom Google's APIs are asked: with TLS and a token, as in production."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import grpc
import pytest
import trustme
from google.oauth2.service_account import Credentials

from drift.errors import ProviderAccessError, ProviderUnavailableError
from providers.gcp.pubsub_audit_log import GcpPubSub, GcpPubSubSettings
from tests.providers.gcp.key_file import a_key_file
from tests.providers.gcp.sources.pubsub_service import NAME, pubsub
from tests.providers.state_stores.loopback import json_answer, served

ROOT = Path(__file__).parents[4]

BOUNDARY = "_is_regional_access_boundary_lookup_required"
"""What Google's library asks beside the token, of a host that is not on this machine."""

READ = f"""
import sys
from google.oauth2.service_account import Credentials
Credentials.{BOUNDARY} = lambda self: False
from providers.gcp.pubsub_audit_log import GcpPubSub, GcpPubSubSettings
endpoint, key, name = sys.argv[1:]
settings = GcpPubSubSettings(subscription=name, endpoint=endpoint, credentials_file=key)
for delivery in GcpPubSub(settings).read_since(None):
    delivery.settle()
from providers.answer_times import answer_times
assert list(answer_times()) == ["127.0.0.1"]  # of the token
"""


def test_a_key_signs_in_over_tls(tmp_path: Path) -> None:
    """
    In a process of its own: gRPC reads once whom it trusts, and trusts them from then on.
    """
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    of_server = ca.issue_cert("localhost")
    tls = grpc.ssl_server_credentials(
        [(of_server.private_key_pem.bytes(), b"".join(one.bytes() for one in of_server.cert_chain_pems))]
    )
    token = json_answer(b'{"access_token": "ya29.drift", "expires_in": 3600, "token_type": "Bearer"}')
    with served(lambda *_: token) as tokens, pubsub(tls) as service:
        key = a_key_file(tmp_path, token_uri=f"{tokens.url}/token")
        service.publish(b"one")

        done = subprocess.run(
            [sys.executable, "-c", READ, service.endpoint, str(key), NAME],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=os.environ | {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(tmp_path / "ca.pem")},
        )

        assert (done.returncode, done.stderr) == (0, "")
        assert service.queued == []
        assert {one["authorization"] for one in service.metadata} == {"Bearer ya29.drift"}
        assert all(one["x-goog-api-client"].startswith("driftledger ") for one in service.metadata)
        assert len(tokens.asked) == 1


def a_log(endpoint: str, key: Path) -> GcpPubSub:
    settings = GcpPubSubSettings(subscription=NAME, endpoint=endpoint, credentials_file=str(key))
    return GcpPubSub(settings, wait=timedelta(seconds=1))


def test_a_service_account_that_is_no_more_is_told_from_a_service_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Left to itself, gRPC says of both that the service is unavailable.
    """
    monkeypatch.setattr(Credentials, BOUNDARY, lambda _: False, raising=False)
    refused = json_answer(b'{"error": "invalid_grant", "error_description": "Account not found"}', 400)
    with served(lambda *_: refused) as tokens:
        key = a_key_file(tmp_path, token_uri=f"{tokens.url}/token")

        with pytest.raises(ProviderAccessError, match="no credentials that work"):
            list(a_log("https://localhost:9", key).read_since(None))


def test_a_key_file_that_is_none_is_refused_without_being_shown(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text('{"private_key": "hunter2"}')

    with pytest.raises(ProviderAccessError, match="no credentials that work") as raised:
        list(a_log("https://localhost:9", tmp_path / "key.json").read_since(None))

    assert "hunter2" not in str(raised.value)


def test_an_emulator_is_told_no_credentials(tmp_path: Path) -> None:
    with pubsub() as service:
        list(a_log(service.endpoint, tmp_path / "there is no such key").read_since(None))

        assert service.metadata
        assert not any("authorization" in one for one in service.metadata)


def test_an_address_that_nobody_listens_at_may_work_later(tmp_path: Path) -> None:
    with pytest.raises(ProviderUnavailableError, match="UNAVAILABLE"):
        list(a_log("http://127.0.0.1:9", tmp_path).read_since(None))
