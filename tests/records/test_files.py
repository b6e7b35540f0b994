import os
from pathlib import Path

import pytest

from drift.errors import UsageError
from drift.records import files_under


def a_tree(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return root


def test_folders_are_searched_in_the_order_of_their_names(tmp_path: Path) -> None:
    names = ["2026/01/b.json", "2026/01/a.json", "2026/02/a.json.gz", "2026-extra.json", "README"]
    root = a_tree(tmp_path, *names)

    found = [str(path.relative_to(root)) for path in files_under([root])]

    assert found == ["2026/01/a.json", "2026/01/b.json", "2026/02/a.json.gz", "2026-extra.json", "README"]


def test_the_paths_keep_the_order_they_are_given_in(tmp_path: Path) -> None:
    root = a_tree(tmp_path, "a/1", "b/1")

    assert list(files_under([root / "b", root / "a" / "1"])) == [root / "b/1", root / "a/1"]


def test_hidden_files_are_left_out_unless_they_are_named(tmp_path: Path) -> None:
    root = a_tree(tmp_path, ".git/config", ".DS_Store", "a")

    assert list(files_under([root])) == [root / "a"]
    assert list(files_under([root / ".DS_Store", root / ".git"])) == [
        root / ".DS_Store",
        root / ".git/config",
    ]


def test_a_link_that_leads_back_up_is_followed_once(tmp_path: Path) -> None:
    root = a_tree(tmp_path, "logs/a", "elsewhere/b")
    (root / "logs" / "back").symlink_to(root / "logs")
    (root / "logs" / "more").symlink_to(root / "elsewhere")

    assert list(files_under([root / "logs"])) == [root / "logs/a", root / "logs/more/b"]


def test_a_pipe_in_a_folder_is_left_out_and_a_link_to_nothing_is_not(tmp_path: Path) -> None:
    root = a_tree(tmp_path, "a")
    os.mkfifo(root / "pipe")
    (root / "gone").symlink_to(root / "nowhere")

    assert list(files_under([root])) == [root / "a", root / "gone"]


def test_a_missing_path_is_named_before_any_file_is_given(tmp_path: Path) -> None:
    root = a_tree(tmp_path, "a")

    with pytest.raises(UsageError, match="no such file or folder") as error:
        files_under([root, root / "missing.json"])

    assert str(root / "missing.json") in error.value.what
    assert error.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)

    with pytest.raises(UsageError, match="cannot be listed"):
        list(files_under([tmp_path]))
