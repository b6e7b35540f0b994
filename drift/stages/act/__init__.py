"""What somebody wants to do about a change or finding: may they, and what does it change?"""

from drift.stages.act.take import Acted, act

__all__ = ["Acted", "act"]
