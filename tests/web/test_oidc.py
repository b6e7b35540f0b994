"""Signing in with a provider of OpenID Connect: a real one on this machine, over HTTP."""

import shutil
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey
from starlette.responses import JSONResponse, PlainTextResponse

from drift.web.vouching.keys import ASKED_EVERY, Keys
from tests.web.provider import SECRET, LocalProvider, a_key, a_provider
from tests.web.visiting import BY_LINK, Visited, visited


@pytest.fixture(scope="module")
def running() -> Iterator[LocalProvider]:
    with a_provider() as made:
        yield made


@pytest.fixture
def provider(running: LocalProvider) -> LocalProvider:
    """A provider that is honest until the test says otherwise."""
    running.be_honest()
    return running


@pytest.fixture(scope="module")
def shared(
    running: LocalProvider, told_stories: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Visited]:
    with pages_of(running, told_stories, tmp_path_factory.mktemp("oidc")) as made:
        made.site.limits.ticks = count(step=61).__next__
        yield made


@pytest.fixture
def pages(provider: LocalProvider, shared: Visited) -> Visited:
    """The pages, whose visitors sign in with the provider, one in a minute."""
    shared.site.oidc.cache_clear()  # type: ignore[attr-defined]
    return shared


def pages_of(provider: LocalProvider, stories: Path, folder: Path, secret: str | None = SECRET) -> Any:
    shutil.copytree(stories, folder / "stories")
    (folder / "stories" / "oidc-secret").write_text(SECRET)
    given = 'client_secret_file = "oidc-secret"' if secret else ""
    oidc = f'\n[oidc]\nissuer = "{provider.url}"\nclient_id = "driftledger"\n{given}\n'
    viewers = 'people = ["viola@example.com"]'
    rest = BY_LINK.replace(viewers, f'{viewers}\ngroups = ["on-call"]')
    return visited(folder / "stories", oidc + rest)


def went(browser: httpx.Client, path: str = "/sign-in/start") -> str:
    """Go to the provider; return the address that it sends the browser back to."""
    there = browser.get(path)
    assert there.status_code == 303, there.text
    return str(httpx.get(there.headers["location"], trust_env=False).headers["location"])


def signed_in(browser: httpx.Client, path: str = "/sign-in/start") -> httpx.Response:
    """Go to the provider and come back."""
    return browser.get(went(browser, path))


def test_the_page_leads_to_the_provider_with_the_page_that_was_asked_for(pages: Visited) -> None:
    browser = pages.visitor()

    asked = browser.get("/?a=b")
    page = browser.get(asked.headers["location"])

    assert '<a class="button" href="/sign-in/start?next=%2F%3Fa%3Db">' in page.text


def test_somebody_signs_in_and_sees_the_page_they_came_for(pages: Visited) -> None:
    browser = pages.visitor()

    answer = signed_in(browser, "/sign-in/start?next=%2F%3Fa%3Db")

    assert (answer.status_code, answer.headers["location"]) == (303, "/?a=b")
    assert "erin@example.com" in browser.get("/").text


def test_nothing_that_the_provider_is_told_is_kept_or_shown(pages: Visited) -> None:
    """
    State, nonce and verifier follow from what the browser holds: the store has only a hash of that.
    """
    browser = pages.visitor()
    there = browser.get("/sign-in/start").headers
    asked = parse_qs(urlsplit(there["location"]).query)

    store = b"".join(one.read_bytes() for one in pages.folder.glob("driftledger.sqlite3*"))

    assert asked["code_challenge_method"] == ["S256"]
    assert len({*asked["state"], *asked["nonce"], *asked["code_challenge"]}) == 3
    for told in (*asked["state"], *asked["nonce"], *browser.cookies.values()):
        assert told.encode() not in store
    assert SECRET.encode() not in store
    assert "httponly" in there["set-cookie"].lower()
    assert "max-age=600" in there["set-cookie"].lower()


