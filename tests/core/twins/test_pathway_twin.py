"""The phone plans as the server does: the same steps, moments and names, whatever happened."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.core.twins.engines import Twin
from tests.core.twins.lives import KINDS, LEVELS, LIVES, ROLES, START, life
from tongxin.cases.derivation import urgency
from tongxin.core import pathway
from tongxin.core.pathway import CHINA, Calendar, Fact, Pathway
from tongxin.core.pathway.export import (
    calendar_json,
    fact_json,
    masked_json,
    pathway_json,
    step_json,
    without_levels,
)
from tongxin.lib.strict_yaml import load

DEFINITIONS = Path(__file__).parents[3] / "definitions"
random_lives = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


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
    {"ask": "keep", "name": "pathway", "value": pathway_json(the_pathway(), psychology=True)},
    {"ask": "keep", "name": "lay pathway", "value": pathway_json(the_pathway(), psychology=False)},
    {"ask": "keep", "name": "calendar", "value": calendar_json(the_calendar())},
]


@pytest.fixture(scope="module", autouse=True)
def _kept(node: Twin) -> None:
    node.ask(KEEP)


def asked(facts: tuple[Fact, ...], now: datetime, masked: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "ask": "plan", "facts": [fact_json(fact) for fact in facts], "calendar": "calendar",
        "pathway": "lay pathway" if masked else "pathway", "now": now.isoformat(), "masked": masked,
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


def test_a_browser_plans_the_same(twin: Twin) -> None:
    chance = random.Random(7)
    lives = [random_life(chance) for _ in range(40)]
    twin.ask(KEEP)
    found = twin.ask([asked(*lived) for lived in lives])
    assert found == [in_python(*lived) for lived in lives]
    assert len({step["rule"] for plan in found for step in plan["steps"]}) > 15


def random_life(chance: random.Random) -> tuple[tuple[Fact, ...], datetime]:
    alarm = {"gate": "harmed", "zh": "危险", "kind": "crisis", "report": True, "household": True}
    acts = []
    for kind in ["registration", *chance.choices(sorted(KINDS), k=9)]:
        data = {"seen_in_person": "yes", "proposed": chance.choice(LEVELS), "outcome": chance.choice(["agrees", "no"])}
        data |= {"alarms": [alarm]} if chance.random() < 0.1 else {}
        acts.append((kind, data, chance.randint(0, 60_000), 1, chance.choice(ROLES), "p1", chance.randint(0, 5), ""))
    return life(acts, chance.randint(0, 90_000))


def test_every_case_of_the_calendars(twin: Twin) -> None:
    twin.ask(KEEP)
    files = [load(DEFINITIONS / f"calendar/cn-{year}.cases.yaml").content for year in (2025, 2026)]
    cases = [case for each in files for case in each["cases"]]
    asked = [{"ask": "working", "calendar": "calendar", "day": str(case["day"])} for case in cases]
    assert twin.ask(asked) == [case["working"] for case in cases]


def test_months_and_working_days_end_on_the_same_moment(node: Twin) -> None:
    starts = [datetime(2025, month, day, 23, 59, 59, 5, CHINA) for month in (1, 2, 8, 9, 12) for day in (1, 28)]
    starts += [datetime(2024, 2, 29, 0, 0, tzinfo=CHINA), datetime(2025, 1, 31, 12, 0, tzinfo=CHINA)]
    spans = [{unit: n} for unit in ("minutes", "hours", "days", "working_days", "months") for n in (0, 1, 13)]
    asked = [{"ask": "due", "calendar": "calendar", "span": span, "since": since.isoformat()}
             for span in spans for since in starts]
    wanted = [pathway.due_at(span, since=since, calendar=the_calendar()) for span in spans for since in starts]
    assert node.ask(asked) == [moment.isoformat() for moment in wanted]


class TestWithoutPsychology:
    """A lay worker's phone plans her own steps without ever being told the grade (spine A11)."""

    def facts(self, *more: Fact) -> tuple[Fact, ...]:
        acts = [
            ("registration", {}, 0, 0, "child_director", "p1", 0, ""),
            ("identification", {"result": "refer"}, 60, 0, "child_director", "p1", 0, ""),
            ("assessment", {"proposed": "mid_high", "cells": {"economy": 2}}, 60, 0, "social_worker", "p2", 0, ""),
            ("grade_decision", {"level": "mid_high", "action": "confirm"}, 60, 0, "case_manager", "p3", 0, ""),
        ]
        return (*life(acts, 0)[0], *more)

    def plans(self, node: Twin, known: tuple[Fact, ...], more: tuple[Fact, ...]) -> tuple[list[Any], list[Any]]:
        now = START + timedelta(days=2)
        state = pathway.fold(known, pathway=the_pathway(), calendar=the_calendar(), on=now)
        masked = masked_json(state, upto=known[-1].seq)
        bare = tuple(replace(fact, data=without_levels(fact.data)) for fact in (*known, *more))
        sent = asked(bare, now, masked)
        assert "mid_high" not in json.dumps([sent["facts"], sent["masked"]])
        seen, real = node.ask([sent])[0]["steps"], in_python((*known, *more), now)["steps"]
        hers = [[step for step in steps if step["role"] == "child_director"] for steps in (seen, real)]
        return hers[0], hers[1]

    def test_her_phone_cannot_look_up_which_grade_comes_how_soon(self) -> None:
        told = pathway_json(the_pathway(), psychology=False)["intervals"]
        assert {level for table in told.values() for level in table} == {"ungraded", "unknown"}

    def test_her_own_steps_are_due_when_they_are(self, node: Twin) -> None:
        seen, real = self.plans(node, self.facts(), ())
        assert [step["rule"] for step in seen] == ["first_visit"]
        assert seen == real

    def test_a_visit_written_offline_brings_the_next_one(self, node: Twin) -> None:
        at = START + timedelta(days=1)
        visit = Fact(id="v", seq=9, kind="visit", at=at, recorded_at=at, data={"seen_in_person": "yes"})
        seen, real = self.plans(node, self.facts(), (visit,))
        assert [step["rule"] for step in seen] == ["visit"]
        assert seen == real

    def test_a_danger_written_offline_begins_the_crisis(self, node: Twin) -> None:
        at = START + timedelta(days=1)
        alarm = {"gate": "harmed", "zh": "危险", "kind": "crisis", "report": True, "household": True}
        data = {"seen_in_person": "yes", "alarms": [alarm]}
        visit = Fact(id="v", seq=9, kind="visit", at=at, recorded_at=at, data=data)
        seen, real = self.plans(node, self.facts(), (visit,))
        assert "crisis.stay" in [step["rule"] for step in seen]
        assert seen == real
