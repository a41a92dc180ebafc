"""Ten thousand random steps of phones and desks at a server that is cut off and killed: the score is nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.conftest import Part
from tests.sync.audit_scores import SCORES
from tests.sync.house import House
from tests.sync.test_faults import judge, scored

pytestmark = pytest.mark.soak
STEPS = int(os.environ.get("TONGXIN_SYNC_STEPS", "10000"))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path / "home")
    yield found
    found.close()


def test_phones_in_a_bad_network(house: House, part: Part) -> None:
    score = scored(house, steps=STEPS, first=part.seed)
    found = judge(house, score)
    part.counts.update({
        "steps": score.steps, "entries": found["entries"], "held": found["held"], "kills": score.kills,
        **{name: len(found[name]) for name in SCORES},
    })
