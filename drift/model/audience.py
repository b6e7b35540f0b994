"""Whom a report is for."""

from enum import StrEnum


class Audience(StrEnum):
    """Whom it is for, which decides what it shows and whether it names people."""

    RESPONDERS = "responders"
    AUDITORS = "auditors"
    MANAGERS = "managers"
    TEAM = "team"
    """Those who answer for what the rows are about: they see these rows and no others."""

    @property
    def names_people(self) -> bool:
        """Tell whether full names are shown."""
        return self is not Audience.MANAGERS
