"""`drift run`: the background service, or one cycle of it."""

import signal

import click

from drift.cli.options import config_option
from drift.cli.words import progress
from drift.config import Settings
from drift.errors import ConfigError
from drift.terminal import shown


@click.command("run")
@click.option("--once", is_flag=True, help="Do one full cycle and exit, for cron.")
@config_option
def command(once: bool, config: str | None) -> int:
    """Read every source, compare, judge, tell people and record, again and again until it is stopped."""
    from drift import wiring

    settings = wiring.settings_of(config)
    if not settings.audit_logs and not settings.baselines:
        raise ConfigError(
            "there is nothing to watch", hint="name an [[audit_log]] and a [[baseline]] in config.toml"
        )
    return _once(settings) if once else _forever(settings)


def _once(settings: Settings) -> int:
    from drift import wiring
    from drift.reports.cycle import summary

    with wiring.running(settings) as pipeline:
        with progress("reading, comparing, judging"):
            problems = pipeline.run_once()
        for line in summary(pipeline.have):
            click.echo(line)
        for problem in problems:
            _say(problem)
    return 2 if problems else 0


def _forever(settings: Settings) -> int:
    from drift import wiring
    from drift.daemon import Daemon

    with wiring.running(settings) as pipeline:
        daemon = Daemon(pipeline.run_once, settings.poll_every, _say)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: daemon.stop())
        daemon.start()
        _say(f"watching every {settings.poll_every.total_seconds():.0f} s; stop with Ctrl-C")
        daemon.wait()
    return 0


def _say(text: str) -> None:
    click.echo(f"drift: {shown(text, limit=500)}", err=True)
