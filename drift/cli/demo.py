"""`drift demo`: the whole product over bundled stories, no cloud, no credentials.

Nothing here judges or tells: it lays out the recorded files with their configuration, and
then calls what the other commands call.
"""

import shutil
import sys
from importlib.resources import files
from pathlib import Path

import click

from drift.errors import UsageError

MARK = ".drift-demo"
"""Marks a folder as a demo's own, which the next demo may replace."""

PAGES = """
[web]
listen = "127.0.0.1:0" # any port that is free; `drift sign-in` knows it
"""
"""What the demo adds to the stories' configuration: there is something to look at."""

CHECKOUT = "terraform-fixtures"
"""Where the stories stand in a checkout; the wheel carries them inside the package."""


@click.command("demo")
@click.option(
    "--out", default="drift-demo", metavar="DIR", show_default=True, help="Where to write everything."
)
def command(out: str) -> int:
    """Run the whole product over bundled stories: no cloud, no credentials.

    Prints the alerts, writes the store, the weekly report and the auditor's pack, and says
    how to look at each.
    """
    from drift import wiring
    from drift.cli.report import write_weekly
    from drift.export import export_evidence
    from drift.ledger.verify import verify_pack
    from drift.reports.cycle import summary
    from drift.reports.population import Period

    folder = Path(out)
    stories = _lay_out(folder)
    config = folder / "config.toml"
    settings = wiring.settings_of(str(config))
    click.echo(f"{stories} recorded stories of one week, watched as {config} says.\n")
    with wiring.running(settings) as pipeline:
        problems = pipeline.run_once()
        have = pipeline.have
        for line in summary(have):
            click.echo(line)
        write_weekly(settings, have.database, None, folder / "weekly.html")
        request = wiring.pack_request(settings, have.database, Period())
        export_evidence(have.database, folder / "pack", have.key, request, have.clock.now())
    report = verify_pack(str(folder / "pack"), have.key.verifier_key)
    click.echo(f"pack      {'verified' if not report.all_problems else 'DOES NOT VERIFY'}")
    click.echo(_what_to_look_at(folder))
    for problem in problems:
        click.echo(f"drift: {problem}", err=True)
    return 2 if problems or report.all_problems else 0


def _lay_out(folder: Path) -> int:
    """Copy the stories and their configuration to `folder`; return how many there are."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder", hint="name another one with --out")
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise UsageError(f"{folder} holds other files", hint="name another folder with --out")
        for inside in folder.iterdir():
            shutil.rmtree(inside) if inside.is_dir() else inside.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    shutil.copytree(_stories(), folder, dirs_exist_ok=True)
    with (folder / "config.toml").open("a", encoding="utf-8") as config:
        config.write(PAGES)
    return sum(1 for path in folder.iterdir() if path.is_dir())


def _stories() -> Path:
    packaged = Path(str(files("drift") / "stories"))
    in_checkout = Path(str(files("drift"))).parent / CHECKOUT
    return packaged if packaged.is_dir() else in_checkout


def _what_to_look_at(folder: Path) -> str:
    config, drift = folder / "config.toml", _own_name()
    return f"""
Look at it:
  {folder / "alerts"}/          the messages, as Slack gets them
  {folder / "weekly.html"}      the weekly report: open it in a browser
  {folder / "pack" / "00_START_HERE.html"}
                        the auditor's pack; verify it without us:
                        python3 -I {folder / "pack/verify/verify_pack.py"} {folder / "pack"}
  {drift} --config {config} changes
  {drift} --config {config} findings
  {drift} --config {config} show <id>
  {drift} --config {config} run
                        the watch, with its pages; a link that opens them, from another terminal:
  {drift} --config {config} sign-in"""


def _own_name() -> str:
    """Return what to type to call this very program: it may lie in an environment that is not active."""
    called = Path(sys.argv[0])
    if called.name != "drift":
        return "python -m drift"
    return "drift" if shutil.which("drift") == str(called.absolute()) else str(called)
