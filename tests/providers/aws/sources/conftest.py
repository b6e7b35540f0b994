"""Places in a simulated AWS."""

from collections.abc import Iterator

import pytest

from tests.providers.aws.sources.place import Place, a_place
from tests.providers.state_stores.servers import Servers


@pytest.fixture
def place(state_servers: Servers) -> Iterator[Place]:
    """A bucket and a queue, nothing in them."""
    with a_place(state_servers.moto) as made:
        yield made
