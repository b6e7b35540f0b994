"""`drift check`: the configuration, and every source and sink it names, tried for real."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import click

from drift.cli.cost import cost_lines
from drift.cli.options import config_option
from drift.cli.words import LOST_STORE
from drift.equipment import Equipment
from drift.errors import DriftError
from drift.model.enrolment import Mode
from drift.model.resource import NotRead
from drift.ports import AuditLog, CodeHost, Probing, TicketSource, Watched
from drift.reports.wording import counted
from drift.terminal import shown

NOT_READ = "changes inside Kubernetes clusters cannot be shown: the logs of EKS, GKE and AKS are not read"

A_FEW = 1000
"""Deliveries are not counted further: a trail of years has millions."""


@click.command("check")
@click.option("--cost", is_flag=True, help="Try nothing; say what a month asks of the clouds, and keeps.")
@config_option
def command(cost: bool, config: str | None) -> int:
    """Try everything that the configuration names. Exit code 1 if something does not work."""
    from drift import wiring

    if cost:
        for line in cost_lines(wiring.settings_for_reading(config)):
            click.echo(shown(line, limit=500))
        return 0
    settings = wiring.settings_of(config)
    _say_ok("configuration", str(settings.path or "there is no config.toml; the defaults hold"))
    click.echo(f"note    {NOT_READ}")
    if not settings.audit_logs and not settings.baselines:
        # Before anything is made: a store and a key in a wrong folder would look like a beginning.
        click.echo("FAILED  sources: there is nothing to watch; name an [[audit_log]] and a [[baseline]]")
        return 1
    failed = 0
    is_store_lost = wiring.is_store_lost(settings)
    with wiring.running(settings) as pipeline:
        have = pipeline.have
        _say_ok("store", have.database.name)
        if is_store_lost:
            click.echo(shown(f"note    {LOST_STORE.format(store=have.database.name)}", limit=500))
        _say_ok("ledger key", f"{settings.key_file}, to verify with {have.key.verifier_key}")
        for what, attempt in _trials(have):
            try:
                _say_ok(what, attempt())
            except DriftError as error:
                failed += 1
                click.echo(shown(f"FAILED  {what}: {error.what}; {error.hint}", limit=500))
        enrolled = _enrolled(have)
    for rule in settings.ignores:
        if rule.is_expired(have.clock.now()):
            told = f'note    ignore "{rule.name}" of {rule.owner} has expired: what it hid is drift again'
            click.echo(shown(told, limit=500))
    click.echo(f"note    {enrolled}")
    if not have.notifiers:
        click.echo("note    no [[notifier]] is configured: alerts are kept until there is one")
    return 1 if failed else 0


def _enrolled(have: Equipment) -> str:
    """Say whether anything alerts, which new installations easily take for granted."""
    from drift.store.enrolment import enrolment_now

    with have.database.reading() as connection:
        now = enrolment_now(connection, have.policy.enrolment)
    number = sum(one.mode is Mode.ENFORCE for one in now.scopes.values())
    if now.treatment(None).mode is Mode.ENFORCE:
        return "everything alerts, but for what drift enrol --list says"
    if not number:
        return (
            "only observed: nothing alerts before drift enrol, but tampering, the root user and emergencies"
        )
    return f"{counted(number, 'scope')} enrolled, the rest is only observed: see drift enrol --list"


def _say_ok(what: str, seen: str) -> None:
    click.echo(shown(f"ok      {what}: {seen}", limit=500))


def _trials(have: Equipment) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield what can be tried, and how: each attempt says what it saw, or raises `DriftError`."""
    for name, log in have.sources.items():
        yield f"audit log {name}", partial(_log, log)
    for one in have.watched:
        yield f"baseline {one.baseline.name}", partial(_baseline, one)
    for name, tickets in have.ticket_sources.items():
        yield f"tickets {name}", partial(_tickets, tickets)
    for name, host in have.code_hosts.items():
        yield f"code host {name}", partial(_code_host, host)
    for name, notifier in have.notifiers.items():
        yield f"notifier {name}", notifier.check


def _log(log: AuditLog) -> str:
    if isinstance(log, Probing):
        return "; ".join(log.probe())
    deliveries = sum(1 for _ in islice(log.read_since(None), A_FEW))
    more = " or more" if deliveries == A_FEW else ""
    return f"{deliveries:,}{more} {'delivery' if deliveries == 1 else 'deliveries'} to read"


def _baseline(one: Watched) -> str:
    states = declared = unread = 0
    for declaration in one.baseline.declared():
        states += 1
        declared += len(declaration.resources)
        unread += sum(isinstance(reading, NotRead) for reading in one.live.read(declaration.resources))
    many = f"{counted(states, 'state')} with {counted(declared, 'resource')}"
    return f"{many}, of which {declared - unread:,} can be read live"


def _tickets(source: TicketSource) -> str:
    source.find(["DRIFTLEDGER-0"], [])
    return "answers"


def _code_host(host: CodeHost) -> str:
    host.deployment("0")
    return "answers"
