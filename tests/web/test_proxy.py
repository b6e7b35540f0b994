"""A proxy before the pages that signs for whom it vouches: Google's IAP, AWS's load balancers."""

import shutil
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from starlette.datastructures import Headers

from drift.config import ProxySettings
from drift.errors import RefusedError
from drift.model.visitor import Identity, Role, SignedInBy
from drift.web.vouching.proxy import Proxy
from tests.web.provider import LocalProvider, a_key, a_provider
from tests.web.visiting import BY_LINK, NAMES, Visited, fields, visited

HEADER = "x-goog-iap-jwt-assertion"
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/drift/50dc6c495c0c9188"


@pytest.fixture(scope="module")
def running() -> Iterator[LocalProvider]:
    with a_provider() as made:
        yield made


@pytest.fixture
def signer(running: LocalProvider) -> LocalProvider:
    """Who signs for the proxy."""
    running.be_honest()
    running.keys = [ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})]
    return running


@pytest.fixture(scope="module")
def shared(
    running: LocalProvider, told_stories: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visited]:
    folder = tmp_path_factory.mktemp("proxy") / "stories"
    shutil.copytree(told_stories, folder)
    proxy = f"""
[proxy]
header = "X-Goog-Iap-Jwt-Assertion"
keys = "{running.url}/keys"
issuer = "{running.url}"
audience = "driftledger"
"""
    with visited(folder, proxy + BY_LINK) as made:
        yield made


@pytest.fixture
def pages(signer: LocalProvider, shared: Visited) -> Visited:
    shared.site.proxy.cache_clear()  # type: ignore[attr-defined]
    return shared


def by(signer: LocalProvider, role: Role, **claims: object) -> dict[str, str]:
    """Return the header with which the proxy vouches for somebody with a role."""
    return {HEADER: signer.token(email=NAMES[role], sub=role.value, **claims)}


def test_whom_the_proxy_vouches_for_is_let_in_at_once(signer: LocalProvider, pages: Visited) -> None:
    answer = pages.visitor().get("/", headers=by(signer, Role.VIEWER))

    assert answer.status_code == 200
    assert NAMES[Role.VIEWER] in answer.text


def test_without_the_header_a_session_lets_nobody_in(signer: LocalProvider, pages: Visited) -> None:
    browser = pages.visitor()
    assert browser.get("/", headers=by(signer, Role.VIEWER)).status_code == 200

    assert browser.get("/").status_code == 303
    assert pages.visitor(Role.ADMIN, by=SignedInBy.PROXY).get("/").status_code == 303


@pytest.mark.parametrize(
    "header", ["x-forwarded-user", "x-forwarded-email", "x-goog-authenticated-user-email", "remote-user"]
)
def test_a_header_that_nobody_signed_lets_nobody_in(pages: Visited, header: str) -> None:
    assert pages.visitor().get("/", headers={header: NAMES[Role.ADMIN]}).status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "somebody-else"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"email_verified": False},
    ],
)
def test_what_proves_nothing_lets_nobody_in(
    signer: LocalProvider, pages: Visited, claims: dict[str, object]
) -> None:
    answer = pages.visitor().get("/", headers=by(signer, Role.ADMIN, **claims))

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_header_that_another_key_signed_lets_nobody_in(signer: LocalProvider, pages: Visited) -> None:
    signer.published = [ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})]

    assert pages.visitor().get("/", headers=by(signer, Role.ADMIN)).status_code == 403


def test_forms_carry_what_the_session_that_is_kept_for_them_proves(
    signer: LocalProvider, pages: Visited
) -> None:
    browser, header = pages.visitor(), by(signer, Role.VIEWER)
    form = fields(browser.get("/", headers=header).text)

    refused = browser.post("/sign-out", headers=header, data={"csrf": "0" * 64})
    taken = browser.post("/sign-out", headers=header, data=form)

    assert (refused.status_code, taken.status_code) == (403, 303)


def test_another_name_in_the_header_ends_the_session(signer: LocalProvider, pages: Visited) -> None:
    browser = pages.visitor()
    form = fields(browser.get("/", headers=by(signer, Role.ADMIN)).text)
    held = browser.cookies["driftledger"]

    answer = browser.get("/", headers=by(signer, Role.VIEWER))

    assert browser.cookies["driftledger"] != held
    assert NAMES[Role.VIEWER] in answer.text
    again = browser.post("/sign-out", headers=by(signer, Role.VIEWER), data=form)
    assert again.status_code == 403


