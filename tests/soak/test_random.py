"""Random lives and random rules, for as long as there is time."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests import world
from tests.core.language.author import rules
from tests.core.language.engines import Engine
from tests.core.language.test_agreement import agree
from tests.core.language.world import SHEETS
from tests.flows.test_promise_one import ACTIONS, live
from tests.soak.conftest import Part

pytestmark = pytest.mark.soak
AT_ONCE = 10


def drawn(number: int, run: Callable[..., None], **asked: st.SearchStrategy[Any]) -> None:
    """A handful of examples that the number decides."""
    calm = settings(
        max_examples=AT_ONCE, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(number)(calm(given(**asked)(run)))()


@pytest.mark.django_db
def test_random_lives(cast: world.World, part: Part) -> None:
    def life(actions: list[Any]) -> None:
        part.counts["lives"] += 1
        part.counts["actions"] += len(actions)
        live(cast, actions)

    for number in part.turns():
        drawn(number, life, actions=st.lists(ACTIONS, min_size=3, max_size=25))


def test_rules_on_every_engine(engines: dict[str, Engine], part: Part) -> None:
    def answers(texts: list[str], sheets: list[dict[str, Any]]) -> None:
        part.counts["rules"] += len(texts)
        part.counts["answers"] += len(texts) * len(sheets) * len(engines)
        agree(engines, texts, sheets)

    for number in part.turns():
        drawn(
            number, answers, texts=st.lists(rules(), min_size=1, max_size=25),
            sheets=st.lists(SHEETS, min_size=1, max_size=60),
        )
