"""What the 评估表 offers: only what the child's age, the post and the licence allow."""

from datetime import date

import pytest

from tests.core.grading.rulings import library, rules
from tongxin.core.forms import Form, definition_json, offered, on_paper, review

ON = date(2026, 1, 5)
SCHOOL = frozenset({"psych_teacher"})


def assessment() -> Form:
    return rules().form(library().of("forms", "assessment_form")[0].content)


def choices(form: Form) -> set[str]:
    field = next(each for each in form.fields if each.id == "instruments_used")
    return {option.code for option in field.options}


def for_age(age: int | None, roles: frozenset[str] = SCHOOL) -> set[str]:
    return choices(offered(assessment(), age=age, roles=roles, on=ON))


def test_a_child_of_seven_is_asked_nothing_about_its_own_mood() -> None:
    assert for_age(7) == {"psc_17", "psc_17_t", "psc_35"}
    assert not {field.id for field in offered(assessment(), age=7, roles=SCHOOL, on=ON).fields} & {"gad_7", "phq_a"}


@pytest.mark.parametrize(("age", "code", "is_there"), [
    (11, "gad_7", False), (12, "gad_7", True), (10, "phq_a", False), (11, "phq_a", True), (17, "phq_a", True),
    (18, "phq_a", False), (17, "phq_9", False), (18, "phq_9", True), (8, "who_5", False), (9, "who_5", True),
    (7, "ces_dc", False), (8, "ces_dc", True), (17, "ces_dc", True), (18, "ces_dc", False), (12, "ces_d", False),
    (13, "ces_d", True),
])  # fmt: skip
def test_each_follows_its_own_ages(age: int, code: str, is_there: bool) -> None:
    assert (code in for_age(age)) == is_there


def test_an_unknown_age_is_no_age() -> None:
    assert for_age(None) == set()


def test_a_post_is_offered_what_it_may_hand_out() -> None:
    assert for_age(14, frozenset({"child_director"})) == {"who_5"}
    assert "dass_21" not in for_age(14) and "dass_21" in for_age(14, frozenset({"psychiatrist"}))
    assert for_age(14, frozenset({"department_liaison"})) == set()


@pytest.mark.parametrize("code", ["sdq_p", "sdq_s", "mht", "mssmhs", "cdi", "cssrs", "smfq", "cries_8", "k10"])
def test_what_has_no_words_is_never_a_form(code: str) -> None:
    everybody = frozenset({"psychiatrist", "psych_teacher", "social_worker"})
    assert code not in set().union(*(for_age(age, everybody) for age in range(19)))


def test_what_was_not_offered_is_not_taken() -> None:
    form = offered(assessment(), age=7, roles=SCHOOL, on=ON)
    found = review(form, {"instruments_used": ["gad_7"], "gad_7": {"q1": "3"}}, on=ON, age=7)
    assert {"instruments_used", "gad_7"} <= {problem.path for problem in found.problems}
    assert "gad_7" not in found.answers and "instruments_used" not in found.answers


def test_the_page_tells_of_an_untried_translation_and_of_conditions() -> None:
    form = offered(assessment(), age=14, roles=SCHOOL, on=ON)
    shown = definition_json(form, form_hash="x", on=ON, age=14)
    sheets = {
        field["id"]: field["instrument"]
        for section in shown["sections"] for field in section["fields"] if "instrument" in field
    }
    assert "未经效度验证" in sheets["phq_a"]["remarks"][0]
    assert sheets["gad_7"]["remarks"] == []
    assert "Massachusetts General Hospital" in sheets["psc_17"]["notice"]
    assert any("不得改动" in line for line in sheets["psc_17"]["remarks"])
    assert "不为任何机构" in sheets["who_5"]["notice"]


def test_empty_paper_leaves_out_what_has_no_words() -> None:
    form = on_paper(assessment())
    assert {field.id for field in form.fields if field.sheet} == choices(form)
    assert {"phq_a", "psc_17", "ces_dc"} <= choices(form)
    assert not choices(form) & {"sdq_p", "mht", "k10"}
