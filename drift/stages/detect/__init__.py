"""Does a resource, read live, differ from what is declared, and which writes explain it?"""

from drift.stages.detect.beside import read_beside
from drift.stages.detect.findings import detect
from drift.stages.detect.noise import suspect

__all__ = ["detect", "read_beside", "suspect"]
