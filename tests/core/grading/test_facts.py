"""From the answers of a form to facts, scores, gates and results: the whole way."""

from typing import Any

from tests.core.grading.rulings import ON, library, rules
from tongxin.core import forms
from tongxin.core.grading import Outcome
from tongxin.lib import definitions

CALM = {"wish_to_die": "no", "harmed": "no", "unguarded": "no", "danger_to_others": "no", "confused": "no",
        "life_threat": "no"}  # fmt: skip
SHEET = {f"q{number}": "0" for number in range(1, 10)}


def outcome(form_id: str, answers: dict[str, Any], *, age_months: int | None = 14 * 12, **more: Any) -> Outcome:
    content = definitions.resolve(library(), "forms", form_id, on=ON).content
    form = rules().form(content)
    review = forms.review(form, answers, on=ON, age=None if age_months is None else age_months // 12)
    return rules().outcome(form, review, on=ON, age_months=age_months, **more)


def sheet(**changed: str) -> dict[str, Any]:
    return {"instruments_used": ["phq_a"], "phq_a": {**SHEET, **changed}}


class TestAssessment:
    def test_a_full_sheet_gives_scores_bands_and_the_level_of_the_mind(self) -> None:
        found = outcome("assessment_form", {**CALM, **sheet(q1="3", q2="3", q3="3", q4="1")})
        assert found.scores["phq_a"].totals["total"] == 10
        assert found.facts["phq_a.q1"] == 3
        assert found.proposals["mental_health"].cells[0].level == 2
        assert found.gates == ()

    def test_one_answer_raises_a_safety_check_however_low_the_total(self) -> None:
        found = outcome("assessment_form", {**CALM, **sheet(q9="1")})
        assert [(alarm["gate"], alarm["kind"]) for alarm in found.alarms] == [
            ("suicidal_thought_to_check", "safety_check")
        ]
        assert found.proposals["mental_health"].level == "high"

    def test_one_answer_raises_a_crisis_on_a_sheet_with_gaps(self) -> None:
        found = outcome("assessment_form", {"instruments_used": ["phq_a"], "phq_a": {"q9": "2"}})
        assert found.scores["phq_a"].status == "incomplete"
        assert [alarm["kind"] for alarm in found.alarms] == ["crisis"]

    def test_cells_left_open_are_gaps_and_never_green(self) -> None:
        found = outcome("assessment_form", {**CALM, "psychological_level": "0"})
        proposal = found.proposals["mental_health"]
        assert [cell.level for cell in proposal.cells] == [0, None, None, None, None]
        assert proposal.level == "unknown"

    def test_what_earlier_records_say_may_raise_a_cell(self) -> None:
        known = {"event.witnessed_harm": "yes"}
        found = outcome("assessment_form", CALM, known=known)
        levels = {cell.cell.id: cell.level for cell in found.proposals["mental_health"].cells}
        assert levels["environment"] == 3

    def test_the_form_itself_outweighs_what_is_known(self) -> None:
        found = outcome("assessment_form", CALM, known={"veto.harmed": "yes"})
        assert found.gates == ()
        assert not found.proposals["mental_health"].gates

    def test_a_question_the_child_is_too_young_for_tells_nothing(self) -> None:
        found = outcome("assessment_form", {**CALM, "wish_dead": "yes"}, age_months=7 * 12)
        assert "asq.wish_dead" not in found.facts

    def test_a_refused_answer_counts_as_yes(self) -> None:
        found = outcome("assessment_form", {**CALM, "thoughts": "refused"})
        assert [alarm["gate"] for alarm in found.alarms] == ["suicidal_thought"]


class TestIdentification:
    def test_never_gives_a_colour(self) -> None:
        found = outcome("identification_form", {**CALM, "low_mood": "often", "worry": "often"})
        assert found.identified is not None and found.identified.result == "refer"
        assert found.proposals == {}

    def test_an_empty_form_is_unfinished_and_not_healthy(self) -> None:
        found = outcome("identification_form", {})
        assert found.identified is not None and found.identified.result == "incomplete"

    def test_a_danger_refers_and_asks_for_a_look_at_the_household(self) -> None:
        found = outcome("identification_form", {"harmed": "yes"})
        assert found.identified is not None and found.identified.zh == "需要转介评估"
        (alarm,) = found.identified.alarms
        assert (alarm["crisis"], alarm["household"], alarm["report"]) == ("harmed", True, True)


class TestOtherForms:
    def test_a_visit_opens_the_same_gates(self) -> None:
        found = outcome("visit_record", {**CALM, "unguarded": "yes"})
        assert [alarm["crisis"] for alarm in found.alarms] == ["unguarded"]
        assert found.identified is None and found.proposals == {}

    def test_a_reported_crisis_is_one_with_its_own_kind(self) -> None:
        found = outcome("crisis_report", {"kind": "life_threat"})
        assert [(alarm["gate"], alarm["kind"]) for alarm in found.alarms] == [("reported_life_threat", "crisis")]

    def test_rows_of_a_list_are_known_by_their_last_name(self) -> None:
        carers = [{"carer_name": "测试人", "relation": "uncle", "ability": "unable"}]
        found = outcome("case_file", {"father_state": "dead", "mother_state": "in_prison", "carers": carers})
        assert found.facts["carers"][0]["ability"] == "unable"
        assert [alarm["gate"] for alarm in found.alarms] == ["unguarded_on_file"]

    def test_a_deadly_gap_opens_nothing_by_itself(self) -> None:
        assert outcome("visit_record", {}).alarms == ()
