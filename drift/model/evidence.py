"""What the ledger holds."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drift.model.action import Deed, Doer
from drift.model.alarm import Alarm
from drift.model.anchor import Receipt
from drift.model.change import Amendment, Part, Write
from drift.model.control_test import Result
from drift.model.coverage import Attestation
from drift.model.finding import DriftFinding, FindingStatus, ManagedCoverage
from drift.model.pipeline_control import ControlFinding, PipelineControls
from drift.model.resource import Cloud
from drift.model.rules_edit import RulesEdit
from drift.model.run_log import RunLogs
from drift.model.ticket import Deployment
from drift.model.trust import DeployingIdentity
from drift.model.verdict import ActorKind, Channel, Confidence, Disposition, Lane, Severity, Tool


class EntryKind(StrEnum):
    """What an evidence entry records."""

    OBSERVATION = "observation"
    AMENDMENT = "amendment"
    DISPOSITION = "disposition"
    FINDING = "finding"
    COMPARISON = "comparison"
    ALERT = "alert"
    COVERAGE = "coverage"
    TALLY = "tally"
    GAP = "gap"
    BASELINE = "baseline"
    CONFIG_VERSION = "config_version"
    EXPORT = "export"
    ERASURE = "erasure"
    IGNORED = "ignored"
    ALARM = "alarm"
    ATTESTATION = "attestation"
    CANARY = "canary"
    TICKET_RECHECK = "ticket_recheck"
    READ_CHECK = "read_check"
    ENROLMENT = "enrolment"
    ACTION = "action"
    PIPELINE_CONTROL = "pipeline_control"
    CONTROL_CHECK = "control_check"
    CONTROL_FINDING = "control_finding"
    TRUST = "trust"
    DEPLOYMENT = "deployment"
    SELF_SAMPLE = "self_sample"
    HEARTBEAT = "heartbeat"
    PUSH = "push"
    ORDER = "order"
    PERSON_ERASURE = "person_erasure"
    RESTATEMENT = "restatement"
    KEY_ROTATION = "key_rotation"
    DOCUMENT = "document"
    ANCHOR = "anchor"
    REVIEW = "review"
    FOLLOW_UP = "follow_up"
    SIGN_IN = "sign_in"
    ACCESS_SNAPSHOT = "access_snapshot"
    REPORT_MAIL = "report_mail"
    INVITATION = "invitation"
    VISIT = "visit"


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceEntry:
    """A recorded fact: the public leaf of the ledger.

    The body itself stands beside it under a salted commitment, so that personal data
    can be erased later without breaking the tree.
    """

    seq: int
    recorded_at: datetime
    kind: EntryKind
    ref: str
    """Id of what the fact is about: a change, a finding, a delivered file."""
    leaf_hash: str
    """Hex RFC 6962 leaf hash."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AmendmentRecord:
    """Body of an `amendment` entry: what further records say of a write that was recorded before."""

    why: Amendment
    records: tuple[Part, ...]
    write: Write
    """As it stands from then on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DispositionRecord:
    """Body of a `disposition` entry: a change as it was judged, flat, as populations list it."""

    change_id: str
    session_id: str
    began_at: datetime
    ended_at: datetime
    cloud: Cloud
    account: str | None
    region: str | None
    environment: str | None
    resource_type: str | None
    resource_id: str
    address: str | None
    summary: str
    """What was done, in order, in a few words each; cut where it is very long."""
    actor: str
    actor_kind: ActorKind
    principal: str | None
    channel: Channel
    lane: Lane
    tool: Tool
    events: tuple[str, ...]
    """Every record that tells of its writes, by its key."""
    event_sha256: tuple[str, ...]
    """Of the same records, in the same order."""
    ticket: str | None
    ticket_system: str | None
    approver: str | None
    approved_at: datetime | None
    deployment: str | None
    link_method: str | None
    disposition: Disposition
    severity: Severity
    alert: bool
    reasons: tuple[str, ...]
    link_confidence: Confidence | None = None
    ticket_sha256: str | None = None
    """Hex, of the ticket as it was when the change was judged; see `Ticket.snapshot`."""
    corrected_actor: str | None = None
    """Who made it by the word of who corrected the record; what was recorded stands beside it."""
    t1: Result | None = None
    """What the eight tests found; `None` in entries of versions that did not ask them."""
    t2: Result | None = None
    t3: Result | None = None
    t4: Result | None = None
    t5: Result | None = None
    t6: Result | None = None
    t7: Result | None = None
    t8: Result | None = None
    tests: tuple[str, ...] = ()
    """Why each came out so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionRecord:
    """Body of an `action` entry: what somebody did about a change or finding. It is never taken back."""

    action: str
    """`link`, `emergency`, `approve`, `waive`, `acknowledge`, `correct`, `disown` or `review`."""
    by: Doer
    at: datetime
    key: str
    """Idempotency key: there is one entry for each."""
    deed: Deed


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingRecord:
    """Body of a `finding` entry: opened, changed, acknowledged, resolved or reopened."""

    status: FindingStatus
    finding: DriftFinding
    by: str | None = None
    """Who acknowledged it."""
    reason: str | None = None
    owner: str | None = None
    """Who answers for it, while it is in the opening register."""
    due_at: datetime | None = None
    """When it is to be settled, while it is in the opening register."""
    last_writer: str | None = None
    """Who wrote to the resource last before it got there, as far as a write is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparisonRecord:
    """Body of a `comparison` entry: that what is declared was held against what is there.

    One entry may tell of several comparisons that told the same.
    """

    from_at: datetime
    to_at: datetime
    comparisons: int
    states: int
    not_read: tuple[str, ...]
    """Baselines that could not be read, or not whole."""
    declared: int
    compared: int
    unreadable: int
    unsupported: int
    discovered: int
    """Resources that were found to exist, declared or not."""
    findings: dict[str, int]
    """That stand open, by kind."""
    settling: int
    """Differences that an apply made which may still be under way."""
    found: int
    """Findings that the last of these comparisons opened or changed."""
    resolved: int
    baselines: tuple[str, ...] | None = None
    """Those that were compared, where the rest is compared at other times; `None`: all."""
    coverage: tuple[ManagedCoverage, ...] = ()
    """How much of what exists is declared, as far as it could be listed; none where no reader lists."""
    not_listed: tuple[str, ...] = ()
    """Types of which it is not known what exists, with where: `aws_kms_key in 111122223333, eu-west-1`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IgnoredRecord:
    """Body of an `ignored` entry: how much drift a rule of the configuration hides, when that changes."""

    rule: str
    reason: str
    owner: str
    expires_at: datetime
    count: int
    """Differences in the latest comparison."""


