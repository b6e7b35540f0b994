"""The verifier runs wherever there is a Python of 3.9 or newer."""

import ast
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from drift.ledger import verify
from drift.ledger.verify import verify_pack
from drift.store.database import Database
from drift.store.migrate import migrate
from tests.ledger.building import KEY
from tests.reports.packs import a_ledger, a_pack

TREE = ast.parse(Path(verify.__file__).read_text(encoding="utf-8"), feature_version=(3, 9))

SINCE_3_10 = {
    *("pairwise", "batched", "file_digest", "aclosing", "chdir", "StrEnum", "assert_never"),
    *(
        "Self",
        "TypeAlias",
        "ParamSpec",
        "NotRequired",
        "Required",
        "dataclass_transform",
        "override",
        "bit_count",
    ),
    *("ExceptionGroup", "add_note", "walk_up", "from_uri", "tomllib", "get_annotations", "is_junction"),
}
"""Names of the standard library and of the language that Python 3.9 does not know."""


def test_it_uses_no_name_that_python_3_9_does_not_know() -> None:
    names = {node.attr for node in ast.walk(TREE) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(TREE) if isinstance(node, ast.Name)}
    names |= {name.name for node in ast.walk(TREE) if isinstance(node, ast.ImportFrom) for name in node.names}

    assert not names & SINCE_3_10


def test_it_uses_no_argument_that_python_3_9_does_not_know() -> None:
    arguments = {
        (node.func.id, keyword.arg)
        for node in ast.walk(TREE)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        for keyword in node.keywords
    }

    newer = {("zip", "strict"), ("dataclass", "slots"), ("dataclass", "kw_only")}
    assert not arguments & newer


def test_its_types_are_not_evaluated_where_python_3_9_could_not() -> None:
    """
    `int | None` is an error there wherever it is computed: in an alias, or as an argument.
    """
    annotations = set[int]()
    for node in ast.walk(TREE):
        for name in ("annotation", "returns"):
            inner = getattr(node, name, None)
            annotations |= {id(one) for one in ast.walk(inner)} if inner is not None else set()
    computed = [
        node
        for node in ast.walk(TREE)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and id(node) not in annotations
    ]

    assert not [one for one in computed if isinstance(one.right, ast.Constant) and one.right.value is None]


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.13"])
def test_another_python_says_the_same(version: str, tmp_path: Path) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    database = Database(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    migrate(database)
    a_ledger(database)
    a_pack(database, tmp_path / "pack")
    database.close()
    (tmp_path / "pack" / "ledger" / "x").write_text("x")
    pack = str(shutil.make_archive(str(tmp_path / "pack"), "zip", tmp_path, "pack"))

    verifier = str(tmp_path / "pack/verify/verify_pack.py")
    done = run([python, "-I", "-W", "error", verifier, pack, "--json", "--key", KEY.verifier_key], version)

    assert done.stderr == ""
    assert json.loads(done.stdout) == verify_pack(pack, KEY.verifier_key).as_json()
    assert json.loads(done.stdout)["problems"] == ["unlisted file: ledger/x"]


def interpreter(version: str) -> str | None:
    """Return the Python of a version, if there is one that starts."""
    found = shutil.which(f"python{version}")
    return found if found is not None and run([found, "-c", ""], version).returncode == 0 else None


def run(command: list[str], version: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYENV_VERSION": version}  # where pyenv chooses, it takes this one
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
