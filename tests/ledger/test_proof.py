"""One entry is proven without the rest of the ledger, by the verifier that shares nothing with the writer."""

import base64
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drift.errors import LedgerIntegrityError, UsageError
from drift.ledger import verify
from drift.ledger.checkpoint import seal
from drift.ledger.keys import local_key
from drift.ledger.log import append_all, entries
from drift.ledger.merkle import Frontier, consistency_proof, hash_leaf, inclusion_proof, root
from drift.ledger.note import SigningKey
from drift.ledger.proof import Held, latest_about, prove
from drift.ledger.rotation import Rotation, keys_so_far, rotate
from drift.ledger.verify import CannotVerify, ProofReport, is_beginning, root_above, verify_proof
from drift.store.database import Database
from drift.store.migrate import migrate
from tests.ledger.building import KEY, NOON, OTHER_KEY, a_disposition

SIZES = (4, 7, 11)
THIRD_KEY = local_key("driftledger/example", b"3" * 32)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A ledger that was sealed three times."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('proof') / 'store.sqlite3'}")
    migrate(database)
    begin = 0
    for size in SIZES:
        with database.transaction() as connection:
            append_all(connection, [a_disposition(f"chg-{seq % 5}") for seq in range(begin, size)])
            seal(connection, KEY, NOON)
        begin = size
    return database


def proof_of(database: Database, seq: int, held: Held | None = None) -> dict[str, Any]:
    with database.reading() as connection:
        made: dict[str, Any] = json.loads(
            json.dumps(prove(connection, seq, held).as_json([KEY.verifier_key]))
        )
    return made


def checked(proof: object, folder: Path, **trusted: str) -> ProofReport:
    path = folder / "proof.json"
    path.write_text(json.dumps(proof))
    return verify_proof(str(path), **trusted)


def verdicts(report: ProofReport) -> list[str]:
    return [report.verdict(question) for question in verify.QUESTIONS]


def test_the_verifier_follows_every_path_that_the_ledger_gives_and_no_other() -> None:
    """
    Both follow the standard, each in its own way.
    """
    frontier, nodes = Frontier(), dict[tuple[int, int], bytes]()
    leaves = [hash_leaf(b"%d" % seq) for seq in range(21)]
    for leaf in leaves:
        nodes |= {(level, at): hash_ for level, at, hash_ in frontier.add(leaf)}

    def read(level: int, index: int) -> bytes:
        return nodes[level, index]

    def checkpoint(size: int) -> verify.Checkpoint:
        return verify.Checkpoint(size, base64.b64encode(root(size, read)).decode(), "")

    for size in range(1, len(leaves) + 1):
        for seq in range(size):
            path = inclusion_proof(seq, size, read)
            assert root_above(seq, size, leaves[seq], path) == checkpoint(size).root
            assert root_above(seq, size, leaves[seq - 1], path) != checkpoint(size).root or size == 1
            assert root_above(seq, size, leaves[seq], [*path, leaves[0]]) != checkpoint(size).root
        for older in range(1, size + 1):
            path = consistency_proof(older, size, read)
            other = verify.Checkpoint(older, checkpoint(size + 1 if older == 1 else 1).root, "")
            assert is_beginning(checkpoint(older), checkpoint(size), path)
            assert older == size == 1 or not is_beginning(other, checkpoint(size), path)
            assert not path or not is_beginning(checkpoint(older), checkpoint(size), path[:-1])
        if size == 20:
            break


@pytest.mark.parametrize("seq", range(SIZES[-1]))
@pytest.mark.parametrize("held", [None, *SIZES])
def test_a_proof_of_every_entry_holds_against_every_checkpoint(
    database: Database, seq: int, held: int | None, tmp_path: Path
) -> None:
    proof = proof_of(database, seq, None if held is None else Held(size=held))
    report = checked(proof, tmp_path, key=KEY.verifier_key)

    size = held if held is not None and seq < held else SIZES[-1]
    assert report.all_problems == []
    assert verdicts(report) == ["ok", "unknown", "ok"]
    assert report.checkpoint is not None
    assert report.checkpoint["size"] == size
    assert (proof["consistency"] is None) == (held in (None, SIZES[-1]))