def test_a_client_without_a_secret_signs_people_in(
    provider: LocalProvider, told_stories: Path, tmp_path: Path
) -> None:
    provider.secret = None
    with pages_of(provider, told_stories, tmp_path, secret=None) as pages:
        assert signed_in(pages.visitor()).status_code == 303


def test_a_provider_that_takes_the_secret_in_the_body_gets_it_there(
    provider: LocalProvider, pages: Visited
) -> None:
    provider.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert signed_in(pages.visitor()).status_code == 303


def test_a_key_of_elliptic_curves_will_do(provider: LocalProvider, pages: Visited) -> None:
    provider.keys = [ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})]

    assert signed_in(pages.visitor()).status_code == 303


@pytest.mark.parametrize(("groups", "status"), [(["on-call", 7], 200), ("on-call", 200), (["else"], 403)])
def test_groups_give_roles(provider: LocalProvider, pages: Visited, groups: object, status: int) -> None:
    provider.claims = {"sub": "1", "email": "new@example.com", "groups": groups}
    browser = pages.visitor()
    signed_in(browser)

    assert browser.get("/me").status_code == 200
    assert browser.get("/changes").status_code == status


def test_the_discovery_document_is_asked_for_once(provider: LocalProvider, pages: Visited) -> None:
    for _ in range(3):
        signed_in(pages.visitor())

    assert provider.asked.count("discovery") == 1
    assert provider.asked.count("keys") == 1


def test_a_new_key_of_the_provider_is_asked_for_once(provider: LocalProvider) -> None:
    now = [0.0]
    keys = Keys(f"{provider.url}/keys", "keys", None, lambda: now[0])
    assert keys.key("one") is not None

    provider.keys = [a_key("two")]
    now[0] = ASKED_EVERY
    found, unknown = keys.key("two"), [keys.key("three") for _ in range(5)]

    assert found is not None
    assert unknown == [None] * 5
    assert provider.asked.count("keys") == 2


def test_a_key_that_was_taken_back_signs_nobody_in_for_long(provider: LocalProvider) -> None:
    now = [0.0]
    keys = Keys(f"{provider.url}/keys", "keys", None, lambda: now[0])
    assert keys.key("one") is not None

    provider.keys = [a_key("two")]
    now[0] = 3600.0

    assert keys.key("one") is None


def now_and(seconds: int) -> int:
    return int(time.time()) + seconds


def without(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {name: value for name, value in claims.items() if name not in names}


def but(**more: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {**claims, **more}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (but(nonce="of another sign-in"), "it is of another sign-in"),
        (without("nonce"), "it is of another sign-in"),
        (but(aud="somebody-else"), "it is for somebody else"),
        (but(aud=["somebody-else"]), "it is for somebody else"),
        (without("aud"), "it is for somebody else"),
        (but(aud=["driftledger", "somebody-else"]), "it was issued to somebody else"),
        (but(azp="somebody-else"), "it was issued to somebody else"),
        (but(iss="https://evil.example"), "somebody else issued it"),
        (without("iss"), "somebody else issued it"),
        (but(exp=now_and(-120)), "it is too old"),
        (without("exp"), "it does not say when it holds"),
        (but(exp="never"), "it does not say when it holds"),
        (but(iat=now_and(86_400)), "it does not say when it holds"),
        (but(nbf=now_and(86_400)), "it does not say when it holds"),
        (without("email"), "email is missing"),
        (but(email="a\r\nset-cookie: x"), "email is missing"),
        (but(email=["erin@example.com"]), "email is missing"),
        (but(email_verified=False), "Nobody has verified that your address is yours"),
        (but(email_verified="false"), "Nobody has verified that your address is yours"),
    ],
)
def test_a_token_that_proves_nothing_signs_nobody_in(
    provider: LocalProvider, pages: Visited, told: Callable[[dict[str, Any]], dict[str, Any]], why: str
) -> None:
    provider.told = told
    browser = pages.visitor()

    answer = signed_in(browser)

    assert answer.status_code == 403
    assert why in answer.text
    assert browser.get("/").status_code == 303


