"""`drift check`: the configuration, and every source and sink it names, tried for real."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice

import click

from drift.cli.canary_standing import canary_standing
from drift.cli.check_pages import page_notes, page_trials
from drift.cli.cost import cost_lines, expected
from drift.cli.options import config_option
from drift.cli.skew import Skew, skew_of
from drift.cli.words import LOST_STORE
from drift.clock import SystemClock
from drift.equipment import Equipment
from drift.errors import DriftError, StoreError, only_provider_errors
from drift.model.enrolment import Mode
from drift.model.resource import NotRead
from drift.ports import AuditLog, Probing, Remarking, Watched
from drift.reports.status import read_status
from drift.reports.wording import counted, duration
from drift.store.clock import clock_skew
from drift.store.database import Database
from drift.terminal import shown

NOT_READ = "changes inside Kubernetes clusters cannot be shown: the logs of EKS, GKE and AKS are not read"

MOST_SKEW = timedelta(seconds=5)

A_FEW = 1000
"""Deliveries are not counted further: a trail of years has millions."""


@click.command("check")
@click.option("--cost", is_flag=True, help="Try nothing; say what a month asks of the clouds, and keeps.")
@config_option
def command(cost: bool, config: str | None) -> int:
    """Try everything that the configuration names. Exit code 1 if something does not work."""
    from drift import wiring

    if cost:
        cost_expected = expected(wiring.settings_for_reading(config))
        for line in cost_lines(cost_expected):
            click.echo(shown(line, limit=500))
        return 1 if any(one.too_small for one in cost_expected.sources) else 0
    settings = wiring.settings_of(config)
    _say_ok("configuration", str(settings.path or "there is no config.toml; the defaults hold"))
    click.echo(f"note    {NOT_READ}")
    if not settings.audit_logs and not settings.baselines:
        # Before anything is made: a store and a key in a wrong folder would look like a beginning.
        click.echo("FAILED  sources: there is nothing to watch; name an [[audit_log]] and a [[baseline]]")
        return 1
    if settings.signing_key is not None:
        signer = wiring.configured_key(settings).signer
        if not tried(f"signing key {settings.signing_key.name}", signer, signer.check):
            return 1  # whatever runs signs
    failed = 0
    is_store_lost = wiring.is_store_lost(settings)
    with wiring.running(settings) as pipeline:
        have = pipeline.have
        _say_ok("store", have.database.name)
        if is_store_lost:
            click.echo(shown(f"note    {LOST_STORE.format(store=have.database.name)}", limit=500))
        _say_ok("ledger key", f"{settings.key_place}, to verify with {have.key.verifier_key}")
        enrolled = _enrolled(have)
        for what, adapter, attempt in _trials(have):
            failed += not tried(what, adapter, attempt)
        for name, sink in wiring.evidence_sinks(settings).items():
            failed += not tried(f"evidence sink {name}", sink, sink.check)
        for what, vouching, attempt in page_trials(settings.web):
            failed += not tried(what, vouching, attempt)
        for name, mail in wiring.mail_transports(settings).items():
            failed += not tried(f"mail {name}", mail, mail.check)
        failed += not _say_skew(skew_of(wiring.answer_times()))
    for rule in settings.ignores:
        if rule.is_expired(have.clock.now()):
            told = f'note    ignore "{rule.name}" of {rule.owner} has expired: what it hid is drift again'
            click.echo(shown(told, limit=500))
    click.echo(f"note    {enrolled}")
    if settings.listen and not settings.listen.is_loopback:
        told = f"whoever reaches {settings.listen.host}:{settings.listen.port} may read how the watch stands"
        click.echo(shown(f"note    http: {told}", limit=500))
    for told in page_notes(settings):
        click.echo(shown(f"note    pages: {told}", limit=500))
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


def tried(what: str, adapter: object, attempt: Callable[[], str]) -> bool:
    """Say whether something works, and what its adapter remarks on; return whether it does."""
    try:
        with only_provider_errors("trying it"):
            seen = attempt()
    except DriftError as error:
        click.echo(shown(f"FAILED  {what}: {error.what}; {error.hint}", limit=500))
        works = False
    else:
        _say_ok(what, seen)
        works = True
    _say_remarks(what, adapter)
    return works


def _say_skew(skew: Skew) -> bool:
    """Say how far our clock is from those of the services just asked; return whether that will do."""
    what = "clocks of the services"
    if skew.fits is not None:
        _say_ok(what, skew.fits)
    for kind, lines in (("note   ", skew.notes), ("FAILED ", skew.problems)):
        for line in lines:
            click.echo(shown(f"{kind} {what}: {line}", limit=500))
    return not skew.problems


def _say_ok(what: str, seen: str) -> None:
    click.echo(shown(f"ok      {what}: {seen}", limit=500))


def _say_remarks(what: str, adapter: object) -> None:
    """Say what an adapter found that its user should know of: a queue without dead letters for example."""
    if isinstance(adapter, Remarking):
        for remark in adapter.remarks():
            click.echo(shown(f"note    {what}: {remark}", limit=500))


def _trials(have: Equipment) -> Iterator[tuple[str, object, Callable[[], str]]]:
    """Yield what can be tried, and how: each attempt says what it saw, or raises `DriftError`."""
    yield "clock", have.database, partial(_clock, have.database)
    for name, log in have.sources.items():
        yield f"audit log {name}", log, partial(read_log, name, log, have.database)
    if have.vault:
        yield f"vault {have.vault.name}", have.vault.records, have.vault.check
    for name, canary in have.canaries.items():
        yield f"canary {name}", canary, partial(canary_standing, name, canary, have.database)
    for name, anchor in have.anchors.items():
        yield f"anchor {name}", anchor, anchor.check
    for one in have.watched:
        yield f"baseline {one.baseline.name}", one.live, partial(_baseline, one)
    for name, tickets in have.ticket_sources.items():
        yield f"tickets {name}", tickets, tickets.check
    for name, grants in have.grant_sources.items():
        yield f"grants {name}", grants, grants.check
    for name, host in have.code_hosts.items():
        yield f"code host {name}", host, host.check
    for name, directory in have.directories.items():
        yield f"directory {name}", directory, directory.check
    for name, access in have.access_lists.items():
        yield f"access list {name}", access, access.check
    for name, notifier in have.notifiers.items():
        yield f"notifier {name}", notifier, notifier.check
    for name, on_call in have.on_call.items():
        yield f"on call {name}", on_call, on_call.check
    for name, trust in have.trust.items():
        yield f"trust {name}", trust, trust.check
    for name, tree in have.account_trees.items():
        yield f"account tree {name}", tree, tree.check


def _clock(database: Database) -> str:
    """Compare our clock with the database's: which of two came first is told by them."""
    skew = clock_skew(database, SystemClock().now)
    if skew is None:
        return "the machine's, also for the store"
    if abs(skew) > MOST_SKEW:
        raise StoreError(
            f"the store's clock is {skew.total_seconds():+.1f} s from ours",
            hint="let both machines be set by the same time servers",
        )
    return f"{skew.total_seconds():+.1f} s between the store's and ours"


