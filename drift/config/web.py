"""Says where the pages are, who vouches for whoever opens them, and who may see what."""

from datetime import timedelta
from urllib.parse import urlsplit

from drift.config import values
from drift.config import web_tables as tables
from drift.config.listening import Listen, is_loopback, listen_at
from drift.config.place import Place, nearest, quoted
from drift.config.reader import Reader, Row
from drift.config.web_settings import OidcSettings, ProxySettings, WebSettings
from drift.model.visitor import AccessRules, Role, RoleRule


def web_settings(reader: Reader) -> WebSettings | None:
    """Return where the pages are, and who vouches for whoever opens them; `None` if there are to be none.

    Raises:
        ConfigError: Something in it is wrong, or would let anybody read what passes.
    """
    row, oidc, proxy = reader.one(tables.Web), _oidc(reader), _proxy(reader)
    listen = listen_at(row.place, row.table.listen, "8088")
    if listen is None:
        return None
    if oidc and proxy:
        raise row.place.error("[oidc] and [proxy] both vouch for people", hint="leave one of them out")
    _check_reach(row.place, listen, row.table.url, is_vouched_for=bool(oidc or proxy))
    return WebSettings(
        listen=listen,
        url=row.table.url and row.table.url.rstrip("/"),
        signed_in_for=_length(row, "signed_in_for"),
        idle_for=_length(row, "idle_for"),
        oidc=oidc,
        proxy=proxy,
    )


def access_rules(reader: Reader) -> AccessRules:
    """Return who has which roles.

    Raises:
        ConfigError: A role is unknown, or for nobody.
    """
    return AccessRules(roles=tuple(_role(one) for one in reader.many(tables.RoleTable)))


def _length(row: Row[tables.Web], key: str) -> timedelta:
    return values.duration(row.place, key, getattr(row.table, key), least=timedelta(minutes=1))


def _check_reach(place: Place, listen: Listen, url: str | None, *, is_vouched_for: bool) -> None:
    if not is_vouched_for and not listen.is_loopback:
        raise place.error(
            f'"listen" is reached from other machines, and nobody vouches for people: {quoted(listen.host)}',
            hint="add [oidc] or [proxy], or listen at 127.0.0.1",
        )
    if url is None:
        return
    found = urlsplit(url)
    is_plain = not found.path.strip("/") and not found.query and not found.fragment and not found.username
    if not found.hostname or not is_plain or found.scheme not in {"http", "https"}:
        raise place.error(
            f'"url" is no address of pages: {quoted(url)}', hint='write "https://drift.example.com"'
        )
    if found.scheme == "http" and not is_loopback(found.hostname):
        raise place.error(
            f'"url" must begin with https://: {quoted(url)}',
            hint="over plain HTTP anybody between could read the pages, and act as whoever is signed in",
        )


def _oidc(reader: Reader) -> OidcSettings | None:
    row = reader.one(tables.Oidc)
    given = row.table
    if given == tables.Oidc():
        return None
    issuer = _wanted(row.place, "issuer", given.issuer)
    _check_issuer(row.place, issuer)
    return OidcSettings(
        issuer=issuer,
        client_id=_wanted(row.place, "client_id", given.client_id),
        client_secret=given.client_secret,
        name_claim=given.name_claim,
        groups_claim=given.groups_claim,
        scopes=given.scopes,
        ca_file=_path(reader, row.place, given.ca_file),
    )


def _check_issuer(place: Place, issuer: str) -> None:
    found = urlsplit(issuer)
    is_near = found.scheme == "http" and is_loopback(found.hostname)
    if not found.hostname or not (found.scheme == "https" or is_near):
        raise place.error(
            f'"issuer" must begin with https://: {quoted(issuer)}',
            hint="it is what the provider's documents call the issuer",
        )


def _proxy(reader: Reader) -> ProxySettings | None:
    row = reader.one(tables.Proxy)
    given = row.table
    if given == tables.Proxy():
        return None
    keys = _wanted(row.place, "keys", given.keys)
    return ProxySettings(
        header=_wanted(row.place, "header", given.header),
        keys=values.absolute(row.place, "keys", keys, reader.document.folder),
        issuer=_wanted(row.place, "issuer", given.issuer),
        audience=_wanted(row.place, "audience", given.audience),
        name_claim=given.name_claim,
        groups_claim=given.groups_claim,
        ca_file=_path(reader, row.place, given.ca_file),
    )


def _path(reader: Reader, place: Place, given: str | None) -> str | None:
    return None if given is None else values.absolute(place, "ca_file", given, reader.document.folder)


def _wanted(place: Place, key: str, given: str | None) -> str:
    if given is None or not given.strip():
        raise place.error(f'"{key}" is missing', hint="config.example.toml shows every key")
    return given


def _role(row: Row[tables.RoleTable]) -> RoleRule:
    given, known = row.table, [one.value for one in Role if one is not Role.AUDITOR]
    if given.name == Role.AUDITOR:
        raise row.place.error(
            "auditors are invited, for a period and a time", hint="an admin does that on the page Access"
        )
    if given.name not in known:
        raise row.place.error(f"unknown role {quoted(given.name)}", hint=nearest(given.name, known))
    if not given.people and not given.groups:
        raise row.place.error("it is for nobody", hint="name people or groups")
    return RoleRule(role=Role(given.name), people=given.people, groups=given.groups)