ALTER: dict[str, Callable[[dict[str, Any]], object]] = {
    "the body": lambda proof: proof["entry"].update(body=proof["entry"]["body"].replace("alice", "dave")),
    "the salt": lambda proof: proof["entry"].update(salt="00" * 32),
    "the leaf": lambda proof: proof["entry"].update(leaf=proof["entry"]["leaf"].replace("chg-2", "chg-3")),
    "the hash": lambda proof: proof["entry"].update(leaf_hash="00" * 32),
    "the number": lambda proof: proof["entry"].update(seq=3),
    "a path": lambda proof: proof["inclusion"]["path"].reverse(),
    "a step": lambda proof: proof["inclusion"]["path"].pop(),
    "a step too many": lambda proof: proof["inclusion"]["path"].append("00" * 32),
    "no hash": lambda proof: proof["inclusion"].update(path=["00"]),
    "no hex": lambda proof: proof["inclusion"].update(path=["zz" * 32]),
    "the size": lambda proof: proof["inclusion"].update(
        checkpoint=proof["inclusion"]["checkpoint"].replace("\n4\n", "\n5\n")
    ),
    "an older one": lambda proof: proof["inclusion"].update(checkpoint=proof["consistency"]["newer"]),
    "what it grew to": lambda proof: proof["consistency"]["path"].reverse(),
    "how it grew": lambda proof: proof["consistency"]["path"].pop(),
    "no two": lambda proof: proof["consistency"].update(older=proof["consistency"]["newer"]),
    "nothing": lambda proof: proof.update(consistency={}),
    "a note": lambda proof: proof.update(inclusion={"checkpoint": None, "path": []}),
    "what it is": lambda proof: proof.update(entry=[], inclusion=[]),
}


@pytest.fixture(scope="module")
def proof(database: Database) -> dict[str, Any]:
    """Of entry 2, in the checkpoint of 4 entries, which grew to 11."""
    return proof_of(database, 2, Held(size=4))


@pytest.mark.parametrize("what", ALTER)
def test_whatever_is_altered_is_seen(proof: dict[str, Any], what: str, tmp_path: Path) -> None:
    altered = copy.deepcopy(proof)
    ALTER[what](altered)
    assert altered != proof

    assert checked(altered, tmp_path).verdict(verify.INTEGRITY) == "failed"


def test_a_proof_that_another_key_signed_is_of_unknown_origin_and_fails_against_the_right_one(
    proof: dict[str, Any], tmp_path: Path
) -> None:
    forged = copy.deepcopy(proof)
    del forged["consistency"]
    text = forged["inclusion"]["checkpoint"].rpartition("\n\n")[0] + "\n"
    forged["inclusion"]["checkpoint"] = OTHER_KEY.sign(text)
    forged["keys"] = [{"verifier_key": OTHER_KEY.verifier_key}]

    assert verdicts(checked(forged, tmp_path)) == ["ok", "unknown", "unknown"]
    assert checked(forged, tmp_path, key=KEY.verifier_key).verdict(verify.ORIGIN) == "failed"


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A ledger that two keys handed over, at entries 3 and 6, and that was sealed at 2, 4, 7 and 8."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('rotated') / 'store.sqlite3'}")
    migrate(database)
    with database.transaction() as connection:
        append_all(connection, [a_disposition("chg-0"), a_disposition("chg-1")])
        seal(connection, KEY, NOON)
        rotate(connection, Rotation(old=KEY, new=OTHER_KEY, by="dana", reason=None), NOON)
        append_all(connection, [a_disposition("chg-2")])
        rotate(connection, Rotation(old=OTHER_KEY, new=THIRD_KEY, by="dana", reason=None), NOON)
        append_all(connection, [a_disposition("chg-3")])
        seal(connection, THIRD_KEY, NOON)
    return database


