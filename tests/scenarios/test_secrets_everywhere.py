"""Secrets in whatever the program reads reach nothing that it stores, prints, sends or exports."""

import gzip
import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest

from drift.model.ticket import Edit, Ticket
from providers.recorded.tickets import RecordedTickets, RecordedTicketsSettings
from tests.cli.processes import Done, drift
from tests.providers.github.controlled import Repository, control
from tests.providers.github.service import Hub
from tests.providers.tickets.jira import EMAIL
from tests.providers.tickets.jira_systems import file as file_ticket
from tests.providers.tickets.server import TOKEN as JIRA_TOKEN
from tests.providers.tickets.server import Answer
from tests.scenarios.hearing import CREDENTIALS, Hearing, hearing
from tests.scenarios.world import FIXTURES, lay_out

OPENED, TICKETED, REVIEWED = STORIES = (
    "console-open-security-group",
    "console-change-with-ticket",
    "pipeline-apply-reviewed",
)
SOURCES = ("audit-log.json", "terraform.tfstate", "live.json")
"""Where the secrets stand, and may."""

MARK = "Sesame"
"""What all planted secrets have in common."""

GITHUB_TOKEN = f"ghp_{MARK}0123456789abcdefghijABCD"
URL = f"postgres://app:{MARK}-of-a-url@db.example.com/orders"
AWS_KEY = f"AKIARTX3GSDSB5F375MB {MARK}/abcdefghijklmnopqrstuvwxyz01234/+"
PASSWORD = f"{MARK}-of-a-field"

