from pathlib import Path

import pytest

from drift.errors import ProviderResponseError
from providers.terraform.plugin.find.cli_config import configured_folders

TERRAFORMRC = """
plugin_cache_dir   = "/var/cache/terraform"
disable_checkpoint = true

provider_installation {
  filesystem_mirror {
    path    = "/opt/mirror"
    include = ["example.com/*/*"]
  }
  filesystem_mirror {
    path = "/opt/other"
  }
  direct {}
}
"""


def test_the_cache_and_the_mirrors_of_the_users_file_are_told(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(TERRAFORMRC)

    assert configured_folders({"HOME": str(tmp_path)}) == tuple(
        map(Path, ("/var/cache/terraform", "/opt/mirror", "/opt/other"))
    )


def test_the_file_that_the_environment_names_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_text(TERRAFORMRC)
    (tmp_path / "cli.tfrc").write_text('plugin_cache_dir = "/elsewhere"')
    ambient = {"HOME": str(tmp_path), "TF_CLI_CONFIG_FILE": str(tmp_path / "cli.tfrc")}

    assert configured_folders(ambient) == (Path("/elsewhere"),)


def test_without_a_file_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert configured_folders({"HOME": str(tmp_path)}) == ()


@pytest.mark.parametrize("content", ["{", "provider_installation = 3", "plugin_cache_dir = 3", "\xff"])
def test_a_file_that_cannot_be_understood_says_so(tmp_path: Path, content: str) -> None:
    (tmp_path / ".terraformrc").write_bytes(content.encode("latin-1"))

    with pytest.raises(ProviderResponseError, match=r"\.terraformrc cannot be understood"):
        configured_folders({"HOME": str(tmp_path)})