def proof_by_keys(rotated: Database, seq: int, held: int | None) -> dict[str, Any]:
    with rotated.reading() as connection:
        proof = prove(connection, seq, None if held is None else Held(size=held))
        said = json.dumps(proof.as_json(keys_so_far(connection, THIRD_KEY)))
    made: dict[str, Any] = json.loads(said)
    return made


@pytest.mark.parametrize("key", [KEY, OTHER_KEY, THIRD_KEY], ids=["first", "second", "third"])
@pytest.mark.parametrize("held", [None, 2, 4, 7, 8])
@pytest.mark.parametrize("seq", [0, 3, 7])
def test_whichever_key_the_reader_trusts_the_proof_leads_to_the_others(
    rotated: Database, seq: int, held: int | None, key: SigningKey, tmp_path: Path
) -> None:
    proof = proof_by_keys(rotated, seq, held)

    report = checked(proof, tmp_path, key=key.verifier_key)

    assert report.all_problems == []
    assert verdicts(report) == ["ok", "unknown", "ok"]
    assert "handed over to" in report.as_text()
    stranger = local_key("driftledger/example", b"4" * 32)
    assert checked(proof, tmp_path, key=stranger.verifier_key).verdict(verify.ORIGIN) == "failed"


def test_a_proof_without_the_handovers_is_not_followed(rotated: Database, tmp_path: Path) -> None:
    proof = proof_by_keys(rotated, 0, 2)
    del proof["handovers"]

    assert verdicts(checked(proof, tmp_path, key=KEY.verifier_key)) == ["ok", "unknown", "failed"]


ALTER_HANDOVERS: dict[str, Callable[[list[dict[str, Any]]], object]] = {
    "another order": lambda handovers: handovers.reverse(),
    "a gap": lambda handovers: handovers.pop(0),
    "the last is left out": lambda handovers: handovers.pop(),
    "the body": lambda handovers: handovers[0]["entry"].update(body='{"old": "", "new": ""}'),
    "another entry": lambda handovers: handovers[0].update(entry=handovers[1]["entry"]),
    "another checkpoint": lambda handovers: handovers[0].update(checkpoint=handovers[1]["checkpoint"]),
    "no path": lambda handovers: handovers[0].update(path=[]),
    "no way to the newest": lambda handovers: handovers[0].update(to_newest=[]),
    "one signature": lambda handovers: handovers[0].update(
        checkpoint=handovers[0]["checkpoint"].rpartition("\N{EM DASH}")[0]
    ),
    "nothing": lambda handovers: handovers.append({}),
}


@pytest.mark.parametrize("what", ALTER_HANDOVERS)
def test_whatever_is_altered_of_a_handover_is_seen(rotated: Database, what: str, tmp_path: Path) -> None:
    proof = proof_by_keys(rotated, 0, 2)
    ALTER_HANDOVERS[what](proof["handovers"])

    assert checked(proof, tmp_path, key=KEY.verifier_key).verdict(verify.INTEGRITY) == "failed"