CUT_OUT = re.compile(rb"\(redacted\)|\(sensitive\)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """A folder in which the program ran, what it printed, and what everybody heard of it."""

    folder: Path
    commands: dict[str, Done]
    heard: dict[str, bytes]

    def came_out(self) -> dict[str, bytes]:
        """Return all that came out of it, by where."""
        files = {
            f"{path.relative_to(self.folder)}{member}": content
            for path in self.folder.rglob("*")
            if path.is_file() and path.name not in SOURCES
            for member, content in _opened(path.read_bytes())
        }
        printed = {name: (one.out + one.err).encode() for name, one in self.commands.items()}
        return files | printed | self.heard


def _opened(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what a file holds, and what is packed in it: nobody finds a word in what is compressed."""
    yield "", content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                for member, inner in _opened(archive.read(name)):
                    yield f"!{name}{member}", inner
    elif content.startswith(b"\x1f\x8b"):
        yield "!", gzip.decompress(content)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    """Three stories full of secrets, looked at once with everything that can be configured."""
    with _heard(tmp_path_factory.mktemp("secrets")) as (folder, heard):
        _plant_in_ticket(heard)
        _plant_at_code_host(heard.hub)
        commands = {"run": drift(folder, "run", "--once")}
        assert commands["run"].code == 0, commands["run"].err
        for line in ("changes --json", "findings --json", "check", "report weekly"):
            commands[line] = drift(folder, *line.split())
        change_id = json.loads(commands["changes --json"].out.splitlines()[0])["change_id"]
        commands["show"] = drift(folder, "show", change_id)
        commands["export"] = drift(folder, "evidence", "export", "--out", "pack")
        assert commands["export"].code == 0, commands["export"].err
        yield Ran(folder=folder, commands=commands, heard=heard.told())


@contextmanager
def _heard(folder: Path) -> Iterator[tuple[Path, Hearing]]:
    """Lay out the stories, full of secrets, beside everybody who hears of them."""
    with (
        hearing(folder, FIXTURES / REVIEWED / "code-host.json") as heard,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, secret in CREDENTIALS.items():
            patch.setenv(name, secret)
        config = lay_out(folder, STORIES)
        kept = re.sub(r"\[\[(tickets|code_host|notifier)\]\]\n(?:\S.*\n)*", "", config.read_text())
        config.write_text(kept + heard.config + VAULT)
        (folder / "vault-key").write_text(b64encode(bytes(32)).decode())
        for story in STORIES:
            _plant_in_records(folder / story / "audit-log.json")
        _plant_in_resource(folder / OPENED)
        yield folder, heard


def _plant_in_records(file: Path) -> None:
    """Put secrets into everything that whoever makes a call chooses."""
    document = json.loads(file.read_text())
    for record in document["Records"]:
        if record.get("readOnly") is not False or not isinstance(record.get("requestParameters"), dict):
            continue
        record["userAgent"] += f" app/{GITHUB_TOKEN}"
        record["requestParameters"] |= {
            "masterUserPassword": PASSWORD,
            "description": f"see {URL}",
            "tags": [{"key": "note", "value": AWS_KEY}, {"key": "db_password", "value": PASSWORD}],
            "headers": {"Authorization": f"Basic {PASSWORD}"},
        }
        record["additionalEventData"] = {"Authorization": f"Bearer {PASSWORD}", "note": GITHUB_TOKEN}
        for permission in record["requestParameters"].get("ipPermissions", {}).get("items", ()):
            for allowed in permission["ipRanges"]["items"]:
                allowed["description"] = f"temp ssh {GITHUB_TOKEN}"
    file.write_text(json.dumps(document))


def _plant_in_resource(folder: Path) -> None:
    """Put other secrets into what the code declares and into what is there."""
    for name, side in (("terraform.tfstate", "state"), ("live.json", "cloud")):
        document = json.loads((folder / name).read_text())
        found = next(one for one in document["resources"] if one["type"] == "aws_security_group")
        attributes = found["instances"][0]["attributes"] if "instances" in found else found["attributes"]
        attributes["description"] = f"{side} {GITHUB_TOKEN} {URL}"
        attributes["tags"] = {"db_password": f"{PASSWORD}-{side}", "note": f"{side} {AWS_KEY}"}
        (folder / name).write_text(json.dumps(document))


def _plant_in_ticket(heard: Hearing) -> None:
    """Put secrets into everything that people write into a ticket."""
    ticket = next(iter(_recorded_tickets(FIXTURES / TICKETED / "tickets.json")))
    edit = Edit(at=ticket.created_at, by=ticket.requested_by, field="text", before=URL, after=GITHUB_TOKEN)
    file_ticket(
        heard.jira,
        replace(
            ticket,
            title=f"OPS-412: password {URL}",
            text=f"Use {GITHUB_TOKEN}, then {AWS_KEY}.",
            history=(edit,),
        ),
    )


def _recorded_tickets(file: Path) -> Sequence[Ticket]:
    return RecordedTickets(RecordedTicketsSettings(path=str(file))).find(["OPS-412"], [])


def _plant_at_code_host(hub: Hub) -> None:
    """Put secrets into a title, the name of a check, an environment and a workflow."""
    secret = f"{GITHUB_TOKEN} {URL}"
    control(
        hub,
        Repository(
            is_protected=True,
            approvals=1,
            workflow=WORKFLOW,
            codeowners=f"* @example/platform # {secret}",
        ),
    )
    for path in ("pulls/318", "commits/c81f3a7e06d25b94e1f7038ac6d92b45708e3fd1/pulls"):
        found = hub.has(path)
        for one in found if isinstance(found, list) else [found]:
            one["title"] = f"Payments: {secret}"
    for check in hub.has("commits/5b0e7c2d94a1f6830c7e21b9d4f8a6350e9c17b2/check-runs"):
        check["name"] += f" {secret}"


WORKFLOW = f"""
jobs:
  deploy:
    env:
      DB_PASSWORD: {PASSWORD}
    run: terraform apply # {GITHUB_TOKEN} {URL}
"""

VAULT = """
[[vault]]
name = "raw"
type = "local-folder"
folder = "vault"
key_file = "vault-key"
"""


def test_no_secret_that_was_read_comes_out_anywhere(ran: Ran) -> None:
    assert [where for where, content in ran.came_out().items() if MARK.encode() in content] == []


def test_no_credential_of_ours_comes_out_anywhere(ran: Ran) -> None:
    basic = b64encode(f"{EMAIL}:{JIRA_TOKEN}".encode()).decode()
    ours = [*CREDENTIALS.values(), basic]
    ours.remove(CREDENTIALS["PAGERDUTY_KEY"])  # which PagerDuty wants in the body

    leaking = [
        (where, secret)
        for where, content in ran.came_out().items()
        for secret in ours
        if secret.encode() in content
    ]

    assert leaking == []
    key = CREDENTIALS["PAGERDUTY_KEY"].encode()
    assert [where for where, content in ran.came_out().items() if key in content] == ["pagerduty"]


@pytest.mark.parametrize(
    "where",
    [
        "driftledger.sqlite3",
        "changes --json",
        "findings --json",
        "slack",
        "mail",
        "pagerduty",
        "webhook",
        "ocsf/",
        "pack/ledger/entries.jsonl",
        "vault/",
    ],
)
def test_what_the_secrets_stood_in_was_told_there(ran: Ran, where: str) -> None:
    """
    Nothing would come out of a program that tells nothing.
    """
    came_out = {name: content for name, content in ran.came_out().items() if name.startswith(where)}

    assert any(content for content in came_out.values())


@pytest.mark.parametrize("text", ["OPS-412: password", "Payments: {}", "temp ssh {}"])
def test_the_words_beside_a_secret_are_kept(ran: Ran, text: str) -> None:
    before, _, after = text.partition("{}")

    ledger = ran.came_out()["pack/ledger/entries.jsonl"]

    assert before.encode() in ledger or after.encode() in ledger
    assert CUT_OUT.search(ledger)


def test_a_refusal_that_quotes_our_credentials_tells_none_of_them(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """
    Proxies show what they were sent: the whole request, headers included.
    """
    with _heard(tmp_path_factory.mktemp("refused")) as (folder, heard):
        jira, github = (f"Authorization: Bearer {CREDENTIALS[one]}" for one in ("JIRA_TOKEN", "GITHUB_TOKEN"))
        heard.jira_server.fault = lambda _: Answer(status=403, body={"errorMessages": [jira]})
        heard.hub.service.refuse(".*", 403, {"message": github})
        done = drift(folder, "run", "--once")
        ran = Ran(folder=folder, commands={"run": done}, heard=heard.told())

    assert done.code == 2
    assert "a ticket system could not be asked" in done.err
    assert "a code host could not be asked" in done.err
    for name, secret in CREDENTIALS.items():
        leaking = [where for where, content in ran.came_out().items() if secret.encode() in content]
        assert leaking in ([], ["pagerduty"]), name
