"""The phone finds in a filled form what the server finds: results, gates, alarms, reasons, clear data."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any

import pytest

from tests.core.twins.answered import answers_to, cases, content, form, ids, the_rules
from tests.core.twins.engines import Twin
from tongxin.assessments.forms import Asked, age_on, months_on
from tongxin.assessments.outcomes import ABOUT, outcome_of
from tongxin.core.grading.export import form_json, gates_json, identification_json, instrument_json
from tongxin.people.models import Child

DAY = "2026-01-05"
IDENTIFICATIONS = ids("identification")
# What a role without psychology is never told.
HIDDEN = {"scores", "proposed", "cells", "factors", "suggestion", "proposal"}
FORMS = [id for id in ids("forms") if id not in {"registration"}]


def definitions() -> dict[str, Any]:
    rules = the_rules()
    return {
        "gates": gates_json(rules.gates), "highest": rules.rubric.order[-1],
        "identification": {id: identification_json(each) for id, each in rules.identification.items()},
        "instruments": {id: instrument_json(content("instruments", id), psychology=True) for id in ids("instruments")},
    }


def keep(twin: Twin) -> None:
    told = definitions()
    forms = {id: form_json(form(id), form_hash=id, names=the_rules().names) for id in FORMS}
    values = {"all": told, "gates": told["gates"], **told["identification"]}
    values |= {f"form {id}": forms[id] for id in FORMS}
    twin.ask([{"ask": "keep", "name": name, "value": value} for name, value in values.items()])


@pytest.fixture(scope="module")
def kept(twin: Twin) -> Twin:
    keep(twin)
    return twin


def born(months: int) -> str:
    """A month of birth from which that many months are certain on the day of the cases."""
    index = 2026 * 12 - months - 1
    return f"{index // 12}-{index % 12 + 1:02}-01"


def test_every_case_of_the_gates(kept: Twin) -> None:
    found = cases("gates", "gates")["cases"]
    told = kept.ask([{"ask": "gates", "gates": "gates", "facts": {"on": DAY, **case["facts"]}} for case in found])
    assert told == [case["gives"]["gates"] for case in found]


@pytest.mark.parametrize("id", IDENTIFICATIONS)
def test_every_case_of_an_identification(kept: Twin, id: str) -> None:
    written = cases("identification", id)
    asked = []
    for case in written["cases"]:
        answers = {**written["usual"], **case["answers"]}
        asked.append({
            "ask": "outcome", "form": f"form {id}", "definitions": "all", "on": DAY,
            "answers": {key: value for key, value in answers.items() if key not in case.get("without", [])},
            "child": {"birth_month": born(case["age_months"])},
        })
    for case, told in zip(written["cases"], kept.ask(asked), strict=True):
        found = {
            "result": told["identified"]["result"], "because": [each["rule"] for each in told["identified"]["reasons"]],
            "gates": [each["id"] for each in told["gates"]],
        }
        assert {key: found[key] for key in case["gives"]} == case["gives"], case["name"]


def test_random_answers_to_every_form(node: Twin) -> None:
    keep(node)
    chance = random.Random(20260105)
    drawn = [(id, answers_to(form(id), chance), born(chance.randint(0, 210))) for id in FORMS for _ in range(16)]
    for psychology in (False, True):
        asked = [
            {"ask": "outcome", "form": f"form {id}", "definitions": "all", "answers": answers, "on": DAY, "about": "a1",
             "child": {"birth_month": birth}, "psychology": psychology} for id, answers, birth in drawn
        ]
        for (id, answers, birth), told in zip(drawn, node.ask(asked), strict=True):
            assert told["data"] == in_python(id, answers, birth, psychology), (id, answers)


def in_python(id: str, answers: dict[str, Any], birth: str, psychology: bool) -> dict[str, Any]:
    made = form(id)
    hashes = {f"grading/{scheme}": "" for scheme in the_rules().schemes}
    asked = Asked(form=made, form_hash="", action="", rules=the_rules(), definitions=hashes)
    found = outcome_of(
        asked=asked, answers=answers, child=Child(birth_month=date.fromisoformat(birth)),
        on=date.fromisoformat(DAY), scheme=sorted(the_rules().schemes)[0], about="a1",
    )
    data: dict[str, Any] = json.loads(json.dumps(found.data))
    seen = {key: value for key, value in data.items() if key not in HIDDEN}
    if psychology and "scores" in data:
        seen["scores"] = data["scores"]
    if psychology and "alarms" in data:
        seen["proposed"] = data["proposed"]
    return seen


def test_ages_are_counted_alike(kept: Twin) -> None:
    months = [f"{year}-{month:02}-01" for year in (2008, 2015, 2025, 2026) for month in (1, 6, 12)]
    for day in ("2026-01-05", "2025-12-31", "2026-06-01"):
        told = kept.ask([{"ask": "ages", "birth": birth, "on": day} for birth in months])
        on = date.fromisoformat(day)
        births = [date.fromisoformat(birth) for birth in months]
        assert told == [[age_on(birth, on), months_on(birth, on)] for birth in births]


def test_what_an_entry_answers_has_the_same_names(node: Twin) -> None:
    assert node.ask([{"ask": "about"}]) == [ABOUT]
