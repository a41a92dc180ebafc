"""The forms: each loads, asks once, seals words, says who fills it, and can be filled in."""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from tests.core.grading.rulings import ON, library, rules
from tongxin.core import forms
from tongxin.core.forms import Field, Form
from tongxin.lib import definitions

IDS = library().ids("forms")
VETOES = {"wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat"}
ANSWERS: dict[str, Any] = {
    "text": "已核对", "long_text": "已核对", "name": "测试人", "signature_name": "测试人", "phone": "0634-1234567",
    "date": "2026-01-05", "datetime": "2026-01-05T08:30", "month": "2026-01", "division": "370116",
    "id_no": "11010519491231002X",
}  # fmt: skip


def content(id: str) -> dict[str, Any]:
    return definitions.resolve(library(), "forms", id, on=ON).content


def form(id: str) -> Form:
    return rules().form(content(id))


def answer(field: Field) -> Any:
    match field.type:
        case "code" | "yes_no":
            return field.options[0].code
        case "codes":
            return [field.options[0].code]
        case "int" | "decimal":
            return field.low if field.low is not None else 1
        case "list":
            return [{each.id: answer(each) for each in field.fields if each.type != "note"}]
        case "instrument":
            return {item.id: item.options[0].code for item in field.sheet.items} if field.sheet else {}
    return ANSWERS[field.type]


@pytest.mark.parametrize("id", IDS)
class TestEachForm:
    def test_says_its_kind_its_action_its_subject_and_who_fills_it(self, id: str) -> None:
        found = content(id)
        assert found["action"] == f"record.{id}"
        assert found["subject"] == "child"
        assert found["kind"] and found["filled_by"] and found["source"]

    def test_can_be_filled_in_from_top_to_bottom(self, id: str) -> None:
        asked = form(id)
        answers = {field.id: answer(field) for field in asked.fields if field.type != "note"}
        problems = forms.check(asked, answers, on=ON, age=18)
        assert problems == []

    def test_left_empty_it_asks_only_for_what_is_required(self, id: str) -> None:
        asked = form(id)
        problems = forms.check(asked, {}, on=ON, age=10)
        required = {field.id for field in asked.fields if field.required or field.required_if}
        assert {problem.path for problem in problems} <= required

    def test_words_and_raw_answers_are_sealed(self, id: str) -> None:
        for field in form(id).fields:
            open_types = {"code", "codes", "yes_no", "date", "datetime", "month", "int", "division"}
            assert field.sealed or field.type in open_types, field.id
            veiled = ("veto.", "sign.", "asq.", "event.", "wsc.", "experience.", "health.")
            assert field.sealed or not (field.binds or "").startswith(veiled), field.id

    def test_agrees_with_the_field_list_on_what_is_sealed(self, id: str) -> None:
        for field in form(id).fields:
            if field.type not in {"list", "note", "instrument"}:
                assert rules().names.fields[field.binds or ""].sealed is field.sealed, field.id


def uses() -> dict[str, list[tuple[str, Field]]]:
    found: dict[str, list[tuple[str, Field]]] = defaultdict(list)
    for id in IDS:
        for field in form(id).fields:
            if field.binds:
                found[field.binds].append((id, field))
    return found


class TestFillInOnce:
    def test_a_field_asked_by_two_forms_is_filled_from_the_first(self) -> None:
        for bound, asked in uses().items():
            if rules().names.fields[bound].asked_each_time:
                continue
            afresh = [id for id, field in asked if not field.prefill]
            assert len(afresh) <= 1, f"{bound} 在 {'、'.join(afresh)} 里都要重新填"

    def test_a_sign_of_danger_is_never_filled_from_last_time(self) -> None:
        for bound, asked in uses().items():
            if bound.startswith(("veto.", "asq.", "sign.", "instrument.")):
                assert rules().names.fields[bound].asked_each_time, bound
                assert not [id for id, field in asked if field.prefill], bound

    def test_every_listed_field_is_asked_somewhere(self) -> None:
        inner = {each.binds for id in IDS for field in form(id).fields for each in field.fields}
        assert set(rules().names.fields) == set(uses()) | inner


class TestSafety:
    @pytest.mark.parametrize(
        "id",
        ["identification_form", "assessment_form", "visit_record", "follow_up", "observation_record",
         "interview_record", "household_check"],
    )  # fmt: skip
    def test_every_meeting_with_the_child_asks_for_the_signs_of_danger(self, id: str) -> None:
        asked = {field.id: field for field in form(id).fields}
        assert asked.keys() >= VETOES
        assert all(asked[veto].required for veto in VETOES)

    @pytest.mark.parametrize("id", ["crisis_report", "crisis_step", "mandatory_report"])
    def test_a_crisis_asks_whether_the_guardian_is_the_danger(self, id: str) -> None:
        assert next(field for field in form(id).fields if field.id == "is_concern").required

    def test_no_child_under_eight_is_asked_about_suicide_and_none_under_twelve_for_details(self) -> None:
        for field in form("assessment_form").fields:
            if (field.binds or "").startswith("asq."):
                least = 12 if field.id in {"plan", "means", "farewell"} else 8
                assert field.min_age == least, field.id

    def test_the_feedback_knows_families_without_a_guardian(self) -> None:
        outcome = next(field for field in form("guardian_feedback").fields if field.id == "outcome")
        assert [option.code for option in outcome.options] == [
            "accepts", "agrees", "refuses", "unreachable", "no_capable_guardian",
        ]  # fmt: skip

    def test_lowering_a_grade_without_a_reason_is_refused(self) -> None:
        problems = forms.check(form("grade_decision"), {"action": "lower", "level": "low"}, on=ON)
        assert {"reason", "until_on"} <= {problem.path for problem in problems}

    def test_no_form_speaks_of_a_disease_or_uses_a_banned_word(self) -> None:
        glossary = definitions.resolve(library(), "glossary", "glossary", on=ON).content
        banned = {word for term in glossary["terms"].values() for word in term.get("not", [])}
        for id in IDS:
            said = str(content(id))
            assert not [word for word in (*banned, "抑郁症", "焦虑症", "患有") if word in said], id


def test_the_categories_of_the_form_are_those_of_the_list() -> None:
    listed = definitions.resolve(library(), "categories", "categories", on=ON).content["categories"]
    offered = {option["code"]: option["zh"] for option in rules().option_sets["category"]}
    assert offered.items() <= {each["id"]: each["zh"] for each in listed}.items()


def test_the_crisis_steps_of_the_form_are_those_with_a_clock() -> None:
    steps = definitions.resolve(library(), "crisis", "steps", on=date(2026, 1, 5)).content["steps"]
    assert [each["id"] for each in steps] == [each["code"] for each in rules().option_sets["crisis_step"]]
