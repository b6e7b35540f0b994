"""`drift run`: the background service, or one cycle of it."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import click

from drift.cli import COULD_NOT
from drift.cli.exporting import Exporting
from drift.cli.options import config_option
from drift.cli.push_jobs import push_jobs
from drift.cli.report_mail_jobs import report_mail_jobs
from drift.cli.weekly_job import weekly_job
from drift.cli.words import LOST_STORE, progress
from drift.config import Settings
from drift.errors import ConfigError
from drift.terminal import shown

if TYPE_CHECKING:
    from drift.daemon import Daemon
    from drift.operations.log import Log
    from drift.packs import Making
    from drift.store.database import Database
    from drift.timetable import Job


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

    is_store_lost = wiring.is_store_lost(settings)
    with wiring.running(settings) as pipeline:
        if is_store_lost:
            _say(LOST_STORE.format(store=pipeline.have.database.name))
        with progress("reading, comparing, judging"):
            problems = pipeline.run_once()
        for line in summary(pipeline.have):
            click.echo(line)
        for problem in problems:
            _say(problem)
    return 2 if problems else 0


def _forever(settings: Settings) -> int:
    from drift import wiring
    from drift.operations.log import Log
    from drift.service import Rules, serving

    log = Log(settings.log_format, sys.stderr)
    log.take_over()
    rules = Rules(
        load=partial(wiring.settings_of, str(settings.path) if settings.path else None),
        applied=wiring.with_rules,
        restore=wiring.cut_out,
    )
    is_store_lost = wiring.is_store_lost(settings)
    with wiring.running(settings) as pipeline:
        database = pipeline.have.database
        if is_store_lost:
            log.alarm(LOST_STORE.format(store=database.name))
        others, making = partial(_other_jobs, database), partial(_making, database, settings)
        with serving(settings, pipeline, rules, log, others, making) as service:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, partial(_stop, service.daemon))
            signal.signal(signal.SIGHUP, lambda _number, _frame: service.look_for_changes())
            if service.port is not None:
                log.say(f"answering at port {service.port}")
            if service.pages is not None:
                log.say(f"pages at {service.pages}")
            if settings.web and not settings.web.oidc and not settings.web.proxy:
                log.say("sign in to them with: drift sign-in")
            log.say(f"watching every {settings.poll_every.total_seconds():.0f} s; stop with Ctrl-C")
            _wait(service.daemon, log)
    return 0


def _other_jobs(database: "Database", in_force: Callable[[], Settings]) -> "Iterator[Job]":
    """Yield the jobs that need more than the pipeline."""
    yield from weekly_job(database, in_force)
    yield from report_mail_jobs(database, in_force)
    yield from push_jobs(database, in_force)


def _making(database: "Database", started: Settings, in_force: Callable[[], Settings]) -> "Making":
    """Return what makes the packs that people ask for."""
    return Exporting(database=database, started=started, in_force=in_force).make


def _wait(daemon: "Daemon", log: "Log") -> None:
    """Return once all has ended. What does not end in time is left, which is as safe as any crash."""
    error: Exception | None = None
    try:
        daemon.wait()
    except Exception as died:  # noqa: BLE001 - raised again below
        error = died
    if hanging := daemon.running:
        log.alarm(f"left while it was still running: {', '.join(hanging)}")
        os._exit(COULD_NOT if error else 0)
    if error:
        raise error
    log.say("stopped")


def _stop(daemon: "Daemon", number: int, _frame: object) -> None:
    """Let what runs end; a second signal leaves at once, which is as safe as any crash."""
    if daemon.is_stopping:
        os._exit(128 + number)
    daemon.stop()


def _say(text: str) -> None:
    click.echo(f"drift: {shown(text, limit=500)}", err=True)
