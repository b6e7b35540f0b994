from pathlib import Path, PurePosixPath

import pytest

from providers.terraform.code.files import LocalFiles
from providers.terraform.estate.codeowners import PLACES, CodeOwners, code_owners
from tests.providers.terraform.writing import write


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("* @all", ("@all",)),
        ("* @all\n/stacks/ @stacks", ("@stacks",)),
        ("/stacks/ @stacks\n* @all", ("@all",)),
        ("/stacks/net @net # a comment", ("@net",)),
        ("stacks/net/ @a ops@example.com", ("@a", "ops@example.com")),
        ("net/ @net", ("@net",)),
        ("net @net", ("@net",)),
        ("/net/ @net", ()),
        ("*.tf @tf", ("@tf",)),
        ("/stacks/*/main.tf @tf", ("@tf",)),
        ("/stacks/* @direct", ()),
        ("/stacks/net/* @direct", ("@direct",)),
        ("/stacks/** @below", ("@below",)),
        ("**/net/ @net", ("@net",)),
        ("/sta?ks/ @a", ("@a",)),
        ("/stacks/ @stacks\n/stacks/net/", ()),
        ("[Network] @section\n/stacks/net/\n", ("@section",)),
        ("^[Network][2] @section\n/stacks/net/ @own\n", ("@own",)),
        ("/stack.*/ @a", ()),
        ("# * @all", ()),
        ("* @all\n" + "**/" * 30 + "x @slow", ("@all",)),
        ("", ()),
    ],
)
def test_the_last_line_that_fits_names_the_owners(text: str, owners: tuple[str, ...]) -> None:
    assert CodeOwners(text).of("stacks/net") == owners


@pytest.mark.parametrize("place", PLACES)
def test_the_file_is_found_where_it_may_lie(tmp_path: Path, place: str) -> None:
    folder = write(tmp_path, {place: "* @all\n"})

    found = code_owners(LocalFiles(), PurePosixPath(folder))

    assert (found.of("."), found.place) == (("@all",), place)
