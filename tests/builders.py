"""Builders that state only what matters: everything else is an ordinary console write."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from drift.ledger.keys import local_key
from drift.model.alert import Alert
from drift.model.change import Change, ChangeSession, Write
from drift.model.event import (
    Call,
    ChangeEvent,
    Effect,
    Issuer,
    OpenedSession,
    Outcome,
    Principal,
    Risk,
    Source,
)
from drift.model.evidence import Checkpoint
from drift.model.finding import AttributeDrift, DriftFinding, FindingKind, Standing
from drift.model.judgement import Judgement
from drift.model.resource import Cloud, Json, Resource
from drift.model.ticket import (
    Approval,
    ApprovalDecision,
    Check,
    Coverage,
    Deployment,
    PullRequest,
    Review,
    Ticket,
    TicketKind,
    TicketMatch,
)
from drift.model.verdict import (
    Actor,
    ActorKind,
    Channel,
    Classification,
    Confidence,
    Credential,
    CredentialSign,
    Decision,
    Disposition,
    Lane,
    Reference,
    Severity,
    Statement,
    Tool,
    ToolSign,
)

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
"""A Monday; times in tests are given as minutes after it."""

ACCOUNT = "111122223333"

SECURITY_GROUP = Resource(type="aws_security_group", id="sg-0abc")


def minutes(count: float) -> timedelta:
    """Return a span."""
    return timedelta(minutes=count)


def an_event(
    *,
    event_id: str | None = "e-1",
    at: datetime | None = NOON,
    account: str | None = ACCOUNT,
    region: str | None = "eu-west-1",
    service: str | None = "ec2",
    action: str = "AuthorizeSecurityGroupIngress",
    effect: Effect = Effect.WRITE,
    error: str | None = None,
    lane: Lane = Lane.INFRASTRUCTURE,
    principal: Principal | None = None,
    acting_service: str | None = None,
    tool: Tool | None = Tool.CONSOLE,
    credential: Credential | None = Credential.CONSOLE_SESSION,
    session_key: str | None = None,
    opens: OpenedSession | None = None,
    resources: Sequence[Resource] = (SECURITY_GROUP,),
    statements: Sequence[Statement] = (),
    risks: Sequence[Risk] = (),
    summary: str = "opened tcp/22 to 0.0.0.0/0",
    request: Json = None,
    source_ip: str | None = "198.51.100.7",
    user_agent: str | None = "console.ec2.amazonaws.com",
) -> ChangeEvent:
    """A successful write in the console, unless said otherwise; with an error it failed."""
    return ChangeEvent(
        event_id=event_id,
        occurred_at=at,
        call=Call(
            cloud=Cloud.AWS,
            account=account,
            region=region,
            service=service,
            action=action,
            principal=principal,
            acting_service=acting_service,
            tools=() if tool is None else (a_tool_sign(tool),),
            credentials=()
            if credential is None
            else (CredentialSign(credential=credential, confidence=Confidence.HIGH, reason="said so"),),
            session_keys=(session_key,) if session_key else (),
            source_ip=source_ip,
            user_agent=user_agent,
        ),
        effect=Effect.FAILED if error else effect,
        intended=effect,
        outcome=Outcome.FAILURE if error else Outcome.SUCCESS,
        error=error,
        lane=lane,
        opens=opens,
        resources=tuple(resources),
        statements=tuple(statements),
        risks=tuple(risks),
        summary=summary,
        request=request,
        source=Source(file="trail.json", index=0, sha256=hashlib.sha256(str(event_id).encode()).hexdigest()),
    )


def a_tool_sign(tool: Tool, confidence: Confidence = Confidence.HIGH) -> ToolSign:
    """A sign that was seen."""
    return ToolSign(tool=tool, confidence=confidence, reason="said so")


def a_principal(
    name: str = "alice@example.com",
    *,
    kind: ActorKind = ActorKind.HUMAN,
    principal_id: str | None = None,
    role: str | None = None,
    session_name: str | None = None,
    issuer: Issuer | None = None,
    confidence: Confidence = Confidence.HIGH,
) -> Principal:
    """A person whom the cloud vouches for, unless said otherwise."""
    return Principal(
        id=principal_id or f"arn:aws:sts::{ACCOUNT}:assumed-role/{role or 'Admin'}/{session_name or name}",
        name=name,
        kind=kind,
        confidence=confidence,
        reason="the cloud signed them in",
        role=role,
        session_name=session_name,
        issuer=issuer,
    )


def a_session_opened(
    opener: Principal,
    *,
    key: str = "ASIA1",
    via: str | None = None,
    role: str | None = f"arn:aws:iam::{ACCOUNT}:role/Admin",
    source_identity: str | None = None,
    statements: Sequence[Statement] = (),
    tools: Sequence[ToolSign] = (),
    expires_at: datetime | None = None,
) -> OpenedSession:
    """A sign-in into a role; through `via`, the key of an earlier session, a step of a chain."""
    return OpenedSession(
        key=key,
        opener=opener,
        via=via,
        role=role,
        source_identity=source_identity,
        statements=tuple(statements),
        tools=tuple(tools),
        expires_at=expires_at,
    )


def an_actor(
    name: str = "alice@example.com",
    *,
    kind: ActorKind = ActorKind.HUMAN,
    principal: str | None = None,
    chain: Sequence[str] = (),
    subject: str | None = None,
    issuer: str | None = None,
    is_known_pipeline: bool = False,
    run: str | None = None,
    confidence: Confidence = Confidence.HIGH,
) -> Actor:
    """A person, unless said otherwise."""
    return Actor(
        kind=kind,
        name=name,
        principal=principal or f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/{name}",
        chain=tuple(chain),
        subject=subject,
        issuer=issuer,
        is_known_pipeline=is_known_pipeline,
        run=run,
        confidence=confidence,
    )


def a_classification(
    *,
    channel: Channel = Channel.CONSOLE,
    tool: Tool = Tool.CONSOLE,
    credential: Credential = Credential.CONSOLE_SESSION,
    lane: Lane = Lane.INFRASTRUCTURE,
    references: Sequence[Reference] = (),
    pipeline: str | None = "deploy",
    run_id: str | None = None,
) -> Classification:
    """By hand in the console, unless said otherwise."""
    return Classification(
        tool=tool,
        credential=credential,
        channel=channel,
        lane=lane,
        references=tuple(references),
        pipeline=pipeline if channel is Channel.PIPELINE else None,
        run_id=run_id,
        reasons=(f"a {channel} change",),
        confidence=Confidence.HIGH,
    )


def a_write(
    event: ChangeEvent | None = None, actor: Actor | None = None, classification: Classification | None = None
) -> Write:
    """One write with its verdicts."""
    return Write(
        event=event or an_event(),
        actor=actor or an_actor(),
        classification=classification or a_classification(),
    )


def a_change(*writes: Write, change_id: str = "chg-1", resource: Resource = SECURITY_GROUP) -> Change:
    """A change of the given writes, of one ordinary write by default."""
    return Change(change_id=change_id, session_id="ses-1", resource=resource, writes=writes or (a_write(),))


def a_session(*changes: Change) -> ChangeSession:
    """A session of the given changes, of one ordinary change by default."""
    return ChangeSession(session_id="ses-1", changes=changes or (a_change(),))


def an_approval(by: str = "erin@example.com", *, at: datetime, declined: bool = False) -> Approval:
    """A yes, unless said otherwise."""
    decision = ApprovalDecision.DECLINED if declined else ApprovalDecision.APPROVED
    return Approval(by=by, decision=decision, at=at)


def a_ticket(
    key: str = "OPS-1",
    *,
    kind: TicketKind = TicketKind.CHANGE,
    created_at: datetime = NOON - timedelta(hours=2),
    approvals: Sequence[Approval] = (),
    resources: Sequence[str] = (),
    window: tuple[datetime, datetime] | None = None,
) -> Ticket:
    """A change ticket of two hours before noon that nobody approved, unless said otherwise."""
    return Ticket(
        system="jira",
        key=key,
        kind=kind,
        title="Open the port",
        status="In Progress",
        url=f"https://example.atlassian.net/browse/{key}",
        requested_by="alice@example.com",
        assignee=None,
        created_at=created_at,
        updated_at=created_at,
        approvals=tuple(approvals),
        resources=tuple(resources),
        window_start=window[0] if window else None,
        window_end=window[1] if window else None,
    )


def a_deployment(
    *reviews: Review, run_id: str = "9182736455", author: str = "dave@example.com", head: str = "c0ffee"
) -> Deployment:
    """A pipeline run of a pull request with the given reviews."""
    return Deployment(
        run_id=run_id,
        run_url=f"https://code.example.com/runs/{run_id}",
        repository="example/infra",
        ref="refs/heads/main",
        head_sha=head,
        actor="dave@example.com",
        environment="production",
        started_at=NOON - minutes(5),
        finished_at=None,
        conclusion=None,
        pull_request=PullRequest(
            number=7,
            url="https://code.example.com/pulls/7",
            title="Open the port",
            author=author,
            head_sha=head,
            merged_at=NOON - minutes(10),
            merged_by=author,
            reviews=reviews,
            checks=(Check(name="plan", conclusion="success", completed_at=NOON - minutes(20)),),
        ),
    )


def a_review(
    by: str = "erin@example.com",
    *,
    commit: str = "c0ffee",
    state: str = "approved",
    at: datetime | None = None,
) -> Review:
    """An approval of the final head an hour before noon, unless said otherwise."""
    return Review(by=by, state=state, commit=commit, at=at or NOON - minutes(60))


def a_match(coverage: Coverage = Coverage.NONE, *reasons: str, ticket: Ticket | None = None) -> TicketMatch:
    """What covers a change: nothing, unless said otherwise."""
    return TicketMatch(
        coverage=coverage,
        method="session name" if ticket else None,
        confidence=Confidence.HIGH,
        reasons=reasons or (f"coverage is {coverage}",),
        ticket=ticket,
    )


def a_finding(
    finding_id: str = "f-1",
    *,
    kind: FindingKind = FindingKind.DRIFTED,
    resource: Resource = SECURITY_GROUP,
    address: str | None = "aws_security_group.web",
    severity: Severity = Severity.HIGH,
    attributes: Sequence[AttributeDrift] = (AttributeDrift(path="ingress", declared=[], live=[22]),),
    baseline: str | None = "prod",
    source: str | None = "main.tf:12",
) -> DriftFinding:
    """A drifted security group, unless said otherwise."""
    return DriftFinding(
        finding_id=finding_id,
        kind=kind,
        address=address,
        type=resource.type or "aws_security_group",
        resource_id=resource.id,
        account=ACCOUNT,
        region="eu-west-1",
        severity=severity,
        attributes=tuple(attributes),
        explained_by=(),
        baseline=baseline,
        source=source,
    )


def a_standing(*findings: DriftFinding, is_compared: bool = True) -> Standing:
    """How a declared resource stands: as declared, unless findings are given."""
    return Standing(
        address="aws_security_group.web", source="main.tf:12", is_compared=is_compared, findings=findings
    )


def a_judgement(
    disposition: Disposition = Disposition.UNTICKETED,
    *,
    severity: Severity = Severity.HIGH,
    alert: bool = True,
    match: TicketMatch | None = None,
    standing: Standing | None = None,
    environment: str | None = "production",
) -> Judgement:
    """An unticketed change that somebody must know of, unless said otherwise."""
    found = match or a_match()
    return Judgement(
        match=found,
        standing=standing or Standing(),
        decision=Decision(
            disposition=disposition,
            severity=severity,
            alert=alert,
            environment=environment,
            reasons=found.reasons,
        ),
    )


def an_alert(session_id: str = "ses-1", *, headline: str = "alice@example.com opened tcp/22") -> Alert:
    """A message about a session, not yet queued."""
    return Alert(
        client_id="",
        session_id=session_id,
        severity=Severity.HIGH,
        headline=headline,
        call_to_action="Name sg-0abc in its ticket.",
        actor="alice@example.com",
        identity="recorded under alice@example.com",
        channel="by hand in the console",
        account=ACCOUNT,
        environment=None,
        began_at=NOON,
        detected_at=NOON,
        changes=(),
        fallback_text=headline,
    )


def a_checkpoint(size: int = 13, *, made_at: datetime = NOON) -> Checkpoint:
    """A signed one, of a ledger that has the same entries in every test."""
    key = local_key("driftledger/example", bytes(32))
    root = base64.b64encode(hashlib.sha256(b"%d" % size).digest()).decode()
    note = key.sign(f"{key.name}\n{size}\n{root}\n")
    return Checkpoint(size=size, root=root, note=note, made_at=made_at)
