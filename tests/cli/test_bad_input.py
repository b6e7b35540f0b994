"""Bad input: exit code 2 and one line that says what, where and the next step; nothing half-written.

As processes of their own, since a traceback or a second line would come from outside of the command.
"""

import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.processes import Done, drift, everything_in
from tests.cli.running import CONFIG as WATCHING_A_TRAIL

CONFIG = f"""{WATCHING_A_TRAIL}
[[baseline]]
name = "network"
type = "terraform-state"
state = "terraform.tfstate"
live = "recorded"

[[live]]
name = "recorded"
type = "recorded"
path = "live.json"
"""

STORY = Path(__file__).resolve().parents[2] / "terraform-fixtures" / "console-open-security-group"


@pytest.fixture(scope="module")
def after_a_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one cycle was run and a pack was exported, with files of other kinds beside."""
    folder = tmp_path_factory.mktemp("used")
    (folder / "trail").mkdir()
    shutil.copy(STORY / "audit-log.json", folder / "trail")
    for name in ("terraform.tfstate", "main.tf", "live.json"):
        shutil.copy(STORY / name, folder)
    (folder / "config.toml").write_text(CONFIG)
    (folder / "notes.txt").write_text("These are notes, and nothing else. " * 100)
    (folder / "old.tfstate").write_text('{"version": 2, "terraform_version": "0.6.16"}')
    (folder / "cut.tfstate").write_text('{"version": 4, "resou')
    assert drift(folder, "run", "--once").code == 0
    assert drift(folder, "evidence", "export", "--out", "pack").code == 0
    return folder


@pytest.fixture
def folder(after_a_run: Path, tmp_path: Path) -> Path:
    """Such a folder, of the test's own."""
    return shutil.copytree(after_a_run, tmp_path / "here")


def assert_refused(done: Done, *said: str) -> None:
    """Check that a command said in one line why it did nothing."""
    assert done.code == 2
    assert done.out == ""
    assert done.err.count("\n") == 1
    assert done.err.startswith("drift: ")
    assert "Traceback" not in done.err
    assert [part for part in said if part not in done.err] == []


WRONG_CALLS = {
    "": ["Missing command", "`drift --help`"],
    "report": ["report: Missing command", "`drift report --help`"],
    "clasify trail": ['unknown command "clasify"', 'did you mean "classify"?'],
    "frobnicate": ['unknown command "frobnicate"', "`drift --help` lists the commands"],
    "evidence exprt": ["evidence: ", "'exprt'", "`drift evidence --help`"],
    "--frob": ["'--frob'", "`drift --help`"],
    "classify --jsn trail": ["classify: ", "'--jsn'", "`drift classify --help`"],
    "changes --since": ["'--since'", "--help`"],
    "classify": ["classify: Missing argument 'PATH...'", "`drift classify --help`"],
    "show": ["show: Missing argument 'ID'"],
    "evidence export": ["evidence export: Missing option '--out'"],
    "run now": ["run: ", "(now)"],
    "changes --since nonsense": ["'--since'", '"nonsense" is no time', "2026-11-16"],
    "changes --disposition unticked": ["'--disposition'", "'unticked'", "'unticketed'"],
    "report weekly --week nonsense": ["'--week'", '"nonsense" is no week', "2026-W47"],
    "report weekly --week 2026-W54": ["'--week'", "54", "2026-W47"],
    "report weekly --out weekly.pdf": ["weekly.pdf is no name for a report", ".html or .txt"],
    "report weekly --out none/weekly.txt": ["cannot be written to none/weekly.txt", "check the place"],
    "show chg-none": ['"chg-none"', "`drift changes` and `drift findings --all` list them"],
    "show ''": ["an argument is empty", "a variable of your shell"],
    "changes --config ''": ["an argument is empty", "a variable of your shell"],
    "--config none.toml changes": ["none.toml: there is no such file", "--config"],
    "changes --config none.toml": ["none.toml: there is no such file", "--config"],
    "classify --config none.toml trail": ["none.toml: there is no such file", "--config"],
    "changes --config trail": ["trail: cannot be read", "--config takes a file"],
    "classify none": ["no such file or folder: none", "check the path"],
    "baseline --state none.tfstate": ["no state at none.tfstate", "check the path"],
    "baseline --state old.tfstate": [
        "old.tfstate is a Terraform state of version 2",
        "0.6.16",
        "next apply",
    ],
    "baseline --state cut.tfstate": ["cut.tfstate is damaged", "restore an older version"],
    "baseline --state notes.txt": ["notes.txt is damaged or no Terraform state", "terraform state pull"],
    "baseline --state live.json": ["live.json is no Terraform state", "terraform state pull"],
    "scan --state terraform.tfstate": ["nothing says how to read what is there", "--live file:PATH"],
    "scan --state terraform.tfstate --live gcp": ['called "gcp"', "--live file:PATH"],
    "scan --state terraform.tfstate --live file:none.json": ["none.json cannot be read", "check the path"],
    "scan --state terraform.tfstate --live file:notes.txt": [
        "notes.txt cannot be understood",
        "export it again",
    ],
    "scan --state none.tfstate --live file:live.json": ["no state at none.tfstate", "check the path"],
    "scan --json --state old.tfstate --live file:live.json": [
        "old.tfstate is a Terraform state of version 2"
    ],
    "evidence export --out trail": ["trail is there already", "name a folder that does not exist yet"],
    "evidence export --out pack": ["pack is there already", "name a folder that does not exist yet"],
    "evidence export --out notes.txt": ["notes.txt is there already", "name a folder"],
    "evidence export --out notes.txt/pack": ["cannot be written to notes.txt/pack", "check the place"],
    "evidence verify none": ["there is no folder none", "name the folder of the pack"],
    "evidence verify notes.txt": ["notes.txt is neither a folder nor a zip", "name the folder of the pack"],
    "evidence push": ["no pack is named", "drift evidence export --out DIR"],
    "evidence verify trail": ["trail is no pack", "name the folder of the pack"],
    "evidence verify --json trail": ["trail is no pack"],
    "evidence verify pack --key none.txt": ["none.txt is no verifier key, and no file"],
    "evidence verify pack --key ''": ["an argument is empty"],
    "evidence verify pack --key ' '": ["is no verifier key"],
    "show ' '": ["the id is empty", "`drift changes` or `drift findings`"],
    "changes --since 2026-11-18 --until 2026-11-17": ["--until 2026-11-17", "not after --since 2026-11-18"],
    "evidence export --out new --since 2027-01-01 --until 2026-01-01": ["is not after --since"],
    "demo --out trail": ["trail holds other files", "--out"],
}


