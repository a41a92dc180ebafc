"""Phones and desks at a real server that is cut off, asked twice and killed: nothing lost, nothing overwritten.

The score is printed; 300 seeded steps here, ten thousand and more in `tests/soak/test_sync.py`.
"""

import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.sync import wire
from tests.sync.audit_scores import SCORES
from tests.sync.fleet import Pocket, Score
from tests.sync.house import House

STEPS = 300
# Bringing a server up again takes a second or two.
BETWEEN_KILLS = 140
ROUND = 50
STEPS_A_CHILD = 150
NUMBERS = st.integers(1, 9999)
WRITES = ("visit", "visit", "echo", "note", "correction", "correction", "again", "child")
SENDS = (
    "whole", "whole", "whole", "whole", "cut_before", "cut_within", "cut_after", "cut_after", "again", "twice_at_once",
    "reordered", "too_many", *wire.FROM_OTHERS,
)
ACTIONS = st.sampled_from([
    *(("writes", kind) for kind in WRITES * 2), *(("sends", fault) for fault in SENDS * 2),
    *(("asks", fault) for fault in ("whole", "whole", "whole", "cut_after")),
    *(("is_set", days) for days in ("-3", "0", "0", "3")),
])
DEEDS = st.sampled_from(["corrects", "corrects", "moves", "decides", "decides", "works", "expires", "stops"])
WHO = st.integers(0, 3)
CALM = settings(
    stateful_step_count=ROUND, max_examples=3, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck), print_blob=False,
)


def machine(house: House, score: Score, fleet: list[Pocket], stage: dict[str, Any]) -> type[RuleBasedStateMachine]:
    """The phones and the desk as rules; the server and everything in it goes on from round to round."""

    class Fleet(RuleBasedStateMachine):
        @rule(who=WHO, action=ACTIONS, number=NUMBERS, deed=DEEDS)
        def step(self, who: int, action: tuple[str, str], number: int, deed: str) -> None:
            """Mostly phones; now and then the desk, seldom the power.

            What breaks ends the run as it is: nothing here can be done over again.
            """
            if score.broken is None:
                try:
                    self._does(who, action, number, deed)
                except Exception as broken:
                    score.broken = broken

        def _does(self, who: int, action: tuple[str, str], number: int, deed: str) -> None:
            score.steps += 1
            score.since_kill += 1
            if score.since_kill > BETWEEN_KILLS:
                fleet[who].writes("visit", number)
                fleet[who].sends("killed", number)
            elif number % 6 == 0:
                desk_does(house, deed, number, phone=fleet[who], stage=stage)
            else:
                getattr(fleet[who], action[0])(action[1], number)

    return Fleet


def desk_does(house: House, deed: str, number: int, *, phone: Pocket, stage: dict[str, Any]) -> None:
    """One thing that an office does while phones are away."""
    child = stage["children"][number % len(stage["children"])]
    if deed == "corrects":
        house.asks("correct", child=child, phone=f"137{number % 4:08d}")
    elif deed == "moves":
        house.asks("move", child=child, village=number % 2)
    elif deed == "decides":
        house.asks("decide", turn=number)
    elif deed == "works":
        house.asks("work")
    elif deed == "expires":
        house.asks("expire", device=phone.device)
    elif number % 4 == 0:
        house.asks("revoke", device=phone.device, wipes=number % 8 == 0)
    elif "retired" not in stage:
        stage["retired"] = house.asks("retire")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path / "home")
    yield found
    found.close()


def scored(house: House, *, steps: int, first: int) -> Score:
    """Rounds of random steps until there are enough, then everybody comes home.

    A longer run has more children: none of them lives through more than a caseload's child does.
    """
    score, stage = Score(), house.insists("build", more=steps // STEPS_A_CHILD)
    stage["since"] = time.monotonic()
    logins = [each["login"] for each in stage["people"]]
    # Two phones of one director, one of another, one of a supervisor: every child is on several.
    fleet = [
        Pocket(house, score, stage, login, random.Random(first + number))
        for number, login in enumerate([logins[0], *logins])
    ]
    number = first
    while score.steps < steps:
        found = seed(number)(machine(house, score, fleet, stage))
        run_state_machine_as_test(found, settings=CALM)
        if score.broken is not None:
            raise score.broken
        number += 1
    for phone in fleet:
        phone.comes_home()
    house.insists("work")
    for phone in fleet:
        phone.hears_all()
    return score


def judge(house: House, score: Score) -> dict[str, Any]:
    """Print the score, and fail unless it is nothing four times."""
    found = house.insists("audit", sent=score.sent, told=score.told)
    said = (
        f"{score.steps:,} steps, {found['entries']:,} entries, {found['arrived']:,} arrived, {found['held']:,} held, "
        f"{score.kills} kills, faults {score.faults}\n"
        f"entries lost {len(found['lost'])}, silently overwritten {len(found['overwritten'])}, "
        f"duplicated {len(found['duplicated'])}, unexplained {len(found['unexplained'])}"
    )
    sys.stdout.write(f"\n{said}\n")
    assert {name: found[name] for name in SCORES} == {name: [] for name in SCORES}
    assert score.strange == []
    nowhere = score.sent[0] | {"id": "01a20280-fe26-77f4-9361-000000000000"}
    assert len(house.insists("audit", sent=[*score.sent, nowhere], told=score.told)["lost"]) == 1
    return dict(found)


def test_nothing_is_lost_in_a_bad_network(house: House) -> None:
    score = scored(house, steps=STEPS, first=20251230)
    judge(house, score)
    assert score.kills > 0 and len(score.faults) > 6
