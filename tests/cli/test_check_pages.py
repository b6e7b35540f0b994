"""`drift check`: whether people could sign in to the pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drift import wiring
from drift.cli.check import tried
from drift.cli.check_pages import page_notes, page_trials
from drift.config import Settings
from tests.web.provider import LocalProvider, a_provider

ROLE = '[[role]]\nname = "viewer"\npeople = ["viola@example.com"]\n'


@pytest.fixture(scope="module")
def provider() -> Iterator[LocalProvider]:
    with a_provider() as made:
        yield made


def settings(folder: Path, more: str) -> Settings:
    file = folder / "config.toml"
    file.write_text(f'[web]\nlisten = "127.0.0.1:8088"\n{more}')
    return wiring.settings_of(str(file))


def checked(found: Settings, capsys: pytest.CaptureFixture[str]) -> list[str]:
    for what, adapter, attempt in page_trials(found.web):
        tried(what, adapter, attempt)
    return [*capsys.readouterr().out.splitlines(), *page_notes(found)]


def oidc(issuer: str) -> str:
    return f'[oidc]\nissuer = "{issuer}"\nclient_id = "driftledger"\n{ROLE}'


def test_a_provider_that_answers_is_fine(
    provider: LocalProvider, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = checked(settings(tmp_path, oidc(provider.url)), capsys)

    assert told[0] == f"ok      pages: [oidc]: {provider.url} answers, with 1 key"
    assert "`url` does not begin" in told[1]


def test_a_provider_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = checked(settings(tmp_path, oidc("http://127.0.0.1:9")), capsys)

    assert told[0].startswith("FAILED  pages: [oidc]: the provider of [oidc]: there is no answer")


def test_an_issuer_with_another_name_is_named(
    provider: LocalProvider, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = checked(settings(tmp_path, oidc(f"{provider.url}/")), capsys)

    assert "calls itself otherwise than `issuer` says; write it as it stands in" in told[0]


def proxy(keys: str) -> str:
    return f'[proxy]\nheader = "x-jwt"\nkeys = "{keys}"\nissuer = "a"\naudience = "b"\n'


def test_the_keys_of_a_proxy_are_read(
    provider: LocalProvider, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = checked(settings(tmp_path, proxy(f"{provider.url}/keys")), capsys)

    assert told[:2] == [
        "ok      pages: [proxy]: of x-jwt: 1 key",
        "no [[role]] names anybody: whoever signs in sees nothing",
    ]


@pytest.mark.parametrize(
    ("content", "why"), [(None, "cannot be read"), ("nonsense", "there is no public key")]
)
def test_keys_that_are_none_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, why: str
) -> None:
    if content is not None:
        (tmp_path / "keys.json").write_text(content)

    told = checked(settings(tmp_path, proxy("keys.json")), capsys)

    assert told[0].startswith("FAILED  pages: [proxy]: the keys of [proxy]")
    assert why in told[0]


def test_without_either_it_says_how_to_sign_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [told] = checked(settings(tmp_path, ""), capsys)

    assert "drift sign-in prints a link" in told