@pytest.mark.parametrize("begins", [0, 4], ids=["another past", "another present"])
def test_whoever_finds_an_old_key_makes_no_proof_that_the_new_one_vouches_for(
    rotated: Database, begins: int, tmp_path: Path
) -> None:
    """
    The ledger begins with as many entries of the true one, and is sealed with the key that handed over.
    """
    with rotated.reading() as connection:
        leaves = [one.leaf for one in entries(connection)]
    forged = proof_by_keys(rotated, 0, None)
    entry = proof_by_keys(rotated, 7, None)["entry"]
    leaf = entry["leaf"].replace("chg-3", "chg-9").replace('"seq":7', '"seq":4')
    frontier, nodes = Frontier(), dict[tuple[int, int], bytes]()
    for one in [*leaves[:begins], *[b"false"] * (4 - begins), leaf.encode()]:
        nodes |= {(level, at): hash_ for level, at, hash_ in frontier.add(hash_leaf(one))}

    def read(level: int, index: int) -> bytes:
        return nodes[level, index]

    text = f"{KEY.name}\n5\n{base64.b64encode(frontier.root()).decode()}\n"
    hexed = [one.hex() for one in inclusion_proof(4, 5, read)]
    forged["entry"] = {**entry, "seq": 4, "leaf": leaf, "leaf_hash": hash_leaf(leaf.encode()).hex()}
    forged["inclusion"] = {"checkpoint": KEY.sign(text), "path": hexed}
    forged["handovers"] = forged["handovers"][:1]
    forged["handovers"][0]["to_newest"] = [one.hex() for one in consistency_proof(4, 5, read)]

    report = checked(forged, tmp_path, key=OTHER_KEY.verifier_key)

    assert report.verdict(verify.INTEGRITY) == "failed"
    assert report.verdict(verify.ORIGIN) == "failed"


def test_a_checkpoint_that_the_reader_kept_is_held_against_it(proof: dict[str, Any], tmp_path: Path) -> None:
    mail = tmp_path / "mail.txt"

    def against(text: str) -> list[str]:
        mail.write_text(text)
        return verdicts(checked(proof, tmp_path, trusted_checkpoint=str(mail)))

    older, newer = proof["inclusion"]["checkpoint"], proof["consistency"]["newer"]
    assert against("> " + older.replace("\n", "\n> ")) == ["ok", "unknown", "unknown"]
    assert against(newer) == ["ok", "unknown", "unknown"]
    assert against(older.replace("\n4\n", "\n5\n")) == ["ok", "failed", "unknown"]
    assert against(f"4 {newer.splitlines()[2]}") == ["failed", "failed", "unknown"]


def test_what_is_no_proof_cannot_be_checked(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("{}")
    for path in ("x", "missing", "."):
        with pytest.raises(CannotVerify, match=r"proof|read"):
            verify_proof(str(tmp_path / path))


def test_an_entry_whose_body_was_erased_is_still_proven_and_said_to_be(
    proof: dict[str, Any], tmp_path: Path
) -> None:
    erased = copy.deepcopy(proof)
    erased["entry"].update(salt="", body="")

    report = checked(erased, tmp_path)

    assert report.verdict(verify.INTEGRITY) == "ok"
    assert "disposition of chg-2, whose body was erased" in report.as_text()


def test_the_file_that_ships_in_packs_checks_proofs_by_itself(proof: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text(json.dumps(proof))
    command = [sys.executable, "-I", verify.__file__, "prove", "proof.json", "--json"]

    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert ran.returncode == 0
    assert json.loads(ran.stdout)["entry"]["ref"] == "chg-2"


def test_only_what_is_sealed_is_proven(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as connection:
        append_all(connection, [a_disposition("chg-1")])

    with sqlite_database.reading() as connection, pytest.raises(UsageError, match="entry 0 is not sealed"):
        prove(connection, 0, None)


def test_of_what_is_not_there_nobody_waits_for_the_seal(database: Database) -> None:
    with (
        database.reading() as connection,
        pytest.raises(UsageError, match="there is no entry 11"),
    ):
        prove(connection, 11, None)


def test_a_checkpoint_that_was_never_made_is_refused(database: Database) -> None:
    with database.reading() as connection, pytest.raises(UsageError, match="no checkpoint of 5 entries"):
        prove(connection, 1, Held(size=5))


def test_a_checkpoint_of_another_ledger_is_refused(database: Database) -> None:
    with database.reading() as connection, pytest.raises(LedgerIntegrityError, match="has another root"):
        prove(connection, 1, Held(size=4, root="A" * 43 + "="))


def test_of_a_change_the_latest_entry_is_meant(database: Database) -> None:
    with database.reading() as connection:
        assert latest_about(connection, "chg-0") == 10
        assert latest_about(connection, "chg-9") is None
