"""What the weekly report has to know of the configuration."""

from drift import __version__
from drift.config.settings import Settings
from drift.reports.weekly.facts import WeeklySettings


def weekly_settings(settings: Settings) -> WeeklySettings:
    """Return what the report says and counts by."""
    return WeeklySettings(
        organisation=settings.organisation,
        sources=tuple(source.name for source in settings.audit_logs),
        has_notifier=bool(settings.notifiers),
        decision=settings.decision,
        configuration_sha256=settings.sha256,
        tool_version=f"driftledger {__version__}",
        routing=settings.routing,
        reviews=settings.reviews,
        links=settings.web.url if settings.web else None,
        names_people=settings.report.names_people,
    )
