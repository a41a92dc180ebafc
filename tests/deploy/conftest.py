"""One installation built once, a copy of it for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.house import House, built


@pytest.fixture(scope="session")
def model_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = built(tmp_path_factory.mktemp("model") / "house")
    yield house
    house.leave()


@pytest.fixture
def house(model_house: House, tmp_path: Path) -> Iterator[House]:
    copy = model_house.copied(tmp_path / "house")
    yield copy
    copy.leave()
