"""`drift adopt`: what would make the code match the cloud. Nothing is changed."""

from typing import TYPE_CHECKING

import click

from drift.cli.chosen import open_finding
from drift.cli.options import config_option
from drift.errors import UsageError
from drift.model.adoption import CodeChange, CodePlace, Wanted
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.ports import Code
    from drift.store.addresses import DeclaredRow

_LONGEST = 1_000_000


@click.command("adopt")
@click.argument("finding_id", metavar="FINDING")
@config_option
def command(finding_id: str, config: str | None) -> None:
    """Print what would make the code match the cloud: a patch, or an `import` block.

    Nothing is changed. The output can be given to `git apply`, or be put into a .tf file: what has
    to be done by hand stands before it, in lines that begin with `#`.
    """
    from drift import wiring
    from drift.store.addresses import declared_at, provider_of, sharers_of

    settings = wiring.settings_for_reading(config)
    with wiring.open_database(settings) as database, database.reading() as connection:
        finding = open_finding(connection, finding_id).finding
        rows = declared_at(connection, finding.address) if finding.address else ()
        row = next((one for one in rows if one.state == finding.state), None)
        sharers = sharers_of(connection, row) if row else 0
        provider = provider_of(connection, finding.type, finding.account, finding.region)
    code = wiring.code_of(settings, finding.baseline)
    change = _change(code, finding, row, sharers, provider)
    for remark in change.remarks:
        click.echo(f"# {shown(remark, _LONGEST)}")
    click.echo(_whole(change.text), nl=False)


def _change(
    code: "Code", finding: DriftFinding, row: "DeclaredRow | None", sharers: int, provider: str | None
) -> CodeChange:
    match finding.kind:
        case FindingKind.UNMANAGED if finding.resource_id:
            return code.import_block(finding.type, finding.resource_id, provider)
        case FindingKind.DRIFTED if row is not None:
            place = CodePlace(state=row.state, address=row.address, source=row.source, sharers=sharers)
            return code.edit(place, [_wanted(one) for one in finding.attributes])
        case FindingKind.MISSING:
            at = f" at {finding.source}" if finding.source else ""
            return CodeChange(text="", remarks=(f"remove the block of {finding.address}{at}: it is gone",))
        case _:
            raise UsageError(
                f"nothing is known of where {finding.address or finding.type} is declared",
                hint="compare again: `drift run --once`",
            )


def _wanted(attribute: AttributeDrift) -> Wanted:
    from drift.redacted import is_cut_out

    # A patch shows the line that it replaces, so that of a secret it may only be told to remove it.
    is_hidden = is_cut_out(attribute.live) or (attribute.sensitive and attribute.live is not None)
    return Wanted(
        path=attribute.path,
        declared=attribute.declared,
        live=None if is_hidden else attribute.live,
        is_hidden=is_hidden,
    )


def _whole(text: str) -> str:
    """Return a patch or a block in which a terminal obeys nothing; it must not be altered, so it is refused.

    Raises:
        UsageError: It holds what a terminal obeys.
    """
    for line in text.replace("\t", " ").splitlines():
        if shown(line, _LONGEST) != line:
            raise UsageError(
                "the change holds characters that a terminal obeys, so it is not printed",
                hint="`drift show` tells what differs: change it by hand",
            )
    return text