class GapStatus(StrEnum):
    """Whether a gap is still one."""

    OPEN = "open"
    CLOSED = "closed"
    """What was missing was read since."""
    ACCEPTED = "accepted"
    """It is still missing, and somebody accepts that it always will be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GapRecord:
    """Body of a `gap` entry: something that was not seen, or could not be judged, or that it was since.

    Entries of older versions end with the error, and are of gaps that are open.
    """

    source: str
    file: str | None
    index: int | None
    sha256: str | None
    error: str
    gap_id: str | None = None
    """The same in every entry about one gap; the latest counts."""
    status: GapStatus = GapStatus.OPEN
    owner: str | None = None
    account: str | None = None
    region: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    by: str | None = None
    """Who accepts it, where its status says so."""
    reason: str | None = None


class EnrolmentTurn(StrEnum):
    """What happened to the treatment of a part of the estate."""

    WATCHED = "watched"
    """A source or a baseline began to be watched."""
    REGISTERED = "registered"
    """A baseline was compared completely for the first time."""
    ENFORCE = "enforce"
    OBSERVE = "observe"


@dataclass(frozen=True, kw_only=True, slots=True)
class EnrolmentRecord:
    """Body of an `enrolment` entry: how a part of the estate is treated from now on."""

    scope: str
    """As `drift enrol` names it; `source:NAME` or `baseline:NAME` where the watch itself began it."""
    turn: EnrolmentTurn
    by: str | None
    """Who wanted it; `None` where the watch itself did it."""
    pre_existing: int | None = None
    """Findings that the first complete comparison put into the opening register."""


class BaselineTurn(StrEnum):
    """What happened to a state."""

    FIRST_READ = "first_read"
    APPLIED = "applied"
    """It was written as an apply does: its serial went up, or, where it has none, its bytes changed."""
    EDITED = "edited"
    """Its bytes changed and its serial did not: something else than an apply wrote it."""
    REPLACED = "replaced"
    """Its lineage is another one: this is a new baseline, which knows nothing of the old one."""
    WENT_BACK = "went_back"
    """Its serial went down: an older state was put back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BaselineRecord:
    """Body of a `baseline` entry: a state is another one than before."""

    turn: BaselineTurn
    baseline: str
    origin: str
    """Path or URI of the state."""
    lineage: str | None
    serial: int | None
    sha256: str
    """Of the state that is compared from now on."""
    lineage_before: str | None
    serial_before: int | None
    commit: str | None = None
    """Of the checkout of its code, where one lies at hand."""
    resources: int | None = None
    """How many resource instances it declares; `None` in entries of versions that did not count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRecord:
    """Body of an `alert` entry: a message that a channel has accepted."""

    client_id: str
    session_id: str
    notifier: str
    reference: str
    sent_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportRecord:
    """Body of an `export` entry: evidence that was handed out."""

    manifest_sha256: str
    """Names the pack."""
    since: datetime | None
    until: datetime | None
    entries: int
    engagement: str = ""
    """What the audit was called that its sample was drawn for: whoever draws again and again is seen to."""
    profile: str | None = None
    seed: str | None = None
    """The auditor's own."""
    by: Doer | None = None
    """Who had it made on a page; `None`: whoever may run the program."""
    to: str | None = None
    """Whom it was made for, if it was made on a page: they alone can download it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasureRecord:
    """Body of an `erasure` entry, made before anything is erased: records that the policy keeps no longer.

    Should the program be stopped between the two, the next cycle records and erases what is left.
    """

    records: int
    kept_before: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigRecord:
    """Body of a `config_version` entry: our own rules are changes too."""

    sha256: str
    """Hash of the configuration file and of the own tables that it names; what they say is not recorded."""
    tool_version: str
    people: int | None = None
    """How many people are told apart, where directories are read; their names are not recorded."""
    people_sha256: str | None = None
    """Tells whether who is who has changed; see `People.digest`."""
    parts: dict[str, str] = field(default_factory=dict)
    """Hex SHA-256 of each file of `sha256` by itself: `configuration`, and own tables by their names."""
    edit: RulesEdit = field(default_factory=RulesEdit)
    commit: str | None = None
    """That the program was installed from, where the installer noted it."""
    rules_sha256: str | None = None
    """Over the tables that come with the program; `None` in entries of versions that did not say."""


class AlarmStatus(StrEnum):
    """Where an alarm is in its life."""

    RAISED = "raised"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmRecord:
    """Body of an `alarm` entry: something is wrong with the watch itself, or is no more."""

    status: AlarmStatus
    alarm: Alarm


@dataclass(frozen=True, kw_only=True, slots=True)
class AttestationRecord:
    """Body of an `attestation` entry: spans of which the cloud vouches that nothing is missing or altered."""

    source: str
    spans: tuple[Attestation, ...]
    """Those of one account and region that follow one another are one, under its last document."""


class CanaryStatus(StrEnum):
    """What became of a write of our own by which the watch is tried."""

    WRITTEN = "written"
    SEEN = "seen"


@dataclass(frozen=True, kw_only=True, slots=True)
class CanaryRecord:
    """Body of a `canary` entry: a write of our own, and then the proof that the watch saw it.

    One that is not seen in time is an `alarm`.
    """

    status: CanaryStatus
    canary: str
    """Its name in the configuration."""
    token: str
    written_at: datetime
    due_at: datetime
    event: str | None = None
    """Key of the record that told of it."""
    event_sha256: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CoverageInterval:
    """Body of a `coverage` entry: a span in which a source was read completely.

    Each begins where the entry before it about the same account and region ended. Within it, all is
    read that the source delivered, but for the gaps.
    """

    source: str
    account: str | None
    region: str | None
    from_at: datetime | None
    """`None` for records that tell no account and region: nothing is claimed of them."""
    to_at: datetime | None
    records: int
    """Read since the entry before. Those that came late may be older than `from_at`."""
    unreadable: int
    first_at: datetime | None = None
    """Time of the oldest of these records."""
    last_at: datetime | None = None
    contiguous_since: datetime | None = None
    """Since when nothing is missing between the entries."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TallyCount:
    """How many records of an account and an hour met one fate."""

    account: str | None
    hour: datetime | None
    """In which the calls were made; `None` where the records do not tell."""
    rule: str
    """What became of them: a `Fate`, or `unreadable`."""
    records: int
    """Negative where records that waited were counted otherwise meanwhile."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TallyRecord:
    """Body of a `tally` entry: what became of the records that were read of a source since the entry before.

    All of them together count every record that was read exactly once.
    """

    source: str
    counts: tuple[TallyCount, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """The signed size and root of the ledger, as a C2SP signed note."""

    size: int
    root: str
    """Base64 of the Merkle root."""
    note: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PushRecord:
    """Body of a `push` entry: all that a sink takes of an exported pack has arrived there."""

    sink: str
    manifest_sha256: str
    """Names the pack."""
    parcels: dict[str, str]
    """What was delivered, each with that by which it is found there."""


class OldKey(StrEnum):
    """What the key that signed so far says to another that is to sign from now on."""

    SIGNED = "signed"
    """It signs the checkpoint over this entry too."""
    LOST = "lost"
    """Nothing: nobody has it any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRotationRecord:
    """Body of a `key_rotation` entry: another key signs from the next checkpoint on, which covers this entry.

    Keys stand as verifiers take them. Who wanted it stands in the entry before, so that a name in it can be
    erased: without this body nobody could follow from key to key.
    """

    old: str
    new: str
    old_key: OldKey


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonErasureRecord:
    """Body of a `person_erasure` entry: the bodies of these entries named a person, and are erased.

    What they said of everything else is said again by a `restatement` each, whose body is that.
    """

    person: str
    """A hash under a secret of the installation: who knows the name and not the secret learns nothing."""
    entries: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderRecord:
    """Body of an `order` entry: who wanted what the next entry tells, and why.

    An entry of its own, so that its names can be erased while the next one stays.
    """

    by: str
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AnchorRecord:
    """Body of an `anchor` entry: somebody outside holds a checkpoint from now on."""

    anchor: str
    """Its name in the configuration."""
    size: int
    root: str
    note: str
    """The checkpoint, byte for byte as it is held."""
    receipt: Receipt


