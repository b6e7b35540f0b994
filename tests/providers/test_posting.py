"""What a refusal says is passed on, and no secret with it."""

import pytest

from providers.meter import given_meter
from providers.posting import asked, refused
from providers.ticket_values import basic
from tests.providers.channels.http_server import Reply, serving


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Authorization": "Bearer s3same"}, b""),
        ({"Authorization": basic("drift", "s3same")}, b""),
        ({}, b'{"client_secret": "s3same"}'),
    ],
    ids=["bearer", "basic", "body"],
)
def test_a_refusal_that_quotes_what_was_sent_is_passed_on_without_its_secrets(
    headers: dict[str, str], body: bytes
) -> None:
    said = f"{'x' * 290}s3same {headers} {body.decode()}".encode()

    with serving(lambda _: Reply(status=400, body=said)) as url:
        answer = asked(
            "POST", url, headers, what="asking", hint="", meter=given_meter(), body=body, secrets=["s3same"]
        )

    assert answer.said(1000).startswith("xxx")
    assert "s3s" not in f"{answer.said(1000)} {refused(answer, what='asking').what}"
    assert all(value.split()[-1] not in answer.said(1000) for value in headers.values())
