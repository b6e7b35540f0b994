"""What every `Code` does: it says how the code would change, and changes nothing."""

import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from drift.errors import ProviderError
from drift.model.adoption import CodePlace, Wanted
from drift.ports import Code
from providers import catalog

MAIN = """resource "aws_db_instance" "orders" {
  instance_class = "db.m5.large" # sized in 2024
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """Code that declares one database of the class `db.m5.large`."""

    code: Code
    place: CodePlace
    folder: Path

    def files(self) -> Mapping[Path, bytes]:
        """Return everything that lies in the folder."""
        return {file: file.read_bytes() for file in self.folder.rglob("*") if file.is_file()}


def terraform(folder: Path) -> Held:
    (folder / "main.tf").write_text(MAIN)
    settings = catalog.BASELINES["terraform-state"].settings(state=str(folder))
    place = CodePlace(
        state=str(folder / "terraform.tfstate"), address="aws_db_instance.orders", source="main.tf:1"
    )
    return Held(code=catalog.CODE["terraform-state"].make("prod", settings), place=place, folder=folder)


CODES: Mapping[str, Callable[[Path], Held]] = {"terraform-state": terraform}


@pytest.fixture(params=CODES)
def held(request: pytest.FixtureRequest, tmp_path: Path) -> Held:
    return CODES[request.param](tmp_path)


A_SIZE = Wanted(path="instance_class", declared="db.m5.large", live="db.m5.xlarge")
A_SECRET = Wanted(path="password", declared=None, live=None, is_hidden=True)


def test_the_patch_makes_the_code_say_what_is_there(held: Held) -> None:
    change = held.code.edit(held.place, [A_SIZE])

    git = ["git", "-C", str(held.folder), "apply", "-"]
    subprocess.run(git, input=change.text.encode(), check=True)
    assert b"db.m5.xlarge" in b"".join(held.files().values())
    assert b"db.m5.large" not in b"".join(held.files().values())


def test_nothing_is_changed(held: Held) -> None:
    before = held.files()

    held.code.edit(held.place, [A_SIZE, A_SECRET])
    held.code.import_block("aws_s3_bucket", "logs", None)
    held.code.plan(held.place.state, held.place.address)

    assert held.files() == before


def test_what_cannot_be_written_is_told(held: Held) -> None:
    change = held.code.edit(held.place, [A_SECRET])

    assert change.text == ""
    [remark] = change.remarks
    assert "password" in remark


def test_an_import_names_the_type_and_the_id(held: Held) -> None:
    block = held.code.import_block("aws_s3_bucket", "logs", None).text

    assert "aws_s3_bucket" in block
    assert '"logs"' in block


def test_an_address_is_one_word_of_the_plan(held: Held) -> None:
    address = 'module.a["it\'s; $(rm)"].aws_db_instance.orders[0]'

    words = shlex.split(held.code.plan(held.place.state, address))

    assert any(word.endswith(address) for word in words)


def test_code_that_is_gone_is_an_error_of_the_provider(held: Held) -> None:
    for file in held.files():
        file.unlink()

    with pytest.raises(ProviderError):
        held.code.edit(held.place, [A_SIZE])
