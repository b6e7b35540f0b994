"""`drift sign-in`, beside a service that runs."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.scenarios.world import lay_out
from tests.web.visiting import fields

STORY = "s3-console-public"

DRIFT = (sys.executable, "-m", "drift")

PATIENCE = 120


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The configuration of one story, with pages."""
    made = lay_out(tmp_path, [STORY])
    made.write_text(made.read_text() + '\n[web]\nlisten = "127.0.0.1:0"\n')
    return made


@contextmanager
def running(config: Path) -> Iterator[str]:
    """Run the service; yield the address of its pages."""
    command = [*DRIFT, "--config", str(config), "run"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=config.parent) as service:
        try:
            assert service.stderr is not None
            told = (re.search(r"pages at (\S+)", line) for line in service.stderr)
            address = next(found[1] for found in told if found)
            assert "sign in to them with: drift sign-in" in service.stderr.readline()
            yield address
        finally:
            service.send_signal(signal.SIGTERM)
            service.communicate(timeout=PATIENCE)


def test_the_link_opens_the_pages_of_the_service(config: Path) -> None:
    with running(config) as address:
        done = sign_in(config, "--as", "dana@example.com")
        link = done.stdout.strip()
        with httpx.Client(base_url=address, trust_env=False, follow_redirects=True) as browser:
            answer = browser.post("/sign-in/link", data=fields(browser.get(link).text))

        assert link.startswith(f"{address}/sign-in/link?token=")
        assert answer.status_code == 200
        assert "dana@example.com" in answer.text


def test_without_pages_it_says_how_to_have_some(tmp_path: Path) -> None:
    done = sign_in(lay_out(tmp_path, [STORY]))

    assert (done.returncode, done.stdout) == (2, "")
    assert 'add [web] with listen = "127.0.0.1:8088" to config.toml' in done.stderr


def test_before_the_service_ran_it_says_to_start_it(config: Path) -> None:
    subprocess.run([*DRIFT, "--config", config, "run", "--once"], check=True, capture_output=True)

    done = sign_in(config)

    assert done.returncode == 2
    assert "start `drift run`, and leave it running" in done.stderr


def test_where_somebody_vouches_for_people_there_is_no_link(config: Path) -> None:
    """
    It would let in whom they would not.
    """
    config.write_text(
        config.read_text() + '\n[oidc]\nissuer = "https://login.example.com"\nclient_id = "drift"\n'
    )

    done = sign_in(config)

    assert done.returncode == 2
    assert "people sign in with whoever vouches for them" in done.stderr


def sign_in(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask for a link."""
    command = [*DRIFT, "--config", str(config), "sign-in", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=config.parent, check=False)
