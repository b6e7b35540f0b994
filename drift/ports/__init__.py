"""What the core needs from outside.

Adapters under `providers/` implement these protocols and raise nothing but
`drift.errors.ProviderError`. Retry, paging limits and time-outs are the core's.
"""

from drift.ports.access import AccessList
from drift.ports.anchor import Anchor
from drift.ports.audit_log import (
    AnswerTime,
    Attesting,
    AuditLog,
    Awaiting,
    Canary,
    Delivery,
    GivingUp,
    Probing,
)
from drift.ports.baseline import Baseline, Code, LeastPrivilege, LiveConfig, Mapped, Watched
from drift.ports.change_control import (
    AccountTree,
    CodeHost,
    Controlled,
    Directory,
    GrantSource,
    Logged,
    Reviewing,
    TicketSource,
    TrustSource,
)
from drift.ports.evidence_sink import EvidenceSink, HandedPack, PackFile
from drift.ports.kinds import AdapterKind
from drift.ports.mail import MailTransport
from drift.ports.notifier import Answerable, Choosing, Counter, Notifier, OnCall, Private, Searching
from drift.ports.signer import Signer
from drift.ports.state_store import KeyService, StateContent, StateStore, StoredState
from drift.ports.surroundings import Clock, Meter, Recorded, Remarking
from drift.ports.translator import TellsSignIns, Translator, Unwrapper
from drift.ports.vault import KeptBatch, RawVault

__all__ = [
    "AccessList",
    "AccountTree",
    "AdapterKind",
    "Anchor",
    "AnswerTime",
    "Answerable",
    "Attesting",
    "AuditLog",
    "Awaiting",
    "Baseline",
    "Canary",
    "Choosing",
    "Clock",
    "Code",
    "CodeHost",
    "Controlled",
    "Counter",
    "Delivery",
    "Directory",
    "EvidenceSink",
    "GivingUp",
    "GrantSource",
    "HandedPack",
    "KeptBatch",
    "KeyService",
    "LeastPrivilege",
    "LiveConfig",
    "Logged",
    "MailTransport",
    "Mapped",
    "Meter",
    "Notifier",
    "OnCall",
    "PackFile",
    "Private",
    "Probing",
    "RawVault",
    "Recorded",
    "Remarking",
    "Reviewing",
    "Searching",
    "Signer",
    "StateContent",
    "StateStore",
    "StoredState",
    "TellsSignIns",
    "TicketSource",
    "Translator",
    "TrustSource",
    "Unwrapper",
    "Watched",
]
