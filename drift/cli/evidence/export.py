"""`drift evidence export`: the auditor's pack."""

from datetime import datetime
from pathlib import Path

import click

from drift.cli.evidence.sampling import sampling_of, sampling_options
from drift.cli.options import Moment, check_begun, check_order, config_option
from drift.cli.words import progress, width
from drift.terminal import shown


@click.command("export")
@click.option("--out", required=True, metavar="DIR", help="A folder that does not exist yet.")
@click.option("--since", type=Moment(), metavar="TIME", help="Changes that began at or after this time.")
@click.option("--until", type=Moment(), metavar="TIME", help="Changes that began before this time.")
@click.option("--zip", "zipped", is_flag=True, help="Pack the folder into DIR.zip as well.")
@sampling_options
@config_option
def command(
    out: str,
    since: datetime | None,
    until: datetime | None,
    zipped: bool,
    engagement: str,
    profile: str | None,
    seed: str | None,
    ids: str | None,
    config: str | None,
) -> None:
    """Write everything an auditor needs into a folder, with a verifier that needs nothing of ours."""
    from drift import wiring
    from drift.export import export_evidence
    from drift.reports.pack.archive import refuse_archive, write_archive
    from drift.reports.population import Period
    from drift.reports.wording import counted

    check_order(since, until)
    archive = Path(f"{out.rstrip('/')}.zip")
    if zipped:
        refuse_archive(archive)
    settings = wiring.settings_for_reading(config)
    asked = sampling_of(settings.profiles, engagement=engagement, profile=profile, seed=seed, ids=ids)
    with wiring.open_database(settings) as database, progress("writing the pack"):
        now = wiring.clock(settings, database).now()
        check_begun(since, now)
        key = wiring.signing_key(settings, database)
        request = wiring.pack_request(settings, database, Period(since=since, until=until), asked)
        request, asking = wiring.with_sources(request, config)
        summary = export_evidence(database, Path(out), key, request, now, asking)
        if zipped:
            write_archive(Path(out), archive, summary.name)
    held = (
        counted(summary.changes, "change"),
        counted(summary.findings, "finding"),
        counted(summary.entries, "entry", "entries"),
    )
    packed = f" and {archive}" if zipped else ""
    click.echo(f"{', '.join(held)} in {out}{packed}")
    if until and until > now:
        click.echo(f"note: the period is not over; what comes until {until:%Y-%m-%d %H:%M} UTC is not in it")
    for one in summary.not_found:
        click.echo(shown(f"note: {one} is no change of the period", width()))
    click.echo(
        f"verify it anywhere, also without us: python3 -I {Path(out, 'verify', 'verify_pack.py')} {out}"
    )