def test_health_needs_no_proxy(pages: Visited) -> None:
    assert pages.visitor().get("/healthz", headers={HEADER: "nonsense"}).status_code == 200


def test_the_way_in_says_that_it_is_the_proxy(pages: Visited) -> None:
    assert "open these pages through it" in pages.visitor().get("/sign-in").text
    assert pages.visitor().get("/sign-in/start").status_code == 403


def a_balancer(signer: LocalProvider, keys: str) -> Proxy:
    """Return what believes a load balancer of AWS."""
    return Proxy(
        ProxySettings(
            header="x-amzn-oidc-data",
            keys=keys,
            issuer="https://login.example.com",
            audience=BALANCER,
            name_claim="email",
            groups_claim="groups",
            ca_file=None,
        )
    )


def balancer_token(signer: LocalProvider, signed_by: str = BALANCER, kid: str = "one") -> str:
    """Return a token as a load balancer makes it: padded, for nobody in particular, with who signed it."""
    import json

    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    exp = int(time.time()) + 120
    header = {"typ": "JWT", "kid": kid, "alg": "ES256", "iss": "https://login.example.com"}
    header |= {"client": "0oa1", "signer": signed_by, "exp": exp}
    claims = {"sub": "1", "email": "erin@example.com", "iss": "https://login.example.com", "exp": exp}
    text = b".".join(urlsafe_b64encode(json.dumps(one).encode()) for one in (header, claims))
    r, s = decode_dss_signature(signer.keys[0].private_key.sign(text, ECDSA(SHA256())))  # type: ignore[union-attr]
    return f"{text.decode()}.{urlsafe_b64encode(r.to_bytes(32) + s.to_bytes(32)).decode()}"


def told(proxy: Proxy, token: str) -> Identity | None:
    return proxy.identity(Headers({"x-amzn-oidc-data": token}), time.time())


def test_a_load_balancer_of_aws_is_believed(signer: LocalProvider) -> None:
    """
    Its tokens are padded and have no audience, and each of its keys lies in PEM at an address of its own.
    """
    proxy = a_balancer(signer, f"{signer.url}/keys/{{kid}}")

    found = [told(proxy, balancer_token(signer)) for _ in range(3)]

    assert {one and one.name for one in found} == {"erin@example.com"}
    assert [one for one in signer.asked if one.startswith("pem")] == ["pem one"]


def test_a_load_balancer_of_somebody_else_is_not(signer: LocalProvider) -> None:
    """
    The keys of every customer lie at the same address.
    """
    proxy = a_balancer(signer, f"{signer.url}/keys/{{kid}}")

    with pytest.raises(RefusedError, match="it is for somebody else"):
        told(proxy, balancer_token(signer, signed_by=BALANCER.replace("111122223333", "444455556666")))


@pytest.mark.parametrize("kid", ["../secret", "one/../two", "one?x=", "one%2f", "", "x" * 200, "one\n"])
def test_the_id_of_a_key_leads_to_no_other_address(signer: LocalProvider, kid: str) -> None:
    proxy = a_balancer(signer, f"{signer.url}/keys/{{kid}}")

    with pytest.raises(RefusedError, match="nobody knows the key"):
        told(proxy, balancer_token(signer, kid=kid))

    assert not [one for one in signer.asked if one.startswith("pem")]


def test_a_key_may_lie_in_a_file(signer: LocalProvider, tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_bytes(signer.keys[0].as_pem(private=False))

    assert told(a_balancer(signer, str(file)), balancer_token(signer)) is not None


def test_a_key_of_rsa_may_lie_in_a_file(signer: LocalProvider, tmp_path: Path) -> None:
    signer.keys = [a_key("one")]
    file = tmp_path / "key.pem"
    file.write_bytes(signer.keys[0].as_pem(private=False))
    token = signer.token(iss="https://login.example.com", aud=BALANCER)

    assert told(a_balancer(signer, str(file)), token) is not None