def test_clocks_may_differ_by_less_than_a_minute(provider: LocalProvider, pages: Visited) -> None:
    provider.told = but(exp=now_and(-20), iat=now_and(20))

    assert signed_in(pages.visitor()).status_code == 303


def test_a_token_for_several_says_that_it_was_issued_to_us(provider: LocalProvider, pages: Visited) -> None:
    provider.told = but(aud=["driftledger", "other"], azp="driftledger")

    assert signed_in(pages.visitor()).status_code == 303


def unsigned(token: str) -> str:
    from base64 import urlsafe_b64encode

    header = urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


def by_shared_secret(token: str) -> str:
    """Sign a token with what everybody knows, the public key, as if it were a secret."""
    from joserfc import jws
    from joserfc.jwk import OctKey

    payload = jws.extract_compact(token.encode()).payload
    key = OctKey.import_key("0123456789abcdef" * 4)
    return jws.serialize_compact({"alg": "HS256", "kid": "one"}, payload, key, algorithms=["HS256"])


@pytest.mark.parametrize(
    "signed",
    [
        unsigned,
        by_shared_secret,
        lambda token: token[:-8] + "AAAAAAAA",
        lambda token: token.rsplit(".", 1)[0] + ".",
        lambda token: token.split(".")[0],
        lambda token: token + ".more",
        lambda _: "...",
        lambda _: "é.é.é",
        lambda _: "x" * 200_000,
    ],
    ids=["none", "shared secret", "altered", "cut", "one part", "four parts", "empty", "no text", "long"],
)
def test_a_token_that_is_not_signed_by_the_provider_signs_nobody_in(
    provider: LocalProvider, pages: Visited, signed: Callable[[str], str]
) -> None:
    provider.signed = signed

    assert signed_in(pages.visitor()).status_code == 403


def test_another_key_of_the_same_name_signs_nobody_in(provider: LocalProvider, pages: Visited) -> None:
    provider.published = [a_key("one")]

    answer = signed_in(pages.visitor())

    assert (answer.status_code, "its signature does not fit" in answer.text) == (403, True)


def test_a_key_that_the_token_brings_along_signs_nobody_in(provider: LocalProvider, pages: Visited) -> None:
    foreign = a_key("theirs")
    provider.published = provider.keys
    provider.keys = [foreign]
    provider.header = {"jwk": foreign.as_dict(private=False), "jku": f"{provider.url}/keys"}

    assert signed_in(pages.visitor()).status_code == 403


def test_a_key_for_encryption_signs_nobody_in(provider: LocalProvider, pages: Visited) -> None:
    [key] = provider.keys
    provider.published = [type(key).import_key({**key.as_dict(private=False), "use": "enc"})]

    assert signed_in(pages.visitor()).status_code >= 400


def test_a_sign_in_comes_back_once(pages: Visited) -> None:
    browser = pages.visitor()
    held = dict(browser.cookies)
    back = went(browser)
    held |= dict(browser.cookies)

    first = browser.get(back)
    again = httpx.get(back, cookies=held, trust_env=False)

    assert (first.status_code, again.status_code) == (303, 403)
    assert "began no sign-in" in again.text


def test_a_sign_in_that_another_browser_began_is_refused(pages: Visited) -> None:
    """
    Else somebody could be signed in as whoever sent them a link, and tell them what they do.
    """
    back = went(pages.visitor())

    assert pages.visitor().get(back).status_code == 403


def test_a_mixed_up_state_is_refused(pages: Visited) -> None:
    mine, theirs = pages.visitor(), pages.visitor()
    went(mine)
    back = went(theirs)

    answer = mine.get(back)

    assert (answer.status_code, "did not begin that sign-in" in answer.text) == (403, True)


def test_an_answer_of_another_provider_is_refused(pages: Visited) -> None:
    browser = pages.visitor()

    answer = browser.get(f"{went(browser)}&iss=https%3A%2F%2Fevil.example")

    assert (answer.status_code, "Another provider" in answer.text) == (403, True)


