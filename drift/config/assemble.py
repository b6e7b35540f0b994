"""Says what the tables mean: settings of the program and rules of the stages."""

import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from drift.config import tables, values
from drift.config.document import read_document
from drift.config.place import Place, quoted
from drift.config.reader import Catalog, Reader, Row
from drift.config.settings import Settings
from drift.model.secret import Secret
from drift.ports import AdapterKind
from drift.stages.attribute import IdentityRules
from drift.stages.classify import DEFAULT_RUN_ID, ChannelRules, PipelineRule
from drift.stages.correlate import CorrelationRules
from drift.stages.decide import DecisionRules, Environment

DEFAULT_STORE = "sqlite:///driftledger.sqlite3"

ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""It becomes part of the name in every checkpoint, which allows neither spaces nor `+`."""

PROJECT = re.compile(r"[A-Z][A-Z0-9]{1,9}")


def load(
    path: Path | None,
    catalog: Catalog,
    environ: Mapping[str, str] | None = os.environ,
    *,
    opens_adapters: bool = True,
) -> Settings:
    """Return the settings in the file `path`; without one, in ./config.toml, or else the defaults.

    With `None` for the environment secrets are left empty, and without `opens_adapters` those of
    adapters are: a command that only judges files, or reads the store, must not fail because
    Slack's token is not at hand.

    Raises:
        ConfigError: The first thing in the file that is wrong.
    """
    reader = Reader(read_document(path), catalog, environ if opens_adapters else None)
    policy = reader.one(tables.Policy)
    return Settings(
        path=reader.document.path,
        sha256=reader.document.sha256,
        organisation=_organisation(reader.one(tables.Organisation)),
        store_url=_store_url(reader.one(tables.Store), reader.document.folder, environ),
        key_file=_key_file(reader.one(tables.Ledger), reader.document.folder),
        clock=reader.one(tables.Clock).table.source,
        poll_every=_poll_every(reader.one(tables.Schedule)),
        audit_logs=reader.adapters(AdapterKind.AUDIT_LOG),
        live=reader.adapters(AdapterKind.LIVE),
        baselines=reader.baselines(),
        tickets=reader.adapters(AdapterKind.TICKETS),
        code_hosts=reader.adapters(AdapterKind.CODE_HOST),
        notifiers=reader.adapters(AdapterKind.NOTIFIER),
        identities=_identities(reader.one(tables.Identities)),
        correlation=CorrelationRules(aliases=_aliases(reader.many(tables.Person))),
        channels=ChannelRules(
            pipelines=tuple(_pipeline(row) for row in reader.many(tables.Pipeline)),
            break_glass=tuple(values.role_glob(role) for role in reader.one(tables.BreakGlass).table.roles),
            ticket_projects=_ticket_projects(policy),
        ),
        decision=DecisionRules(
            environments=tuple(_environment(row) for row in reader.many(tables.Environment)),
            settle_window=values.duration(policy.place, "settle_window", policy.table.settle_window),
            answer_deadline=values.duration(policy.place, "answer_deadline", policy.table.answer_deadline),
        ),
    )


def _organisation(row: Row[tables.Organisation]) -> str:
    if not ORGANISATION.fullmatch(row.table.name):
        raise row.place.error(
            f'"name" cannot be {quoted(row.table.name)}',
            hint="use letters, digits, dots and dashes: it becomes the name of the ledger",
        )
    return row.table.name


def _store_url(row: Row[tables.Store], folder: Path, environ: Mapping[str, str] | None) -> Secret:
    store, place = row.table, row.place
    if store.url_env is None and store.url_file is None:
        url = Secret(DEFAULT_STORE if store.url is None else store.url)
        if values.PASSWORD.search(url.reveal()):
            raise place.error(
                '"url" holds a password', hint='use url_env = "NAME" or url_file = "path" instead'
            )
    elif store.url is None:
        reference = values.SecretReference(place=place, key="url", env=store.url_env, file=store.url_file)
        url = reference.resolve(folder, environ)
    else:
        raise place.error('"url" stands beside "url_env" or "url_file"', hint="leave one of them out")
    return values.with_absolute_path(url, folder)


def _key_file(row: Row[tables.Ledger], folder: Path) -> Path:
    return Path(values.absolute(row.place, "key_file", row.table.key_file, folder))


def _poll_every(row: Row[tables.Schedule]) -> timedelta:
    return values.duration(row.place, "poll_every", row.table.poll_every, least=timedelta(seconds=1))


def _identities(row: Row[tables.Identities]) -> IdentityRules:
    return IdentityRules(people=row.table.people, machines=row.table.machines)


def _aliases(rows: tuple[Row[tables.Person], ...]) -> Mapping[str, str]:
    """Return every name of everybody, in lower case, with the one it stands for."""
    aliases: dict[str, str] = {}
    for row in rows:
        person = row.table.name.lower()
        for name in (row.table.name, *row.table.aliases):
            if aliases.setdefault(name.lower(), person) != person:
                raise row.place.error(
                    f"{quoted(name)} is also a name of {quoted(aliases[name.lower()])}",
                    hint="one name stands for one person",
                )
    return aliases


def _pipeline(row: Row[tables.Pipeline]) -> PipelineRule:
    pipeline, place = row.table, row.place
    if pipeline.role is None and pipeline.subject is None:
        raise place.error('"role" or "subject" is missing', hint="say how the pipeline is recognised")
    return PipelineRule(
        name=pipeline.name,
        role=_trusted(place, "role", pipeline.role, values.role_glob),
        subject=_trusted(place, "subject", pipeline.subject, values.glob),
        run_id=values.regex(place, "run_id", pipeline.run_id) if pipeline.run_id else DEFAULT_RUN_ID,
    )


def _trusted(
    place: Place, key: str, text: str | None, pattern: Callable[[str], re.Pattern[str]]
) -> re.Pattern[str] | None:
    """Return the pattern of what a pipeline is trusted by, which may not be anything at all."""
    if text is None:
        return None
    if not text.strip("*?"):
        raise place.error(f'"{key}" would trust every machine: {quoted(text)}', hint="name the one you trust")
    return pattern(text)


def _environment(row: Row[tables.Environment]) -> Environment:
    return Environment(
        name=row.table.name,
        accounts=tuple(values.glob(account) for account in row.table.accounts),
        is_production=row.table.production,
    )


def _ticket_projects(row: Row[tables.Policy]) -> frozenset[str]:
    for project in row.table.ticket_projects:
        if not PROJECT.fullmatch(project):
            raise row.place.error(
                f'"ticket_projects" holds no project key: {quoted(project)}',
                hint='write it as it stands in keys of tickets: "OPS" of OPS-123',
            )
    return frozenset(row.table.ticket_projects)