def test_a_damaged_store_is_named(folder: Path) -> None:
    store = folder / "store.sqlite3"
    content = bytearray(store.read_bytes())
    content[100::7] = bytes(0xA0 for _ in content[100::7])
    store.write_bytes(content)

    for command in ("changes", "run --once"):
        assert_refused(drift(folder, *command.split()), "store.sqlite3", "damaged", "restore a backup")
    assert store.read_bytes() == content


@pytest.mark.parametrize("arguments", WRONG_CALLS)
def test_a_wrong_call_is_told_in_one_line_and_changes_nothing(folder: Path, arguments: str) -> None:
    before = everything_in(folder)

    done = drift(folder, *shlex.split(arguments))

    assert_refused(done, *WRONG_CALLS[arguments])
    assert everything_in(folder) == before


SLACK = '[[notifier]]\nname = "oncall"\ntype = "slack"\nchannel = "C0123456789"\n'

WRONG_CONFIGURATIONS = {
    "no TOML": (CONFIG + "[[", ["config.toml: ", "line 29", "correct the TOML there"]),
    "a key twice": (
        CONFIG + "[schedule]\npoll_every = '60s'\npoll_every = '90s'\n",
        ["the same key or table twice (at line ", "leave one of the two out"],
    ),
    "a table twice": (
        CONFIG + "[schedule]\n[schedule]\n",
        ["the same key or table twice (at line ", "leave one of the two out"],
    ),
    "an unknown key": (
        CONFIG.replace("url =", "ulr ="),
        ["config.toml: [store]", 'unknown key "ulr"', 'did you mean "url"?'],
    ),
    "an unknown table": (
        CONFIG.replace("[clock]", "[clok]"),
        ['config.toml: unknown table "clok"', 'did you mean "clock"?'],
    ),
    "an unknown key of an adapter": (
        CONFIG.replace("state =", "states ="),
        ['config.toml: [[baseline]] "network"', 'unknown key "states"', 'did you mean "state"?'],
    ),
    "an unknown type of adapter": (
        CONFIG.replace("log-files", "log-file"),
        ['[[audit_log]] "trail"', 'unknown type "log-file"', 'did you mean "log-files"?'],
    ),
    "a reader that does not exist": (
        CONFIG.replace('live = "recorded"', 'live = "recordd"'),
        ['[[baseline]] "network"', 'no [[live]] "recordd"', 'did you mean "recorded"?'],
    ),
    "a duration that is none": (
        CONFIG + '[schedule]\npoll_every = "soon"\n',
        ["[schedule]", '"poll_every" is no duration', "10m"],
    ),
    "a store of an unknown kind": (
        CONFIG.replace("sqlite:///store.sqlite3", "mysql://db.example.com/drift"),
        ["the store's URL cannot be used", "sqlite:///FILE"],
    ),
    "a store in a folder that is not there": (
        CONFIG.replace("store.sqlite3", "none/store.sqlite3"),
        ["the folder of the store does not exist", "none", "[store] url"],
    ),
    "a store that is a folder": (
        CONFIG.replace("store.sqlite3", "trail"),
        ["trail failed: unable to open", "check that it exists"],
    ),
    "a store that is no database": (
        CONFIG.replace("store.sqlite3", "notes.txt"),
        ["notes.txt failed: file is not a database", "restore a backup, or change [store] url"],
    ),
}


