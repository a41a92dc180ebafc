"""The browser and the server judge the same answers alike."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.core.forms.samples import GOLDEN, in_browser, in_python, read_sample

FORM = read_sample()
CASES = GOLDEN["cases"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
class TestGoldenCases:
    def test_server_finds_what_the_case_says(self, case: dict[str, Any]) -> None:
        found = in_python(FORM, case["answers"], age=case.get("age"))
        assert [problem["path"] for problem in found["problems"]] == case["problems"]
        assert set(case.get("visible", [])) <= set(found["shown"])
        assert not set(case.get("hidden", [])) & set(found["shown"])
        for name, value in case.get("kept", {}).items():
            assert found["answers"][name] == value


def test_browser_finds_the_same_in_every_golden_case() -> None:
    for age in (None, 11, 12):
        cases = [case for case in CASES if case.get("age") == age]
        found = in_browser(FORM, [case["answers"] for case in cases], age=age)
        for case, seen in zip(cases, found, strict=True):
            assert seen == in_python(FORM, case["answers"], age=age), case["name"]


def test_browser_and_server_agree_on_random_answers() -> None:
    chance = random.Random(20251230)
    sheets = [_random_answers(chance) for _ in range(600)]
    for answers, seen in zip(sheets, in_browser(FORM, sheets, age=12), strict=True):
        assert seen == in_python(FORM, answers, age=12), answers


ODD: list[Any] = [
    *(None, "", " ", "　", [], {}, 0, -1, 3, 16, 10**12, True, "0", "1.25", "-0.0", "+7", "007", "20.5"),
    *("1e3", "NaN", "１２３", "否", "yes", "no", "unknown", "often", "none", "other", "violence", "father"),
    *("2025-12-30", "2025-12-30T08:00", "2025-12", "2024-02-29", "2023-02-29", "1899-12-31", "371202001"),
    *("张\u0000三", "\ud800", "长" * 300, "😀" * 30, "a\nb", "a\r\nb", "no_papers", "AB1234"),
    *(["visit"], ["visit", "visit"], ["unknown"], ["talk", "unknown"], [1], [{}], [None]),
    *({"mood": "1"}, {"mood": "0", "sleep": "2"}, {"mood": 1}, {"sleep": ""}, {"z": None}),
]


def _random_answers(chance: random.Random) -> Any:
    if chance.random() < 0.02:
        return chance.choice(ODD)
    answers = {field.id: chance.choice(ODD) for field in FORM.fields if chance.random() < 0.7}
    if chance.random() < 0.8:
        answers["carers"] = [_random_row(chance) for _ in range(chance.randrange(4))]
    if chance.random() < 0.1:
        answers[chance.choice(["x", "a b", "__x", "é"])] = chance.choice(ODD)
    return answers


def _random_row(chance: random.Random) -> Any:
    names = ("carer_name", "relation", "relation_note", "stranger")
    if chance.random() < 0.05:
        return chance.choice(ODD)
    return {name: chance.choice(ODD) for name in names if chance.random() < 0.6}
