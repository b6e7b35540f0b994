"""The provider versions that the estate is built with, and what each of them builds."""

import zipfile
from pathlib import Path

from tests.simulator.moto import REGION
from tests.simulator.provider_mirror import SHA256

FOLDER = Path(__file__).parent
CONFIGURATION = FOLDER / "hcl"
VERSIONS = ("3.39.0", "2.70.0")


def write_configuration(version: str, folder: Path) -> None:
    """Copy into `folder` what `version` builds: what all build, and what only it does."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in [*CONFIGURATION.glob("*.*"), *(CONFIGURATION / f"only-{version}").glob("*.tf")]:
        if source.is_file():
            (folder / source.name).write_bytes(source.read_bytes())
    (folder / "provider.tf").write_text(_provider(version))
    _write_function(folder / "orders.zip")


def write_lock_file(version: str, folder: Path) -> None:
    """Lay down what `terraform init` writes: which version built the state, and the hash of its archive."""
    (folder / ".terraform.lock.hcl").write_text(f"""provider "registry.terraform.io/hashicorp/aws" {{
  version     = "{version}"
  constraints = "{version}"
  hashes      = ["zh:{SHA256[version]}"]
}}
""")


def stored_state(version: str) -> Path:
    """Return the state that an apply of `version` left behind, compressed."""
    return FOLDER / "stored" / version / "terraform.tfstate.gz"


def stored_schema(version: str) -> Path:
    """Return what that provider says of its types, compressed."""
    return FOLDER / "stored" / version / "schema.json.gz"


def stored_calls(version: str) -> Path:
    """Return the calls of that apply."""
    return FOLDER / "stored" / version / "calls.jsonl.gz"


def _provider(version: str) -> str:
    return f"""terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = "{version}"
    }}
  }}
}}

provider "aws" {{
  region = "{REGION}"
}}
"""


def _write_function(path: Path) -> None:
    """Write the archive of a function, the same bytes whenever it is written."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("orders.py", (2020, 1, 1, 0, 0, 0)), "def handle(event, context): ...\n"
        )