def read_log(name: str, log: AuditLog, database: Database) -> str:
    """Say what there is to read, how old what was read is, and how late more may come."""
    seen = "; ".join(log.probe()) if isinstance(log, Probing) else _deliveries(log)
    return f"{seen}; {_lag(name, database)}; {_delay(log)}"


def _deliveries(log: AuditLog) -> str:
    """Say how much there is to read, and look into the first: listing and reading are two permissions."""
    deliveries = 0
    for delivery in islice(log.read_since(None), A_FEW):
        if not deliveries:
            with delivery.open() as stream:
                stream.read(1)
        deliveries += 1
    more = " or more" if deliveries == A_FEW else ""
    return f"{deliveries:,}{more} {'delivery' if deliveries == 1 else 'deliveries'} to read"


def _lag(name: str, database: Database) -> str:
    now = datetime.now(UTC)
    with database.reading() as connection:
        [source] = read_status(connection, [name], now).sources
    if source.newest_record_at is None:
        return "no record was read yet"
    return f"the newest record that was read is {duration(now - source.newest_record_at)} old"


def _delay(log: AuditLog) -> str:
    return f"records may come {duration(log.delay)} late" if log.delay else "records come at once"


def _baseline(one: Watched) -> str:
    states = declared = unread = 0
    for declaration in one.baseline.declared():
        states += 1
        declared += len(declaration.resources)
        unread += sum(isinstance(reading, NotRead) for reading in one.live.read(declaration.resources))
    many = f"{counted(states, 'state')} with {counted(declared, 'resource')}"
    return f"{many}, of which {declared - unread:,} can be read live"
