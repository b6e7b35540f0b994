from pathlib import Path, PurePosixPath

import pytest

from providers.terraform.code.files import CommittedFiles, Files, LocalFiles, exists, walk, within
from tests.providers.terraform.writing import write

TREE = ("main.tf", "a/main.tf", "a/b/x.tf", ".terraform/modules/vpc/main.tf", "a/.git/x.tf")


@pytest.fixture(params=["local", "committed"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Files, PurePosixPath]:
    """The same files on a disk and in a commit."""
    if request.param == "local":
        return LocalFiles(), PurePosixPath(write(tmp_path, dict.fromkeys(TREE, "#")))
    return CommittedFiles({PurePosixPath("/", path): b"#" for path in TREE}), PurePosixPath("/")


def test_folders_that_hold_copies_are_not_walked(tree: tuple[Files, PurePosixPath]) -> None:
    files, top = tree

    found = [(str(folder.relative_to(top)), names) for folder, names in walk(files, top)]

    assert found == [(".", ["main.tf"]), ("a", ["main.tf"]), ("a/b", ["x.tf"])]


def test_files_are_listed_and_read(tree: tuple[Files, PurePosixPath]) -> None:
    files, top = tree

    assert files.read(top / "a" / "b" / "x.tf") == b"#"
    assert exists(files, top / "a" / "main.tf")
    assert not exists(files, top / "a" / "other.tf")
    assert not exists(files, top / "gone" / "main.tf")


@pytest.mark.parametrize("path", ["gone", "a/gone"])
def test_what_is_not_there_says_so(tree: tuple[Files, PurePosixPath], path: str) -> None:
    files, top = tree

    with pytest.raises(FileNotFoundError):
        files.names(top / path)
    with pytest.raises(FileNotFoundError):
        files.read(top / path / "main.tf")


def test_a_folder_that_is_not_there_holds_nothing(tree: tuple[Files, PurePosixPath]) -> None:
    files, top = tree

    assert list(walk(files, top / "gone")) == []


def test_links_to_folders_are_not_walked(tmp_path: Path) -> None:
    """
    They may lead in circles.
    """
    write(tmp_path, {"a/main.tf": "#"})
    (tmp_path / "a" / "again").symlink_to(tmp_path)

    assert [folder.name for folder, _ in walk(LocalFiles(), PurePosixPath(tmp_path))] == [tmp_path.name, "a"]


def test_folders_may_lie_deeper_than_functions_may() -> None:
    deep = PurePosixPath("/", *["a"] * 1500, "main.tf")

    assert len(list(walk(CommittedFiles({deep: b"#"}), PurePosixPath("/")))) == 1501


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [("../b", "/a/b"), ("./x//y", "/a/c/x/y"), ("../../../../b", "/b"), ("/b", "/b"), (".", "/a/c")],
)
def test_a_path_leads_nowhere_above_the_root(path: str, leads_to: str) -> None:
    assert within(PurePosixPath("/a/c"), path) == PurePosixPath(leads_to)
