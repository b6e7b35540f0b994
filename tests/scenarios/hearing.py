"""Everybody whom the program tells and asks: real protocols on loopback, each as its service speaks it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from drift.model.ticket import Deployment
from providers.recorded.code_host import RecordedCodeHost, RecordedCodeHostSettings
from tests.providers.channels import fake_mail as mails
from tests.providers.channels import fake_pagerduty as pagers
from tests.providers.channels import fake_receiver as receivers
from tests.providers.channels.fake_mail import FakeMail, certified, fake_mail
from tests.providers.channels.fake_pagerduty import FakePagerDuty
from tests.providers.channels.fake_receiver import FakeReceiver
from tests.providers.channels.http_server import Answering, Reply, Request, serving
from tests.providers.github import service as hubs
from tests.providers.github.controlled import Repository, control
from tests.providers.github.service import Hub, github
from tests.providers.github.told import run
from tests.providers.slack import fake_slack as slacks
from tests.providers.slack.fake_slack import FakeSlack, fake_slack
from tests.providers.tickets import server as ticketing
from tests.providers.tickets.jira import EMAIL, Jira
from tests.providers.tickets.server import Server, served

CREDENTIALS = {
    "SLACK_TOKEN": slacks.TOKEN,
    "SMTP_PASSWORD": mails.PASSWORD,
    "PAGERDUTY_KEY": pagers.KEY,
    "WEBHOOK_SECRET": receivers.SECRET,
    "JIRA_TOKEN": ticketing.TOKEN,
    "GITHUB_TOKEN": hubs.TOKEN,
}
"""What the program signs in with, as the environment holds it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hearing:
    """What each of them was told, and what each is asked."""

    slack: FakeSlack
    mail: FakeMail
    pager: FakePagerDuty
    hook: FakeReceiver
    jira: Jira
    jira_server: Server
    hub: Hub
    config: str
    """The tables that name them all."""
    bodies: list[Request]
    """What the pager and the hook were sent, as it came."""

    def told(self) -> dict[str, bytes]:
        """Return all that they were told, by who was."""
        letters = [part for one in self.mail.letters for part in one.walk() if not part.is_multipart()]
        return {
            "slack": str([one.content for one in self.slack.messages]).encode(),
            "mail": "\n".join(str(one.get_content()) for one in letters).encode()
            + b"".join(one.as_bytes() for one in self.mail.letters),
            "pagerduty": b"\n".join(one.body for one in self.bodies if one.path == "/v2/enqueue"),
            "webhook": b"\n".join(one.body for one in self.bodies if one.path == "/hook"),
        }


@contextmanager
def hearing(folder: Path, runs: Path) -> Iterator[Hearing]:
    """Let them all be there; GitHub tells of the pipeline runs that are recorded in `runs`."""
    bodies: list[Request] = []
    with ExitStack() as stack:
        context, authority = certified(folder)
        slack = stack.enter_context(fake_slack())
        mail, port = stack.enter_context(fake_mail(starttls=context, signs_in=True))
        pager, hook, jira = FakePagerDuty(), FakeReceiver(), Jira(is_cloud=True)
        hook.now = int(time.time())
        pager_url = stack.enter_context(serving(_keeping(bodies, pager.answer)))
        hook_url = stack.enter_context(serving(_keeping(bodies, hook.answer)))
        jira_server = stack.enter_context(served(jira))
        hub = stack.enter_context(github())
        control(hub, Repository(is_protected=True, approvals=1))
        run(hub, _recorded(runs))
        yield Hearing(
            slack=slack,
            mail=mail,
            pager=pager,
            hook=hook,
            jira=jira,
            jira_server=jira_server,
            hub=hub,
            bodies=bodies,
            config=f"""
[[notifier]]
name = "slack"
type = "slack"
channel = "{slacks.CHANNEL_ID}"
token_env = "SLACK_TOKEN"
base_url = "{slack.base_url}"

[[notifier]]
name = "mail"
type = "email"
host = "127.0.0.1"
port = {port}
sender = "drift@example.com"
to = ["platform@example.com"]
username = "{mails.USER}"
password_env = "SMTP_PASSWORD"
ca_file = "{authority}"

[[notifier]]
name = "pager"
type = "pagerduty"
routing_key_env = "PAGERDUTY_KEY"
base_url = "{pager_url}"
at_least = "low"

[[notifier]]
name = "hook"
type = "webhook"
url = "{hook_url}/hook"
secret_env = "WEBHOOK_SECRET"

[[notifier]]
name = "siem"
type = "ocsf-files"
folder = "ocsf"

[[tickets]]
name = "jira"
type = "jira-cloud"
base_url = "{jira_server.url}"
email = "{EMAIL}"
token_env = "JIRA_TOKEN"

[[code_host]]
name = "github"
type = "github"
repositories = ["{hubs.REPOSITORY}"]
token_env = "GITHUB_TOKEN"
base_url = "{hub.proxy.url}"
""",
        )


def _recorded(runs: Path) -> Deployment:
    """Return the run, with what GitHub always tells and the recording need not."""
    one = RecordedCodeHost(RecordedCodeHostSettings(path=str(runs))).deployment("9182736455")
    assert one is not None
    assert one.pull_request is not None
    merged = replace(
        one.pull_request,
        base_branch="main",
        merge_sha=one.head_sha,
        committers=(one.pull_request.author,),
        head_committer=one.pull_request.author,
    )
    file = ".github/workflows/deploy.yml"
    return replace(one, event="push", workflow=file, is_branch_protected=True, pull_request=merged)


def _keeping(bodies: list[Request], answer: Answering) -> Answering:
    """Return what answers likewise, and keeps what it was asked."""

    def answered(request: Request) -> Reply:
        bodies.append(request)
        return answer(request)

    return answered
