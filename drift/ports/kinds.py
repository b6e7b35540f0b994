"""Which ports there are."""

from enum import StrEnum


class AdapterKind(StrEnum):
    """Which port an adapter implements, as its table in the configuration is called."""

    AUDIT_LOG = "audit_log"
    BASELINE = "baseline"
    STATE_STORE = "state_store"
    LIVE = "live"
    TICKETS = "tickets"
    CODE_HOST = "code_host"
    NOTIFIER = "notifier"
    VAULT = "vault"
    SIGNING_KEY = "signing_key"
    EVIDENCE_SINK = "evidence_sink"
    CANARY = "canary"
    ON_CALL = "on_call"
    DIRECTORY = "directory"
    ACCESS_LIST = "access_list"
    ANCHOR = "anchor"
    TRUST = "trust"
    ACCOUNT_TREE = "account_tree"
    GRANTS = "grants"
    MAIL = "mail"
