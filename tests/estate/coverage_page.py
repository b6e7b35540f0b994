"""Writes docs/coverage.md: `python -m tests.estate.coverage_page`, from what providers left and our tables.

A test holds the page to what this would write.
"""

import textwrap
from collections.abc import Iterator
from pathlib import Path

from tests.estate.changes import CHANGES
from tests.estate.kinds import broken, built
from tests.estate.native_page import natively_read
from tests.estate.versions import VERSIONS

PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"

PREFACE = f"""# Which providers were exercised

`drift scan --live terraform` works with any provider that speaks protocol 5 or 6, of any version. This page
says which ones were really tried. "Exercised" means: the real Terraform built every type below with that
provider in a simulated AWS account, a scan of the untouched account found nothing, and after {len(CHANGES)}
changes made past the code, each to another resource, a scan found these and no other, with the attributes
that differ. Scans sent nothing but reads. The simulation is [moto](https://docs.getmoto.org); no cloud was
at hand, so nothing here says how the real one answers.

| provider | protocol | resource types exercised |
|---|---|---|"""

OTHERS = """| a toy provider in Python, over TLS | 6 | 6 of its own, no cloud's: the protocol itself |
| `hashicorp/aws`, every other version | | not exercised |
| `hashicorp/google`, `hashicorp/azurerm`, every other provider, every version | | not exercised |"""


def page() -> str:
    """Return the whole page."""
    rows = "\n".join(f"| `hashicorp/aws` {version} | 5 | {len(built(version))} |" for version in VERSIONS)
    return "\n\n".join([f"{PREFACE}\n{rows}\n{OTHERS}", *natively_read(), *_versions()]) + "\n"


def write() -> None:
    """Write the page anew."""
    PAGE.write_text(page(), encoding="utf-8")


def _versions() -> Iterator[str]:
    for version in VERSIONS:
        yield f"## `hashicorp/aws` {version}"
        yield textwrap.fill(", ".join(f"`{name}`" for name in sorted(built(version))) + ".", 110)
        yield "Not exercised, because the simulation breaks them:"
        yield "\n".join(f"- `{one.type}`: {one.symptom}." for one in broken(version))
        yield "Every other type: not exercised."


if __name__ == "__main__":
    write()
