"""Who answers for the rules in force: our own rules are changes too."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesEdit:
    """What the configuration says of its own last edit. It is the editor's word: nobody vouches for it."""

    edited_by: str | None = None
    approved_by: str | None = None
    ticket: str | None = None
