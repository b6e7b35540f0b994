import errno
import io
import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from drift.errors import ProviderUnavailableError
from providers.slack.blocks import render
from providers.slack.plain_text import plain_text
from providers.slack.preview import SlackPreview, SlackPreviewSettings
from tests.providers.slack.builders import a_change, an_alert
from tests.providers.slack.test_blocks import HOSTILE


@pytest.fixture(autouse=True)
def _eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Gone(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


def a_preview(folder: Path, out: io.StringIO | None = None) -> SlackPreview:
    return SlackPreview(SlackPreviewSettings(folder=str(folder)), out=out or io.StringIO())


def test_the_files_hold_what_slack_would_get_and_what_it_says(tmp_path: Path) -> None:
    alert = an_alert(client_id="a-1")

    reference = a_preview(tmp_path / "slack").send(alert, replaces=None)

    message = render(alert)
    assert reference == "a-1.json"
    assert json.loads((tmp_path / "slack/a-1.json").read_text()) == {
        "text": message.text,
        "blocks": message.blocks,
        "metadata": message.metadata,
    }
    assert (tmp_path / "slack/a-1.txt").read_text() == plain_text(message)


def test_the_same_client_id_again_is_the_same_file(tmp_path: Path) -> None:
    a_preview(tmp_path).send(an_alert(client_id="a-1"), replaces=None)
    a_preview(tmp_path).send(an_alert(client_id="a-1"), replaces=None)

    assert sorted(file.name for file in tmp_path.iterdir()) == ["a-1.json", "a-1.txt"]


def test_an_edit_takes_the_place_of_the_message(tmp_path: Path) -> None:
    preview = a_preview(tmp_path)
    reference = preview.send(an_alert(client_id="a-1"), replaces=None)

    edited = preview.send(an_alert(client_id="a-2", headline="Closed again"), replaces=reference)

    assert edited == reference
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a-1.json", "a-1.txt"]
    assert "Closed again" in (tmp_path / "a-1.txt").read_text()


@pytest.mark.parametrize(
    "reference", ["gone.json", "C0INFRA0001:2000000000.000000", "../outside.json", "/etc/passwd"]
)
def test_a_reference_to_no_message_of_the_folder_makes_a_new_one(tmp_path: Path, reference: str) -> None:
    (tmp_path / "outside.json").write_text("untouched")
    folder = tmp_path / "slack"

    written = a_preview(folder).send(an_alert(client_id="a-1"), replaces=reference)

    assert written == "a-1.json"
    assert (tmp_path / "outside.json").read_text() == "untouched"


@pytest.mark.parametrize("client_id", ["../../a", "a/b", "..", "a\x00b", "ä:?*"])
def test_a_client_id_never_leaves_the_folder(tmp_path: Path, client_id: str) -> None:
    folder = tmp_path / "deep" / "slack"

    reference = a_preview(folder).send(an_alert(client_id=client_id), replaces=None)

    assert (folder / reference).parent == folder
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != folder] == []


def test_what_is_no_terminal_gets_no_colour(tmp_path: Path) -> None:
    out = io.StringIO()

    a_preview(tmp_path, out).send(an_alert(), replaces=None)

    assert "\x1b" not in out.getvalue()
    assert "🔴 CRITICAL: dana@example.com opened tcp/22" in out.getvalue()
    assert {cell_len(line) for line in out.getvalue().splitlines()} == {80}


def test_a_terminal_gets_colour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = _Terminal()

    a_preview(tmp_path, out).send(an_alert(), replaces=None)

    assert "\x1b[1;91m🔴 CRITICAL" in out.getvalue()


@pytest.mark.parametrize("hostile", [*HOSTILE, "[bold red]x[/] [link=https://evil.example.com]y[/link]"])
def test_hostile_text_stays_text_on_a_terminal(tmp_path: Path, hostile: str) -> None:
    out = io.StringIO()
    change = a_change(resource=hostile, actions=(hostile,), reasons=(hostile,))

    a_preview(tmp_path, out).send(an_alert(headline=hostile, actor=hostile, changes=(change,)), replaces=None)

    assert all(character.isprintable() or character == "\n" for character in out.getvalue())
    assert "[bold red]x[/]" in out.getvalue() or "[bold red]" not in hostile


def test_an_output_of_another_alphabet_gets_question_marks(tmp_path: Path) -> None:
    written = io.BytesIO()
    out = io.TextIOWrapper(written, encoding="latin-1")

    SlackPreview(SlackPreviewSettings(folder=str(tmp_path)), out=out).send(an_alert(), replaces=None)

    assert "? CRITICAL: dana@example.com opened" in written.getvalue().decode("latin-1")


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "slack").write_text("a file, not a folder")

    with pytest.raises(ProviderUnavailableError, match="cannot write"):
        a_preview(tmp_path / "slack").send(an_alert(), replaces=None)


def test_an_output_that_is_gone_is_said_so(tmp_path: Path) -> None:
    """
    Nobody has seen the message, so it stays to be sent.
    """
    out = _Gone()

    with pytest.raises(ProviderUnavailableError, match="its output: Broken pipe"):
        a_preview(tmp_path, out).send(an_alert(), replaces=None)
