"""The settings of a baseline that speak of its code."""

import msgspec

from drift.model.secret import Secret
from providers.terraform.estate.rows import MapRow

BACKEND_FILES = (
    "*.tfbackend",
    "*/*.tfbackend",
    "*.backend.hcl",
    "backend*.hcl",
    "*backend*/*.hcl",
    "backend*.conf",
)
"""How files for `-backend-config` are mostly called."""


class CodeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the code is, and what it is given."""

    code: str | None = None
    """A folder or a git address: the root module, or a checkout that holds those of all states.

    Without it, the code is looked for in the folder of each state.
    """
    code_cache: str | None = None
    """Where repositories and parsed files are kept between runs."""
    code_token: Secret | None = None
    """For a git address over https."""
    module_sources: tuple[str, ...] = ()
    """Globs of git addresses from which modules may be fetched."""
    var_files: tuple[str, ...] = ()
    """Globs of files that are given with `-var-file`, relative to each root module."""
    backend_files: tuple[str, ...] = BACKEND_FILES
    """Globs of files that are given with `-backend-config`, relative to each root module."""
    read_role: str | None = None
    """What to assume to read an account; `{account}` stands for it."""
    map: tuple[MapRow, ...] = ()
