"""The pathway, the forms, the roles and the levels name each other rightly."""

import pytest

from tests.rules.definitions import fields_of, forms, may_record, one, option_sets

PATHWAY, ACCESS, CRISIS = one("pathway"), one("access"), one("crisis")
KINDS = {form["kind"] for form in forms().values()}
# Recorded, read and shown, but they move nothing by themselves.
MOVE_NOTHING = {
    "call", "carer_change", "case_note", "child_link", "household_members", "incident_link", "observation",
    "same_child", "recusal", "recusal_end", "screening",
}
# What the fold itself reads, beside what moves, requirements and anchors name.
READ = {
    "assignment", "course_end", "crisis_report", "guardianship", "household_check", "interview", "report_answer",
    "rights_request", "session", "task_reason",
}
# What no form is filled in for: the state of a case itself, and what other entries leave.
NO_FORM = {"any", "contact", "contact_doubt", "crisis", "grade", "household_alarm", "unguarded"}
STEPS = [*PATHWAY["steps"], PATHWAY["fallback"]]
COUNTED = [row for rows in PATHWAY["counts_if"].values() for row in rows]
NAMED = (
    {move["kind"] for move in PATHWAY["moves"]} | {each["kind"] for each in PATHWAY["requires"]}
    | {kind for step in STEPS for kind in step.get("anchor", ())}
)


def test_every_form_says_something_that_the_pathway_knows() -> None:
    assert KINDS - NAMED == READ | MOVE_NOTHING


def test_the_pathway_waits_for_nothing_that_no_form_says() -> None:
    unsaid = NAMED - KINDS - NO_FORM
    assert not unsaid
    assert not {row["kind"] for row in COUNTED} - KINDS
    assert set(PATHWAY["counts_if"]) <= KINDS | NO_FORM


@pytest.mark.parametrize("rule", [*PATHWAY["moves"], *PATHWAY["requires"], *COUNTED], ids=lambda rule: rule["kind"])
def test_what_a_rule_asks_of_an_entry_can_be_answered_so(rule: dict[str, object]) -> None:
    made = {"result": {"healthy", "refer", "incomplete"}, "goes_on": {True, False}}
    fields = {field["id"]: field for field in fields_of(str(rule["kind"]))}
    for name, want in dict(rule.get("where", {})).items():  # type: ignore[call-overload]
        options = made.get(name) or _codes(fields[name])
        assert set(want if isinstance(want, list) else [want]) <= options, name
        assert name in made or fields[name].get("sealed") is False, f"{name} is sealed and never clear"


def _codes(field: dict[str, object]) -> set[object]:
    if field["type"] == "yes_no":
        return {"yes", "no"}
    options = field["options"]
    rows = option_sets()[options] if isinstance(options, str) else options
    return {option["code"] for option in rows}  # type: ignore[attr-defined, index]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step["id"])
def test_a_step_goes_to_somebody_who_may_take_it(step: dict[str, str]) -> None:
    assert step["form"] in forms() and step["role"] in ACCESS["roles"]
    for role in PATHWAY["routing"].get(step["role"], [step["role"]]):
        assert step["form"] in may_record(role), f"{role} may not record {step['form']}"


@pytest.mark.parametrize("step", CRISIS["steps"], ids=lambda step: step["id"])
def test_a_crisis_step_goes_to_somebody_who_may_take_it(step: dict[str, list[str]]) -> None:
    for named in step["who"]:
        assert named in ACCESS["roles"]
        for role in PATHWAY["routing"].get(named, [named]):
            assert "crisis_step" in may_record(role)


def test_the_crisis_steps_are_the_options_of_their_form() -> None:
    assert [option["code"] for option in option_sets()["crisis_step"]] == [step["id"] for step in CRISIS["steps"]]
    assert {option["code"]: option["zh"] for option in option_sets()["crisis_step"]} == {
        step["id"]: step["zh"] for step in CRISIS["steps"]
    }


def test_whoever_lowers_a_grade_may_record_a_decision() -> None:
    first, second = (set(PATHWAY["lowering"]["needs"][group]) for group in ("first", "second"))
    assert first | second <= set(ACCESS["roles"]) and not first & second
    for group in (first, second):
        assert any("grade_decision" in may_record(role) for role in group)


def test_every_level_has_its_pace_its_urgency_and_its_step_up() -> None:
    levels = set(PATHWAY["levels"])
    assert set(PATHWAY["order"]) == levels
    assert levels - {"ungraded"} == {option["code"] for option in option_sets()["level"]} | {"unknown"}
    for name in ("first_visit", "visit", "confirm"):
        assert levels - {"ungraded"} <= set(PATHWAY["intervals"][name]), name
    assert levels <= set(PATHWAY["urgency"]) and set(PATHWAY["hint_raises"]) == levels
    order = PATHWAY["order"]
    for level, raised in PATHWAY["hint_raises"].items():
        assert level == raised == "high" or order.index(raised) > order.index(level)


def test_every_form_belongs_to_a_part_of_the_file_and_to_a_group() -> None:
    assert set(ACCESS["forms"]) == set(forms()) | {"household_alarm"}
    assert {form for grant in ACCESS["grants"] for form in grant["record"]} <= set(forms())


def test_every_form_may_be_recorded_by_somebody() -> None:
    recorded = {form for role in ACCESS["roles"] for form in may_record(role)}
    # A registration is what a roster's row leaves, a sheet what a child answered; nobody fills them in.
    assert set(forms()) - recorded == {"registration", "screening_sheet"}


def test_whoever_is_told_to_record_may_also_read_the_child() -> None:
    for grant in ACCESS["grants"]:
        assert "roster" in grant["read"] or not grant["record"], grant