@dataclass(frozen=True, kw_only=True, slots=True)
class PipelineControlRecord:
    """Body of a `pipeline_control` entry: how a repository is controlled, when that is news.

    It is news where it is not as it was, and where somebody got round its rules.
    """

    host: str
    controls: PipelineControls | None
    """`None`: it is in scope no more."""
    digest: str | None
    digest_before: str | None
    """`None`: it was never looked at before."""
    changed: tuple[str, ...]
    """The names of the documents that are not as they were."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustRecord:
    """Body of a `trust` entry: who may act as an identity that deploys, when that is news."""

    source: str
    """Name of the `[[trust]]`."""
    identity: DeployingIdentity | None
    """`None`: it is not there any more, or not asked about."""
    digest: str | None
    digest_before: str | None
    """`None`: it was never looked at before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlCheckRecord:
    """Body of a `control_check` entry, one a day: that every repository, or identity, was looked at."""

    host: str
    repositories: int
    changed: int
    """Of which there is an entry of their own."""
    not_read: tuple[str, ...]
    """Those that could not be looked at, each with the reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlFindingRecord:
    """Body of a `control_finding` entry: a repository is controlled badly, or is so no more."""

    status: GapStatus
    finding: ControlFinding
    why: str | None = None
    """Why nobody looks at it any more; `None` where it is open, and where it was put right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeploymentRecord:
    """Body of a `deployment` entry: a run that has ended and made a change, as its host told it then.

    Hosts forget runs after a while; GitHub keeps logs for 90 days.
    """

    host: str
    deployment: Deployment
    logs: RunLogs
    changes: tuple[str, ...]
    """The ids of changes that name it."""
    undoes: tuple[str, ...]
    """The ids of changes by earlier runs that it undoes."""
