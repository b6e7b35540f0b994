"""What a reader holds from elsewhere is held against a pack: a checkpoint from an old mail."""

from pathlib import Path

import pytest

from drift.ledger import verify
from drift.ledger.checkpoint import seal
from drift.ledger.log import append_all
from drift.ledger.verify import CannotVerify, Report, verify_pack
from drift.store.database import Database
from drift.store.migrate import migrate
from tests.ledger.building import KEY, NOON, OTHER_KEY, a_disposition
from tests.reports.packs import DAY, a_ledger, a_pack

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An older and a newer pack of a ledger that grew in between, and every checkpoint of it."""
    folder = tmp_path_factory.mktemp("kept")
    database = Database(f"sqlite:///{folder / 'store.sqlite3'}")
    migrate(database)
    a_ledger(database)
    a_pack(database, folder / "older")
    with database.transaction() as connection:
        append_all(connection, [a_disposition("chg-5", began_at=NOON + 3 * DAY)])
        seal(connection, KEY, NOON + 3 * DAY)
    a_pack(database, folder / "newer")
    database.close()
    return folder


@pytest.fixture(scope="module")
def kept(folder: Path) -> list[str]:
    """Every checkpoint that was ever made, the oldest first."""
    return [path.read_text() for path in sorted(folder.glob("newer/ledger/checkpoints/*"))]


def test_a_checkpoint_that_was_kept_vouches_for_the_entries_that_it_covers(
    folder: Path, kept: list[str], tmp_path: Path
) -> None:
    for note in kept:
        _, size, root = note.splitlines()[:3]

        report = verify_against(folder / "newer", note, tmp_path)

        assert report.all_problems == []
        assert report.as_json()["trusted_checkpoints"] == [{"size": int(size), "root": root}]
        assert f"Trusted       {size} entries, root {root}" in report.as_text()


def test_a_ledger_that_was_rolled_back_is_not_complete(folder: Path, kept: list[str], tmp_path: Path) -> None:
    """
    The older pack is genuine in itself, so only the checkpoint tells.
    """
    report = verify_against(folder / "older", kept[-1], tmp_path)

    assert verdicts(report) == ["ok", "failed", "unknown"]
    (problem,) = report.all_problems
    assert problem.startswith(
        "the trusted checkpoint of 14 entries goes further than this pack of 13: an older"
    )


def test_a_ledger_that_was_rewritten_with_the_key_is_another_one(
    folder: Path, kept: list[str], tmp_path: Path
) -> None:
    note = KEY.sign(f"{KEY.name}\n4\n{ROOT}\n")

    report = verify_against(folder / "newer", kept[-1] + note, tmp_path)

    assert verdicts(report) == ["failed", "ok", "unknown"]
    assert report.all_problems == [
        "the trusted checkpoint of 4 entries has another root than the pack there: this is another ledger"
    ]


def test_who_signed_a_checkpoint_that_was_kept_does_not_matter(
    folder: Path, kept: list[str], tmp_path: Path
) -> None:
    """
    The reader trusts it for having kept it, not for its signature.
    """
    note = OTHER_KEY.sign(kept[0].rpartition("\n\n")[0] + "\n")

    assert verify_against(folder / "newer", note, tmp_path).all_problems == []


NOTE = f"driftledger/example\n1234\n{ROOT}\n\n— driftledger/example {'Q2t' * 30}a=\n"


@pytest.mark.parametrize(
    "mail",
    [
        NOTE,
        NOTE.replace("\n", "\r\n"),
        "> > Detector\n> > " + NOTE.replace("\n", "\n> > "),
        "  | " + NOTE.replace("\n", "\n  | "),
        f"Evidence: sealed at 1,234 entries, root {ROOT}",
        f"1234 {ROOT}",
        f"`1234 {ROOT}`",
        f"> 1,234 entries\n> root: {ROOT[:20]}\n> {ROOT[20:]}",
        f'{{"size": 1234, "root": "{ROOT}"}}',
        f"Checkpoint    1234 entries, root {ROOT}\n\nWhat this does not prove",
        f"<p>driftledger/example<br>1234<br>{ROOT}<br><br>&mdash; x</p>",
        f"driftledger/prod-2\n1234=\n{ROOT[:-1]}=3D\n".replace("1234=\n", "1234\n"),
        f"1234 {ROOT[:9]}=\n{ROOT[9:-1]}=3D",
        f"1234\u00a0{ROOT[:9]}\u200b{ROOT[9:]}",
        f"{ROOT} is not it, and 7 neither: 1234 {ROOT}",
    ],
)
def test_a_checkpoint_is_found_in_what_a_mail_program_made_of_it(mail: str, tmp_path: Path) -> None:
    (tmp_path / "mail.txt").write_text(mail, encoding="utf-8", newline="")

    assert verify.read_kept_checkpoints(str(tmp_path / "mail.txt")) == [(1234, ROOT)]


def test_a_root_that_begins_with_a_mark_is_read_whole(tmp_path: Path) -> None:
    for root in ("+" + ROOT[1:], "/" + ROOT[1:], "+/" + ROOT[2:]):
        (tmp_path / "mail.txt").write_text(f"root at 12 entries: {root}", encoding="utf-8")

        assert verify.read_kept_checkpoints(str(tmp_path / "mail.txt")) == [(12, root)]


@pytest.mark.parametrize(
    "mail",
    [
        "",
        "1234",
        ROOT,
        f"1234 {ROOT[1:]}",
        f"1234 A{ROOT}",
        f"1234 {ROOT}=",
        f"1234 {ROOT[:-1]}",
        f"-1234 {ROOT}",
        f"01234 {ROOT}",
        f"12.34 {ROOT}",
        f"1,23 {ROOT}",
        "\x00" * 5000,
        "1 " * 5000 + "=" * 5000,
    ],
)
def test_what_holds_no_checkpoint_is_not_taken_for_one(mail: str, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotVerify, match="holds no checkpoint; paste the lines with size and root"):
        verify_against(folder / "newer", mail, tmp_path)


def test_a_file_that_is_not_there_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = verify.main([str(folder / "newer"), "--trusted-checkpoint", "none.txt"])

    assert status == 2
    assert capsys.readouterr().err.startswith("Error: none.txt cannot be read: No such file or directory; ")


def test_entries_that_are_missing_are_not_compared() -> None:
    ledger = verify.Ledger()
    ledger.hashes = {0: bytes(32), 1: bytes(32), 3: bytes(32)}
    report = Report()

    verify.check_kept([verify.KeptCheckpoint(3, ROOT)], ledger, report)

    assert report.problems(verify.COMPLETENESS) == [
        "the trusted checkpoint of 3 entries cannot be compared: entries before it are missing or altered"
    ]


def verify_against(pack: Path, kept: str, folder: Path) -> Report:
    (folder / "kept.txt").write_text(kept, encoding="utf-8")
    return verify_pack(str(pack), trusted_checkpoint=str(folder / "kept.txt"))


def verdicts(report: Report) -> list[str]:
    return [report.verdict(question) for question in verify.QUESTIONS]
