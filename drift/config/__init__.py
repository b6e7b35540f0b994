"""Turns config.toml into frozen settings; the only code that reads the environment.

`tables` is the shape of the file, `assemble` says what it means, the others read and check it.
"""

from drift.config.assemble import load
from drift.config.settings import AdapterSettings, BaselineSettings, ClockSource, Settings

__all__ = ["AdapterSettings", "BaselineSettings", "ClockSource", "Settings", "load"]
