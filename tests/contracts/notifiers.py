"""Every channel of alerts with a view on what arrives; a new one is one row of `CHANNELS`."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from drift.model.secret import Secret
from drift.model.verdict import Severity
from drift.ports import Notifier
from providers.email.smtp import Email, EmailSettings, Tls
from providers.ocsf.files import OcsfFiles, OcsfFilesSettings
from providers.pagerduty.events import PagerDuty, PagerDutySettings
from providers.slack.preview import SlackPreview, SlackPreviewSettings
from providers.slack.web_api import Slack, SlackSettings
from providers.webhook.cloud_events import Webhook, WebhookSettings
from tests.providers.channels.fake_mail import fake_mail
from tests.providers.channels.fake_pagerduty import KEY, FakePagerDuty
from tests.providers.channels.fake_receiver import NOW, SECRET, FakeReceiver
from tests.providers.channels.http_server import Reply, serving
from tests.providers.slack.fake_slack import CHANNEL_ID, TOKEN, Failure, fake_slack

DOWN = [Reply(status=503)] * 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What the people or machines at the other end have of one session, as it stands now."""

    client_id: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A notifier with a view on what arrives, and on a day when it cannot deliver."""

    notifier: Notifier
    inbox: Callable[[], list[Delivered]]
    break_down: Callable[[], None]


@contextmanager
def slack(_folder: Path) -> Iterator[Channel]:
    """The Web API adapter against the stand-in."""
    with fake_slack() as server:
        yield Channel(
            notifier=Slack(SlackSettings(channel=CHANNEL_ID, token=Secret(TOKEN), base_url=server.base_url)),
            inbox=lambda: [
                Delivered(client_id=message.client_id, text=str(message.content["blocks"]))
                for message in server.messages
            ],
            break_down=lambda: server.problems.append(Failure.SERVER_ERROR),
        )


@contextmanager
def slack_preview(folder: Path) -> Iterator[Channel]:
    """The preview in an empty folder."""
    messages = folder / "messages"

    def break_down() -> None:
        messages.mkdir(exist_ok=True)
        for file in messages.glob("*"):
            file.unlink()
        messages.rmdir()
        messages.write_text("not a folder")

    yield Channel(
        notifier=SlackPreview(SlackPreviewSettings(folder=str(messages)), out=io.StringIO()),
        inbox=lambda: [
            Delivered(client_id=file.stem, text=file.with_suffix(".txt").read_text())
            for file in sorted(messages.glob("*.json"))
        ],
        break_down=break_down,
    )


@contextmanager
def email(_folder: Path) -> Iterator[Channel]:
    """The mail adapter against a real server; the inbox shows the last letter of each thread."""
    with fake_mail() as (mail, port):
        settings = EmailSettings(
            host="127.0.0.1",
            port=port,
            tls=Tls.NONE,
            sender="drift@example.com",
            to=("oncall@example.com", "lead@example.com"),
        )

        def inbox() -> list[Delivered]:
            threads = {str(one["References"] or one["Message-ID"]): one for one in mail.letters}
            return [_letter(one) for one in threads.values()]

        yield Channel(
            notifier=Email(settings),
            inbox=inbox,
            break_down=lambda: mail.replies.update(MAIL="421 closing", RCPT="450 later"),
        )


@contextmanager
def pagerduty(_folder: Path) -> Iterator[Channel]:
    """The pager against the stand-in; the inbox shows the last entry of each alert's log."""
    server = FakePagerDuty()
    with serving(server.answer) as url:
        settings = PagerDutySettings(routing_key=Secret(KEY), base_url=url, at_least=Severity.LOW)
        yield Channel(
            notifier=PagerDuty(settings),
            inbox=lambda: [
                Delivered(client_id=log[-1]["custom_details"]["client_id"], text=_texts(log[-1]))
                for log in server.events.values()
            ],
            break_down=lambda: server.problems.extend(DOWN),
        )


@contextmanager
def webhook(_folder: Path) -> Iterator[Channel]:
    """The webhook against a receiver that verifies; the inbox shows the last event of each subject."""
    server = FakeReceiver()
    with serving(server.answer) as url:
        settings = WebhookSettings(url=f"{url}/hook", secret=Secret(SECRET))

        def inbox() -> list[Delivered]:
            last = {event["subject"]: event for event in server.events.values()}
            return [Delivered(client_id=one["id"], text=_texts(one)) for one in last.values()]

        yield Channel(
            notifier=Webhook(settings, now=lambda: NOW),
            inbox=inbox,
            break_down=lambda: server.problems.extend(DOWN),
        )


@contextmanager
def ocsf_files(folder: Path) -> Iterator[Channel]:
    """The files of a SIEM; the inbox shows the last event about each finding's session."""
    files = folder / "ocsf"

    def events() -> list[dict[str, Any]]:
        lines = [line for file in sorted(files.glob("*")) for line in file.read_text().splitlines()]
        return [event for event in map(json.loads, lines) if event["class_uid"] == 2003]

    def inbox() -> list[Delivered]:
        last = {event["unmapped"]["session_id"]: event for event in events()}
        return [
            Delivered(client_id=one["metadata"]["uid"].partition("/")[0], text=_texts(one))
            for one in last.values()
        ]

    def break_down() -> None:
        for file in files.glob("*"):
            file.unlink()
        if files.exists():
            files.rmdir()
        files.write_text("not a folder")

    yield Channel(
        notifier=OcsfFiles(OcsfFilesSettings(folder=str(files))), inbox=inbox, break_down=break_down
    )


CHANNELS: dict[str, Callable[[Path], AbstractContextManager[Channel]]] = {
    "slack": slack,
    "slack-preview": slack_preview,
    "email": email,
    "pagerduty": pagerduty,
    "webhook": webhook,
    "ocsf-files": ocsf_files,
}


def _letter(letter: EmailMessage) -> Delivered:
    plain = letter.get_body(("plain",))
    assert isinstance(plain, EmailMessage)
    client_id = str(letter["Message-ID"]).removeprefix("<").partition("@")[0]
    return Delivered(client_id=client_id, text=plain.get_content().replace("\r\n", "\n"))


def _texts(value: Any) -> str:
    """Return every text in a document, one a line."""
    match value:
        case str():
            return value
        case dict():
            return "\n".join(map(_texts, value.values()))
        case list():
            return "\n".join(map(_texts, value))
        case _:
            return ""
