"""Says what the tables mean: settings of the program, and through `policy` the rules of the stages."""

import hashlib
import os
import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path

from drift.config import control, policy, tables, values
from drift.config.company import company, review_rules
from drift.config.document import Document, read_document
from drift.config.ignores import ignore_rules
from drift.config.listening import listen_at
from drift.config.own_tables import own_tables, profiles_of, ticket_keys_of
from drift.config.people import configured_people
from drift.config.place import quoted
from drift.config.reader import Catalog, Reader, Row
from drift.config.report import report_settings
from drift.config.routing import routing_rules
from drift.config.settings import OwnTable, Settings
from drift.config.web import access_rules, web_settings
from drift.model.rules_edit import RulesEdit
from drift.model.secret import Secret
from drift.ports import AdapterKind

DEFAULT_STORE = "sqlite:///driftledger.sqlite3"
DEFAULT_KEY_FILE = "driftledger-key.pem"

ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""It becomes part of the name in every checkpoint, which allows neither spaces nor `+`."""


def load(
    path: Path | None,
    catalog: Catalog,
    environ: Mapping[str, str] | None = os.environ,
    *,
    own_names: Collection[str] = (),
    has_secrets: bool = True,
    opens_adapters: bool = True,
) -> Settings:
    """Return the settings in the file `path`; without one, in ./config.toml, or else the defaults.

    `own_names` are the data tables of adapters to which the file may add rows of its own.
    Without `has_secrets` they are left empty, and without `opens_adapters` those of adapters
    are: a command that only judges files, or reads the store, must not fail because
    Slack's token is not at hand.

    Raises:
        ConfigError: The first thing in the file that is wrong.
    """
    environ = environ if has_secrets else None
    reader = Reader(read_document(path), catalog, environ if opens_adapters else None)
    own = own_tables(reader, own_names)
    ticket_keys = ticket_keys_of(own)
    http = reader.one(tables.Http)
    return Settings(
        path=reader.document.path,
        sha256=_sha256(reader.document, own),
        parts=_parts(reader.document, own),
        edit=_edit(reader.one(tables.Rules).table),
        organisation=_organisation(reader.one(tables.Organisation)),
        store_url=_store_url(reader.one(tables.Store), reader.document.folder, environ),
        key_file=_key_file(reader.one(tables.Ledger), reader.document.folder),
        key_text=_key_text(reader.one(tables.Ledger), environ, is_needed=opens_adapters),
        signing_key=reader.signing_key(),
        makes_witnesses=reader.one(tables.Ledger).table.show_weekly,
        observation_period=reader.observation_period(),
        clock=reader.one(tables.Clock).table.source,
        poll_every=_every(reader.one(tables.Schedule), "poll_every"),
        sweep_every=_every(reader.one(tables.Schedule), "sweep_every"),
        checkpoint_every=_every(reader.one(tables.Schedule), "checkpoint_every"),
        listen=listen_at(http.place, http.table.listen, "8087"),
        web=web_settings(reader),
        access=access_rules(reader),
        log_format=reader.one(tables.Log).table.format,
        report=report_settings(reader),
        audit_logs=reader.audit_logs(),
        live=reader.adapters(AdapterKind.LIVE),
        baselines=reader.baselines(),
        state_stores=reader.adapters(AdapterKind.STATE_STORE),
        tickets=reader.adapters(AdapterKind.TICKETS),
        code_hosts=reader.code_hosts(),
        notifiers=reader.notifiers(),
        vault=reader.vault(),
        canaries=reader.canaries(),
        evidence_sinks=reader.evidence_sinks(),
        anchors=reader.anchors(),
        on_call=reader.adapters(AdapterKind.ON_CALL),
        trust=reader.adapters(AdapterKind.TRUST),
        grants=reader.adapters(AdapterKind.GRANTS),
        mail=reader.adapters(AdapterKind.MAIL),
        account_trees=reader.adapters(AdapterKind.ACCOUNT_TREE),
        coverage=policy.coverage_rules(reader),
        identities=policy.identity_rules(reader, ticket_keys),
        correlation=policy.correlation_rules(reader),
        channels=policy.channel_rules(reader, ticket_keys),
        decision=policy.decision_rules(reader),
        enrolment=policy.enrolment_rules(reader),
        routing=routing_rules(reader, policy.names(reader)),
        ignores=ignore_rules(reader),
        actions=control.action_rules(reader),
        controls=control.compensating_controls(reader),
        operator=control.operator_name(reader),
        people=configured_people(reader),
        directories=reader.adapters(AdapterKind.DIRECTORY),
        access_lists=reader.adapters(AdapterKind.ACCESS_LIST),
        own_tables=own,
        profiles=profiles_of(own),
        reviews=review_rules(reader),
        company=company(reader),
    )


def _parts(document: Document, own: tuple[OwnTable, ...]) -> dict[str, str]:
    files = {"configuration": document.data, **{one.name: one.data for one in own}}
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def _edit(row: tables.Rules) -> RulesEdit:
    return RulesEdit(edited_by=row.edited_by, approved_by=row.approved_by, ticket=row.ticket)


def _sha256(document: Document, own: tuple[OwnTable, ...]) -> str:
    return hashlib.sha256(b"".join([document.data, *(one.data for one in own)])).hexdigest()


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
    given = DEFAULT_KEY_FILE if row.table.key_file is None else row.table.key_file
    return Path(values.absolute(row.place, "key_file", given, folder))


def _key_text(
    row: Row[tables.Ledger], environ: Mapping[str, str] | None, *, is_needed: bool
) -> Secret | None:
    """Return the key in the environment, an empty one where who only reads has none."""
    name = row.table.key_env
    if name is None:
        return None
    if row.table.key_file is not None:
        raise row.place.error('"key_env" and "key_file" contradict each other', hint="leave one of them out")
    if not is_needed and environ is not None and not environ.get(name):
        return Secret("")
    return values.SecretReference(place=row.place, key="key", env=name, file=None).resolve(Path(), environ)


def _every(row: Row[tables.Schedule], key: str) -> timedelta:
    return values.duration(row.place, key, getattr(row.table, key), least=timedelta(seconds=1))
