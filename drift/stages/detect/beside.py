"""What must be read beside a resource, so that what it shows is understood?"""

from collections.abc import Collection, Sequence

from drift.model.baseline import Declaration
from drift.model.detection import DetectRules
from drift.model.survey import Place
from drift.stages.detect.companions import Children


def read_beside(
    places: Collection[Place], declarations: Sequence[Declaration], rules: DetectRules
) -> set[Place]:
    """Return where the declared children of these resources stand: rules of a group, policies of a bucket.

    A child that was changed as well explains what its parent shows, but only if it was read.
    """
    wanted = set(places)
    children = Children(declarations, {}, rules)
    origins = {id(each): one.origin for one in declarations for each in one.resources}
    return {
        (origins[id(child)], child.address)
        for one in declarations
        for each in one.resources
        if (one.origin, each.address) in wanted
        for child in children.every_of(each)
    }
