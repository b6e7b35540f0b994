"""Turns config.toml into frozen settings; the only code that reads the environment.

`tables` is the shape of the file, `assemble` and `policy` say what it means, the others read and check it.
"""

from drift.config.assemble import load
from drift.config.listening import Listen
from drift.config.own_tables import REDACT, wrong_table
from drift.config.settings import (
    AdapterSettings,
    BaselineSettings,
    ClockSource,
    LogFormat,
    OwnTable,
    Settings,
)
from drift.config.web_settings import OidcSettings, ProxySettings, WebSettings

__all__ = [
    "REDACT",
    "AdapterSettings",
    "BaselineSettings",
    "ClockSource",
    "Listen",
    "LogFormat",
    "OidcSettings",
    "OwnTable",
    "ProxySettings",
    "Settings",
    "WebSettings",
    "load",
    "wrong_table",
]
