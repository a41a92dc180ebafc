from collections.abc import Iterator

import pytest

from tests.core.twins.engines import Chromium, Node, Twin


@pytest.fixture(scope="session")
def node() -> Iterator[Twin]:
    twin = Node()
    yield twin
    twin.close()


@pytest.fixture(scope="module", params=[Node, Chromium], ids=["node", "chromium"])
def twin(request: pytest.FixtureRequest) -> Iterator[Twin]:
    twin: Twin = request.param()
    yield twin
    twin.close()
