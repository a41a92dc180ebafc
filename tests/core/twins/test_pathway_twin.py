"""The phone plans as the server does: the same steps, moments and names, whatever happened."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.core.twins.engines import Twin
from tests.core.twins.lives import LIVES
from tongxin.cases.derivation import urgency
from tongxin.core import pathway
from tongxin.core.pathway import CHINA, Calendar, Fact, Pathway
from tongxin.core.pathway.export import calendar_json, fact_json, pathway_json, step_json
from tongxin.lib.strict_yaml import load

DEFINITIONS = Path(__file__).parents[3] / "definitions"
random_lives = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@cache
def the_pathway() -> Pathway:
    crisis = load(DEFINITIONS / "crisis/steps.yaml").content
    return pathway.read(load(DEFINITIONS / "pathway/child.yaml").content, crisis=crisis)


@cache
def the_calendar() -> Calendar:
    years = [load(DEFINITIONS / f"calendar/cn-{year}.yaml").content for year in (2025, 2026)]

    def days(key: str) -> frozenset[date]:
        return frozenset(day for year in years for day in map(_day, year[key]))

    return Calendar(days("holidays"), days("workdays"), frozenset(year["year"] for year in years))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


KEEP = [
    {"ask": "keep", "name": "pathway", "value": pathway_json(the_pathway())},
    {"ask": "keep", "name": "calendar", "value": calendar_json(the_calendar())},
]


@pytest.fixture(scope="module", autouse=True)
def _kept(node: Twin) -> None:
    node.ask(KEEP)


def asked(facts: tuple[Fact, ...], now: datetime, masked: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "ask": "plan", "facts": [fact_json(fact) for fact in facts], "pathway": "pathway", "calendar": "calendar",
        "now": now.isoformat(), "masked": masked,
    }


def in_python(facts: tuple[Fact, ...], now: datetime) -> dict[str, Any]:
    state = pathway.fold(facts, pathway=the_pathway(), calendar=the_calendar(), on=now)
    steps = pathway.plan(state, calendar=the_calendar())
    expires = state.expires_at.astimezone(CHINA).isoformat() if state.expires_at else None
    return {
        "names": state.names(), "urgency": urgency(state), "steps": [step_json(step) for step in steps],
        "expires_at": expires,
    }


@random_lives
@given(lived=LIVES)
def test_any_life_has_the_same_plan(node: Twin, lived: tuple[tuple[Fact, ...], datetime]) -> None:
    facts, now = lived
    assert node.ask([asked(facts, now)]) == [in_python(facts, now)]
