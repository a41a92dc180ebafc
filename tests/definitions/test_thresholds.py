"""Each threshold has a case on either side, each rule one that it decides, each definition one with gaps."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.core.grading.rulings import ON, library, rules
from tongxin.core.grading import Rules, read_gates, read_identification, read_rubric
from tongxin.lib import definitions, places
from tongxin.lib.definition_cases import run_cases
from tongxin.lib.strict_yaml import Document

RULED = (("rubric", "rubric"), ("identification", "identification_form"), ("identification", "identification_form_0_3"))
ALL = (*RULED, ("gates", "gates"))


def content(kind: str, id: str) -> dict[str, Any]:
    return definitions.resolve(library(), kind, id, on=ON).content


def cases(kind: str, id: str) -> Document:
    found = definitions.load_cases(places.definitions_folder(), kind, id)
    assert found is not None, f"{kind}/{id} 没有案例"
    return found


def with_content(kind: str, id: str, changed: Mapping[str, Any]) -> Rules:
    shipped = rules()
    if kind == "rubric":
        rubric = read_rubric(changed, vocabulary=shipped.vocabulary)
        schemes = {name: replace(scheme, rubric=rubric) for name, scheme in shipped.schemes.items()}
        return replace(shipped, rubric=rubric, schemes=schemes)
    if kind == "gates":
        return replace(shipped, gates=read_gates(changed, vocabulary=shipped.vocabulary))
    found = read_identification(changed, vocabulary=shipped.vocabulary)
    return replace(shipped, identification={**shipped.identification, id: found})


def failing(kind: str, id: str, changed: Mapping[str, Any]) -> int:
    return len(list(run_cases(kind, id, cases(kind, id), rules=with_content(kind, id, changed), get=content)))


def thresholds() -> list[tuple[str, str, str, int]]:
    return [
        (kind, id, value["id"], step) for kind, id in RULED for value in content(kind, id)["values"] for step in (-1, 1)
    ]


@pytest.mark.parametrize(("kind", "id", "name", "step"), thresholds())
def test_a_case_stands_on_either_side_of_each_threshold(kind: str, id: str, name: str, step: int) -> None:
    shipped = content(kind, id)
    moved = [{**value, "value": value["value"] + step} if value["id"] == name else value for value in shipped["values"]]
    assert failing(kind, id, {**shipped, "values": moved}), f"{name} 移动 {step} 后没有案例发现"


def listed_rules() -> list[tuple[str, str, str, str]]:
    lists = {"rubric": ("cell_rules", "combine"), "identification": ("refer", "incomplete"), "gates": ("gates",)}
    return [
        (kind, id, part, rule["id"]) for kind, id in ALL for part in lists[kind] for rule in content(kind, id)[part]
    ]


@pytest.mark.parametrize(("kind", "id", "part", "rule"), listed_rules())
def test_a_case_notices_when_a_rule_is_gone(kind: str, id: str, part: str, rule: str) -> None:
    shipped = content(kind, id)
    without = [each for each in shipped[part] if each["id"] != rule]
    assert failing(kind, id, {**shipped, part: without}), f"删去 {rule} 后没有案例发现"


@pytest.mark.parametrize(("kind", "id"), ALL)
def test_a_case_has_gaps(kind: str, id: str) -> None:
    gaps = ("没有", "缺", "不清楚")
    assert any(any(word in case["name"] for word in gaps) for case in cases(kind, id).content["cases"])


@pytest.mark.parametrize("kind", ["gates", "rubric", "grading", "identification", "calendar", "instruments"])
def test_each_ruling_definition_has_cases(kind: str) -> None:
    for id in library().ids(kind):
        assert len(cases(kind, id).content["cases"]) >= 3
