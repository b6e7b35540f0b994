"""A cloud, and a mirror in which the toy provider that reads it is installed."""

from pathlib import Path

import pytest

from tests.providers.terraform.plugin.toys import ToyCloud, a_cloud, install, toy_program


@pytest.fixture
def cloud(tmp_path: Path) -> ToyCloud:
    """An empty cloud."""
    return a_cloud(tmp_path)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A mirror with the toy provider."""
    install(tmp_path / "mirror", toy_program())
    return tmp_path / "mirror"
