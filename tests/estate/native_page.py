"""What docs/coverage.md says of the types that are read by AWS's own APIs."""

from collections.abc import Iterator

from providers.aws.native.rows import AwsType
from providers.aws.native.table import load_types
from tests.estate.kinds import built
from tests.estate.schema import NEWEST, attributes_of

NOT_OURS = frozenset({"id", "tags_all", "timeouts"})
"""Say nothing of the configuration, or repeat another attribute."""

PREFACE = f"""## AWS, read by its own APIs

`drift scan --live aws` reads these types without a provider ([how](native-reading.md)). "Compared" counts
the attributes and blocks that are compared, of those that people can declare with `hashicorp/aws` {NEWEST};
newer ones that are compared as well are named. "Both engines" means: in the simulated account below,
untouched and after the changes, native reading and the provider said the same. The others were tried
against the simulation only, by changing them with the SDK. The real AWS was not at hand."""

HEAD = """| type | compared | not compared | tried |
|---|---|---|---|"""


def natively_read() -> Iterator[str]:
    """Yield the parts of the section."""
    rows = sorted(load_types().rows.values(), key=lambda one: one.type)
    yield f"{PREFACE}\n\n{HEAD}\n" + "\n".join(map(_row, rows))


def _row(row: AwsType) -> str:
    known = attributes_of(row.type)
    declarable = {
        name for name, one in known.items() if one.is_declarable and "[" not in name and "." not in name
    } - NOT_OURS
    compared = frozenset(row.attributes)
    left = ", ".join(f"`{name}`" for name in sorted(declarable - compared))
    newer = ", ".join(f"`{name}`" for name in sorted(compared - declarable))
    if not known:
        return f"| `{row.type}` | {len(compared)}, of a newer provider | | simulation |"
    count = f"{len(compared & declarable)} of {len(declarable)}" + (f", and {newer}" if newer else "")
    tried = "both engines" if row.type in built(NEWEST) else "simulation"
    return f"| `{row.type}` | {count} | {left} | {tried} |"
