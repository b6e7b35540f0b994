"""Does a resource, read live, differ from what is declared, and which writes explain it?"""

from drift.stages.detect.findings import detect

__all__ = ["detect"]
