"""Tells which of a repository's pipelines may deploy."""

import re
import tomllib
from functools import cache
from importlib.resources import files


def may_deploy(text: str) -> bool:
    """Tell whether a pipeline's file names anything by which one deploys."""
    return any(pattern.search(text) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    text = files("providers").joinpath("deploying.toml").read_text(encoding="utf-8")
    return tuple(re.compile(one) for one in tomllib.loads(text)["patterns"])
