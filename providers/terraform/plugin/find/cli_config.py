"""Where Terraform's own configuration file says that providers lie: `~/.terraformrc` or `~/.tofurc`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from drift.errors import ProviderResponseError

VARIABLES = ("TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG")
NAMES = (".terraformrc", ".tofurc")


def configured_folders(ambient: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the plugin cache and the filesystem mirrors that are configured for this user.

    Raises:
        ProviderResponseError: A file that is there cannot be understood.
    """
    named = [Path(ambient[name]) for name in VARIABLES if ambient.get(name)]
    home = Path(ambient.get("HOME", "~")).expanduser()
    files = named or [home / name for name in NAMES]
    return tuple(folder for file in files for folder in _folders(file))


def _folders(file: Path) -> Iterator[Path]:
    import hcl2  # slow to import
    from lark.exceptions import LarkError

    try:
        document: dict[str, Any] = hcl2.loads(file.read_text(encoding="utf-8"))
        found = [Path(text.strip('"')).expanduser() for text in _named(document)]
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, LarkError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ProviderResponseError(
            f"{file} cannot be understood", hint="terraform names the mistake: run `terraform version`"
        ) from error
    yield from found


def _named(document: Mapping[str, Any]) -> Iterator[str]:
    if cache := document.get("plugin_cache_dir"):
        yield cache
    for installation in document.get("provider_installation", ()):
        for mirror in installation.get("filesystem_mirror", ()):
            yield mirror["path"]
