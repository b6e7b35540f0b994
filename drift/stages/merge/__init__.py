"""Which records tell of one call, and what do they say together?

Nothing here touches the store, but for `gather`, which is imported by itself.
"""

from drift.stages.merge.calls import Merged, more_known, still_known
from drift.stages.merge.operations import Operations, completed

__all__ = ["Merged", "Operations", "completed", "more_known", "still_known"]
