"""One installation built once, a copy of it for each test."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.house import IS_POSTGRESQL, House, built


@pytest.fixture(scope="session")
def model_house(tmp_path_factory: pytest.TempPathFactory, shelf: Path) -> Iterator[House]:
    """Built by the first process that needs it; on PostgreSQL by each, for each has a server of its own."""
    ground = tmp_path_factory.mktemp("model") if IS_POSTGRESQL else shelf / "deployed"
    ground.mkdir(exist_ok=True)
    with (ground / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        house = House(ground / "house") if (ground / "whole").exists() else built(ground / "house")
        (ground / "whole").touch()
    yield house
    house.leave()


@pytest.fixture
def house(model_house: House, tmp_path: Path) -> Iterator[House]:
    copy = model_house.copied(tmp_path / "house")
    yield copy
    copy.leave()
