"""Every channel at once, as a configuration names them: tried by `drift check`, told by `drift run`."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.running import Ran, run
from tests.providers.channels.fake_mail import PASSWORD, USER, FakeMail, certified, fake_mail
from tests.providers.channels.fake_pagerduty import KEY, FakePagerDuty
from tests.providers.channels.fake_receiver import SECRET, FakeReceiver
from tests.providers.channels.http_server import Reply, serving
from tests.providers.slack.fake_slack import CHANNEL_ID, TOKEN, FakeSlack, fake_slack
from tests.scenarios.world import lay_out

PREVIEW = '[[notifier]]\nname = "oncall"\ntype = "slack-preview"\nfolder = "alerts"\n'


@dataclass(frozen=True, kw_only=True, slots=True)
class Channels:
    """A folder with stories, their configuration, and what stands at the other ends."""

    folder: Path
    slack: FakeSlack
    mail: FakeMail
    pagerduty: FakePagerDuty
    receiver: FakeReceiver

    def ocsf(self) -> list[str]:
        """Return the lines of the SIEM's files."""
        files = sorted((self.folder / "ocsf").glob("*"))
        return [line for file in files for line in file.read_text().splitlines()]


@pytest.fixture
def channels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Channels]:
    """Two stories that are told in five channels, with the secrets in the environment."""
    for variable in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(variable, raising=False)
    for name, secret in {"A": TOKEN, "B": PASSWORD, "C": KEY, "D": SECRET}.items():
        monkeypatch.setenv(f"SECRET_{name}", secret)
    config = lay_out(tmp_path, ["console-open-security-group", "break-glass"])
    context, authority = certified(tmp_path)
    pagerduty, receiver = FakePagerDuty(), FakeReceiver()
    receiver.now = int(time.time())
    with (
        fake_slack() as slack,
        fake_mail(starttls=context, signs_in=True) as (mail, port),
        serving(pagerduty.answer) as pages,
        serving(receiver.answer) as hooks,
    ):
        rows = {
            "slack": {"channel": CHANNEL_ID, "token_env": "SECRET_A", "base_url": slack.base_url},
            "email": {
                "host": "127.0.0.1",
                "port": port,
                "sender": "drift@example.com",
                "to": ["oncall@example.com"],
                "username": USER,
                "password_env": "SECRET_B",
                "ca_file": authority,
            },
            "pagerduty": {"routing_key_env": "SECRET_C", "base_url": pages},
            "webhook": {"url": f"{hooks}/hook", "secret_env": "SECRET_D"},
            "ocsf-files": {"folder": "ocsf"},
        }
        tables = [
            "[[notifier]]\n"
            + "".join(
                f"{key} = {json.dumps(value)}\n" for key, value in {"name": name, "type": name, **row}.items()
            )
            for name, row in rows.items()
        ]
        assert PREVIEW in config.read_text()
        config.write_text(config.read_text().replace(PREVIEW, "\n".join(tables)))
        yield Channels(folder=tmp_path, slack=slack, mail=mail, pagerduty=pagerduty, receiver=receiver)


def test_a_check_tries_every_channel_and_sends_nothing(
    channels: Channels, capsys: pytest.CaptureFixture[str]
) -> None:
    checked = run(capsys, channels.folder, "check")

    tried = [line for line in checked.lines if " notifier " in line]
    assert [line.split(":")[0] for line in tried] == [
        f"ok      notifier {name}" for name in ("slack", "email", "pagerduty", "webhook", "ocsf-files")
    ]
    assert nothing_sent(channels)


def test_a_check_names_what_is_wrong_with_each_channel(
    channels: Channels, capsys: pytest.CaptureFixture[str]
) -> None:
    channels.slack.scopes = ("channels:history",)
    channels.mail.replies["RCPT"] = "554 relay denied"
    channels.pagerduty.problems.append(Reply(status=403))
    channels.receiver.problems.append(Reply(status=410))
    (channels.folder / "ocsf").write_text("not a folder")

    checked = run(capsys, channels.folder, "check")

    failed = [line for line in checked.lines if line.startswith("FAILED  notifier")]
    assert checked.code == 1
    assert len(failed) == 5
    for line, said in zip(
        failed, ("chat:write", "oncall@example.com", "403", "410", "cannot be written"), strict=True
    ):
        assert said in line


def test_what_happened_is_told_in_every_channel_and_nothing_secret_with_it(
    channels: Channels, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = run(capsys, channels.folder, "run", "--once")

    assert ran.code == 0, ran.err
    letters = [letter.as_string() for letter in channels.mail.letters]
    told = [
        *(json.dumps(message.content) for message in channels.slack.messages),
        *letters,
        json.dumps(channels.pagerduty.events),
        *(json.dumps(event) for event in channels.receiver.events.values()),
        *channels.ocsf(),
    ]
    assert len(channels.slack.messages) == len(letters) == len(channels.receiver.events) == 2
    assert channels.pagerduty.status
    assert {json.loads(line)["class_uid"] for line in channels.ocsf()} == {2003, 6003}
    for secret in (TOKEN, PASSWORD, KEY, SECRET):
        assert not [text for text in [*told, ran.out, ran.err] if secret in text]


def test_a_channel_that_is_away_keeps_no_other_from_its_messages(
    channels: Channels, capsys: pytest.CaptureFixture[str]
) -> None:
    channels.receiver.problems.extend([Reply(status=503)] * 9)

    ran = run(capsys, channels.folder, "run", "--once")

    assert ran.code == 2
    assert "it takes nothing now (status 503)" in ran.err
    assert len(channels.mail.letters) == 2
    assert waiting(run(capsys, channels.folder, "outbox")) == {"webhook"}


def a_table(row: Mapping[str, object]) -> str:
    return "[[notifier]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in row.items())


def nothing_sent(channels: Channels) -> bool:
    mail, receiver = channels.mail.letters, channels.receiver.events
    return not any((channels.slack.messages, mail, channels.pagerduty.events, receiver, channels.ocsf()))


def waiting(listed: Ran) -> set[str]:
    return {line.split(" waiting for ")[1].split(":")[0] for line in listed.lines if " waiting for " in line}