@pytest.mark.parametrize("command", ["run --once", "changes"])
@pytest.mark.parametrize("wrong", WRONG_CONFIGURATIONS)
def test_a_wrong_configuration_is_told_in_one_line_and_changes_nothing(
    folder: Path, wrong: str, command: str
) -> None:
    text, said = WRONG_CONFIGURATIONS[wrong]
    (folder / "config.toml").write_text(text)
    before = everything_in(folder)

    done = drift(folder, *command.split())

    assert_refused(done, *said)
    assert everything_in(folder) == before


WRONG_SECRETS = {
    "a variable that is not set": (
        CONFIG + SLACK + 'token_env = "DRIFT_TEST_NOT_SET"\n',
        ['[[notifier]] "oncall"', "DRIFT_TEST_NOT_SET", "is not set", "token_file"],
    ),
    "a secret's file that is not there": (
        CONFIG + SLACK + 'token_file = "none"\n',
        ['[[notifier]] "oncall"', "token_file", "No such file", "check "],
    ),
}


@pytest.mark.parametrize("wrong", WRONG_SECRETS)
def test_a_secret_that_is_not_there_is_told_in_one_line(folder: Path, wrong: str) -> None:
    text, said = WRONG_SECRETS[wrong]
    (folder / "config.toml").write_text(text)
    before = everything_in(folder)

    done = drift(folder, "run", "--once")

    assert_refused(done, *said)
    assert everything_in(folder) == before


def test_a_configuration_that_watches_nothing_makes_no_store(tmp_path: Path) -> None:
    done = drift(tmp_path, "run", "--once")

    assert_refused(done, "there is nothing to watch", "[[audit_log]]", "config.toml")
    assert everything_in(tmp_path) == {}


@pytest.mark.parametrize(
    "command", ["changes", "findings", "show x", "report weekly", "evidence export --out pack"]
)
def test_a_command_that_only_looks_makes_no_store(tmp_path: Path, command: str) -> None:
    """
    From the wrong folder an empty store would say that nothing happened.
    """
    done = drift(tmp_path, *command.split())

    assert_refused(done, "there is no store yet", "driftledger.sqlite3", "--config", "`drift run --once`")
    assert everything_in(tmp_path) == {}


@pytest.mark.parametrize("command", ["run --once", "evidence export --out new"])
def test_a_sealed_ledger_gets_no_other_key(folder: Path, command: str) -> None:
    (folder / "driftledger-key.pem").unlink()
    before = everything_in(folder)

    done = drift(folder, *command.split())

    assert_refused(done, "the ledger's key is missing", "driftledger-key.pem", "backup")
    assert everything_in(folder) == before


@pytest.mark.parametrize(
    ("mode", "said"),
    [(0o644, ["can be read by others", "chmod 600"]), (0o600, ["holds no Ed25519 private key"])],
)
def test_a_file_that_is_no_key_is_named(folder: Path, mode: int, said: list[str]) -> None:
    key = folder / "driftledger-key.pem"
    key.write_text("no key")
    key.chmod(mode)
    before = everything_in(folder)

    done = drift(folder, "run", "--once")

    assert_refused(done, "driftledger-key.pem", *said)
    assert everything_in(folder) == before


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("trail", ["trail: there is no ", "check `path` of this source"]),
        ("terraform.tfstate", ["network: no state at ", "terraform.tfstate", "check the path"]),
        ("live.json", ["network: ", "live.json cannot be read", "check the path"]),
    ],
)
def test_a_cycle_does_what_it_can_without_one_of_its_sources(
    folder: Path, missing: str, said: list[str]
) -> None:
    (folder / missing).rename(folder / "elsewhere")

    done = drift(folder, "run", "--once")

    assert done.code == 2
    assert done.err.count("\n") == 1
    assert [part for part in said if part not in done.err] == []
    assert "1 pending" in done.out
    assert "findings  1 open" in done.out


def test_a_cycle_does_what_it_can_with_a_state_of_another_version(folder: Path) -> None:
    (folder / "old.tfstate").replace(folder / "terraform.tfstate")

    done = drift(folder, "run", "--once")

    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "network: " in done.err
    assert "is a Terraform state of version 2" in done.err
    assert "findings  1 open" in done.out


def test_a_scan_compares_what_it_can_and_says_what_it_could_not(folder: Path) -> None:
    done = drift(
        folder,
        *("scan", "--state", "cut.tfstate", "--state", "terraform.tfstate", "--live", "file:live.json"),
    )

    assert (done.code, done.err) == (1, "")
    assert "2 declared, 2 compared: 1 drifted, 0 missing, 0 unmanaged; 1 not compared" in done.out
    assert "not compared  cut.tfstate: unreadable, cut.tfstate is damaged" in done.out


def test_a_list_of_what_is_declared_names_every_state_that_could_not_be_read(folder: Path) -> None:
    states = ("cut.tfstate", "terraform.tfstate", "old.tfstate")

    done = drift(folder, "baseline", *(part for state in states for part in ("--state", state)))

    assert done.code == 2
    assert "aws_security_group.web" in done.out
    assert [part for part in ("cut.tfstate is damaged", "old.tfstate is a") if part not in done.err] == []