def test_a_code_of_somebody_else_is_no_good(pages: Visited) -> None:
    """
    Only whoever has the verifier of PKCE can exchange a code.
    """
    mine, theirs = pages.visitor(), pages.visitor()
    back, other = went(mine), went(theirs)
    code, state = (parse_qs(urlsplit(one).query)[key][0] for one, key in ((other, "code"), (back, "state")))

    answer = mine.get(f"/sign-in/back?code={code}&state={state}")

    assert answer.status_code == 502
    assert mine.get("/").status_code == 303


def test_what_the_provider_refuses_is_said_as_text(provider: LocalProvider, pages: Visited) -> None:
    browser = pages.visitor()
    state = parse_qs(urlsplit(went(browser)).query)["state"][0]

    answer = browser.get(
        "/sign-in/back",
        params={"error": "access_denied", "error_description": "<script>alert(1)</script>", "state": state},
    )

    assert answer.status_code == 403
    assert "access_denied: &lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (JSONResponse({"error": "invalid_client", "error_description": 'a "b"'}, 401), "does not know us"),
        (JSONResponse({"error": "invalid_grant"}, 400), "does not take the code"),
        (JSONResponse({"error": "odd"}, 400), "gives no token: odd"),
        (JSONResponse({"access_token": "x", "token_type": "Bearer"}), "sent no ID token"),
        (JSONResponse({"access_token": "x", "id_token": 7}), "sent no ID token"),
        (PlainTextResponse("down", 503), "there is no answer"),
        (PlainTextResponse("what", 200), "no token, and no reason"),
        (JSONResponse({"id_token": "x" * 600_000}), "too long or damaged"),
    ],
)
def test_what_the_provider_cannot_do_is_said_with_the_next_step(
    provider: LocalProvider, pages: Visited, answer: Any, why: str
) -> None:
    provider.answer = answer

    shown = signed_in(pages.visitor())

    assert shown.status_code == 502
    assert why in shown.text
    assert SECRET not in shown.text


@pytest.mark.parametrize(
    ("discovery", "why"),
    [
        ({"issuer": "https://evil.example"}, "calls itself otherwise"),
        ({"token_endpoint": None}, "has no token_endpoint"),
        ({"token_endpoint": "http://evil.example/token"}, "does not begin with https://"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "does not begin with https://"),
        ({"jwks_uri": "file:///etc/passwd"}, "does not begin with https://"),
    ],
)
def test_a_provider_that_is_not_as_it_should_be_gets_nobody(
    provider: LocalProvider, pages: Visited, discovery: dict[str, Any], why: str
) -> None:
    provider.discovery = discovery

    answer = pages.visitor().get("/sign-in/start")

    assert (answer.status_code, why in answer.text) == (502, True)


def test_a_provider_that_is_down_is_not_asked_by_everybody(provider: LocalProvider, pages: Visited) -> None:
    provider.discovery = {"issuer": "https://evil.example"}

    for _ in range(4):
        assert pages.visitor().get("/sign-in/start").status_code == 502

    assert provider.asked.count("discovery") == 1


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/a\r\nset-cookie: x=1"])
def test_nobody_is_led_elsewhere(pages: Visited, elsewhere: str) -> None:
    browser = pages.visitor()
    there = browser.get("/sign-in/start", params={"next": elsewhere})
    back = httpx.get(there.headers["location"], trust_env=False).headers["location"]

    answer = browser.get(back)

    assert answer.headers["location"] == "/"
    assert "x" not in browser.cookies


def test_signing_in_begins_a_session_that_nobody_knew(pages: Visited) -> None:
    browser = pages.visitor("viola@example.com")
    before = browser.cookies["driftledger"]

    signed_in(browser)

    assert browser.cookies["driftledger"] != before
    assert "driftledger-sign-in" not in browser.cookies
    assert httpx.get(pages.site.url, cookies={"driftledger": before}, trust_env=False).status_code == 303


def test_a_link_signs_nobody_in_where_a_provider_vouches(pages: Visited) -> None:
    answer = pages.visitor().post("/sign-in/link", data={"token": "x"})

    assert (answer.status_code, "Links sign nobody in here" in answer.text) == (403, True)
