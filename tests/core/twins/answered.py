"""Forms of the shipped definitions with random answers, and the rules that judge them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tongxin.core.forms import Field, Form
from tongxin.core.grading import Rules, read_rules
from tongxin.lib.strict_yaml import load

DEFINITIONS = Path(__file__).parents[3] / "definitions"
NAMES = {
    "instruments": "instrument.yaml", "identification": "identification.yaml", "forms": "form.yaml",
    "gates": "gates.yaml", "rubric": "rubric.yaml", "grading": "*.yaml",
}


def ids(kind: str) -> tuple[str, ...]:
    return tuple(sorted(each.name for each in (DEFINITIONS / kind).iterdir() if each.is_dir()))


@cache
def content(kind: str, id: str) -> Mapping[str, Any]:
    if kind == "fields":
        return dict(load(DEFINITIONS / "fields" / f"{id}.yaml").content)
    found = [each for each in (DEFINITIONS / kind / id).glob(NAMES[kind]) if each.name != "cases.yaml"]
    return dict(load(found[0]).content)


def cases(kind: str, id: str) -> dict[str, Any]:
    return dict(load(DEFINITIONS / kind / id / "cases.yaml").content)


@cache
def the_rules() -> Rules:
    return read_rules(
        content, instrument_ids=ids("instruments"), scheme_ids=ids("grading"), identification_ids=ids("identification")
    )


@cache
def form(id: str) -> Form:
    return the_rules().form(content("forms", id))


def answers_to(form: Form, chance: random.Random) -> dict[str, Any]:
    """Answers to most questions, mostly possible ones."""
    gaps = chance.choice((0.0, 0.2, 0.6))
    return {each.id: _answer(each, chance) for each in form.fields if chance.random() >= gaps}


def _answer(field: Field, chance: random.Random) -> Any:
    codes = [option.code for option in field.options]
    if field.escape and chance.random() < 0.15 and field.type != "int":
        return chance.choice(field.escape).code
    if chance.random() < 0.03:
        return chance.choice([None, "", "?", [], 7])
    match field.type:
        case "code":
            return chance.choice(codes or ["?"])
        case "codes":
            return chance.sample(codes, chance.randint(0, min(3, len(codes))))
        case "yes_no":
            return chance.choice(["yes", "no"])
        case "date":
            return chance.choice(["2025-12-01", "2025-06-30", "2026-01-05"])
        case "datetime":
            return "2026-01-04T10:30"
        case "int":
            return chance.randint(0, 20)
        case "list":
            return [{each.id: _answer(each, chance) for each in field.fields} for _ in range(chance.randint(0, 3))]
    if field.sheet:
        return {item.id: chance.choice(item.options).code for item in field.sheet.items if chance.random() < 0.9}
    return "写下的话"
