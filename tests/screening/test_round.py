"""A round from plan to report: what keeps it from starting, and what becomes of everybody on the list."""

from datetime import timedelta

import pytest

from tests.screening.school import School, row_of
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.assessments.models import Result
from tongxin.cases.models import Case
from tongxin.core.screening import agreement
from tongxin.flows import screening
from tongxin.flows.refusals import NotAllowed
from tongxin.ledger.models import Event
from tongxin.people.models import Child
from tongxin.screening import selectors
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Participant, Round, Sitting
from tongxin.vault import Owner, destroyed

pytestmark = pytest.mark.django_db
REASON = "开学前必须完成，县里已安排增援"
ITEMS = [f"q{number}" for number in range(1, 10)]


def answered(school: School, number: int, each: int, **others: int) -> Sitting:
    """A pupil who answers every question and hands the sheet in."""
    sitting = school.sit(number)
    for item in ITEMS:
        school.tap(sitting, item, others.get(item, each))
    return screening.finish(sitting_id=sitting.id, at=school.at)


def sign(school: School) -> Round:
    """The county's manager lets the round start though something is lacking."""
    return screening.sign_exception(
        round_id=school.round.id, reason=REASON, actor=school.world.viewer("郑管理"), at=school.at
    )


class TestStarting:
    def test_nobody_named_nobody_starts_not_even_with_an_exception(self, school: School) -> None:
        school.consent(1, 2)
        with pytest.raises(NotTaken, match="还没有指定值班的人"):
            sign(school)
        with pytest.raises(NotTaken, match="还没有指定值班的人"):
            screening.start(round_id=school.round.id, actor=school.teacher, at=school.at)

    def test_an_exception_is_for_what_was_lacking_when_it_was_signed(self, school: School) -> None:
        school.staff(minutes=1)
        school.consent(1)
        sign(school)
        school.consent(*range(2, 7))
        with pytest.raises(NotTaken, match="重新签署"):
            screening.start(round_id=school.round.id, actor=school.teacher, at=school.at)
        sign(school)
        assert screening.start(round_id=school.round.id, actor=school.teacher, at=school.at).state == Round.RUNNING

    def test_where_nothing_is_lacking_there_is_nothing_to_except(self, school: School) -> None:
        school.consent(1)
        school.staff(minutes=3000)
        with pytest.raises(NotTaken, match="不需要签署"):
            sign(school)

    def test_too_few_hours_need_a_signed_reason_that_stays(self, school: School) -> None:
        school.consent(*range(1, 7))
        school.staff(minutes=10)
        with pytest.raises(NotTaken, match="还差"):
            screening.start(round_id=school.round.id, actor=school.teacher, at=school.at)
        sign(school)
        round = screening.start(round_id=school.round.id, actor=school.teacher, at=school.at)
        assert round.exception_at == school.at
        assert "还差" in round.expected["lacking"][0]

    def test_hours_before_the_round_opens_are_no_help(self, school: School) -> None:
        school.consent(*range(1, 7))
        school.staff(minutes=10)
        screening.add_shift(
            round_id=school.round.id, post_id=school.world.posts["苏咨询"].id, from_at=school.at - timedelta(days=60),
            to_at=school.at - timedelta(days=30), minutes=3000, actor=school.teacher, at=school.at,
        )
        found = screening.readiness(school.round, at=school.at)
        assert found.minutes == 10 and any("还差" in each for each in found.lacking)

    def test_a_day_without_anybody_is_named(self, school: School) -> None:
        school.consent(1)
        screening.add_shift(
            round_id=school.round.id, post_id=school.world.posts["苏咨询"].id, from_at=school.at,
            to_at=school.at + timedelta(days=2), minutes=900, actor=school.teacher, at=school.at,
        )
        assert any("9月5日" in each for each in screening.readiness(school.round, at=school.at).lacking)

    def test_an_exception_is_not_signed_by_whoever_planned_nor_by_others(self, school: School) -> None:
        with pytest.raises(NotAllowed):
            screening.sign_exception(
                round_id=school.round.id, reason=REASON, actor=school.teacher, at=school.at
            )
        Round.objects.filter(id=school.round.id).update(planned_by=school.world.people["郑管理"])
        with pytest.raises(NotTaken, match="不能给自己"):
            screening.sign_exception(
                round_id=school.round.id, reason=REASON, actor=school.world.viewer("郑管理"), at=school.at
            )

    def test_who_may_not_see_results_is_no_clinician(self, school: School) -> None:
        with pytest.raises(NotTaken, match="不能看筛查结果"):
            school.staff(by="周主任")

    def test_children_of_another_age_are_not_asked(self, school: School) -> None:
        school.list([row_of(20, birth="2017-03-05"), row_of(21, birth="2012-03-05", birth_month=None)])
        reasons = {each.number: each.reason for each in school.round.participants.filter(number__gt=6)}
        assert reasons == {7: "age", 8: "age_unknown"}


class TestKnownChildren:
    def test_a_child_on_file_is_found_by_number_and_gets_the_result_without_an_alarm(self, school: School) -> None:
        child = school.world.child(
            "小雨", id_kind="resident_id", id_no="110105201203050029", birth="2012-03-05"
        )
        school.list([row_of(9, name="小雨", id_no="110105201203050029", id_state="valid")])
        assert school.pupil(7).child_id == child.id
        school.start()
        answered(school, 7, 1, q9=0)
        result = Result.objects.get(kind="screening", child_id=child.id)
        assert result.data["scores"]["phq_a"]["totals"]["total"] == "8"
        assert school.pupil(7).outcome == "near"

    def test_the_school_learns_nothing_of_a_file_there_is_already(self, school: School) -> None:
        child = school.world.child(
            "小雨", id_kind="resident_id", id_no="110105201203050029", birth="2012-03-05"
        )
        school.list([row_of(9, name="小雨", id_no="110105201203050029", id_state="valid")])
        assert not access.may(viewer=school.teacher, child_id=child.id, part="roster", at=school.at)

    def test_a_file_opened_since_the_list_came_is_found_again(self, school: School) -> None:
        school.list([row_of(9, name="小雨", id_no="110105201203050029", id_state="valid")])
        child = school.world.child(
            "小雨", id_kind="resident_id", id_no="110105201203050029", birth="2012-03-05"
        )
        school.start()
        school.tap(school.sit(7), "q9", 2)
        assert school.pupil(7).child_id == child.id
        assert Child.objects.count() == 1


def test_a_file_opened_by_an_alarm_takes_everything_under_the_childs_key(school: School) -> None:
    school.start()
    before = school.pupil(1).key_owner
    sitting = school.sit(1)
    school.tap(sitting, "q1", 3)
    school.tap(sitting, "q9", 1)
    pupil = school.pupil(1)
    assert pupil.key_owner == Owner("child", pupil.child_id)
    assert selectors.names_of([pupil], viewer=school.teacher, at=school.at)[pupil.id] == "钱小1"
    assert destroyed([before]) == set() or destroyed([before]) == {before}


def test_a_number_that_can_not_be_right_stops_no_file(school: School) -> None:
    school.list([row_of(9, id_no="110105201203050020", id_state="invalid")])
    school.start()
    assert school.tap(school.sit(7), "q9", 2) == "crisis"
    assert Case.objects.get().in_crisis


def test_who_never_came_was_absent_and_is_asked_again_with_the_consent_given(school: School) -> None:
    school.start(1, 2, 3)
    answered(school, 1, 0)
    half = school.sit(2)
    school.tap(half, "q1", 1)
    screening.close(round_id=school.round.id, actor=school.teacher, at=school.at)
    states = [school.pupil(number).state for number in (1, 2, 3, 4)]
    assert states == ["answered", "started", "absent", "not_consented"]
    again = screening.make_up(
        round_id=school.round.id, opens_at=school.at + timedelta(days=8), closes_at=school.at + timedelta(days=9),
        actor=school.teacher, at=school.at + timedelta(days=7),
    )
    rows = list(again.participants.order_by("number"))
    assert [each.consent for each in rows] == [Participant.GIVEN] * 2
    names = selectors.names_of(rows, viewer=school.teacher, at=school.at)
    assert sorted(names.values()) == ["孙小2", "李小3"]


def test_the_worker_closes_a_round_that_is_over_and_ends_what_it_let_see(school: School) -> None:
    school.start()
    school.tap(school.sit(1), "q9", 2)
    child = Child.objects.get()
    over = school.round.closes_at + timedelta(minutes=1)
    screening.look_after(over)
    assert Round.objects.get(id=school.round.id).state == Round.CLOSED
    teacher = school.world.viewer("何老师", over)
    assert access.may(viewer=teacher, child_id=child.id, part="psychological", at=over)
    late = over + timedelta(days=91)
    screening.look_after(late)
    assert not access.may(viewer=teacher, child_id=child.id, part="psychological", at=late)


def test_who_has_no_file_is_forgotten_by_name_and_still_counted(school: School) -> None:
    school.start()
    answered(school, 1, 0)
    school.tap(school.sit(2), "q9", 2)
    for later in (timedelta(days=8), timedelta(days=99), timedelta(days=380)):
        screening.look_after(school.at + later)
    at = school.at + timedelta(days=380)
    names = selectors.names_of([school.pupil(1), school.pupil(2)], viewer=school.teacher, at=at)
    assert names == {school.pupil(1).id: "", school.pupil(2).id: "孙小2"}
    assert school.pupil(1).outcome == "below"
    assert Round.objects.get(id=school.round.id).look_again_at is None


def test_a_guardian_who_takes_consent_back_ends_the_link_and_not_what_was_answered(school: School) -> None:
    school.start()
    token = school.token(1)
    sitting = screening.open_sitting(token=token, at=school.at)
    screening.agree(sitting_id=sitting.id, is_willing=True, at=school.at)
    school.tap(sitting, "q1", 2)
    with pytest.raises(NotTaken, match="正在作答"):
        school.consent(1, answer=Participant.DECLINED)
    screening.leave(sitting_id=sitting.id, at=school.at)
    school.consent(1, answer=Participant.DECLINED)
    with pytest.raises(NotTaken):
        screening.open_sitting(token=token, at=school.at)
    with pytest.raises(NotTaken):
        school.tap(sitting, "q2", 1)
    assert school.pupil(1).state == Participant.NOT_CONSENTED


def test_a_clinician_asks_for_a_file_and_the_sheet_lies_on_it(school: School) -> None:
    school.start()
    answered(school, 1, 2, q9=0)
    assert school.pupil(1).outcome == "above"
    screening.decide(
        participant_id=school.pupil(1).id, decision="open_file", actor=school.world.viewer("苏咨询"), at=school.at
    )
    child = Child.objects.get(id=school.pupil(1).child_id)
    assert Result.objects.get(child_id=child.id, kind="screening").data["scores"]["phq_a"]["totals"]["total"] == "16"
    assert not Case.objects.get(id=child.id).in_crisis
    assert Event.objects.filter(kind="round.decided").count() == 1


def test_the_work_list_begins_with_danger_and_leaves_out_who_is_well(school: School) -> None:
    school.start()
    answered(school, 1, 0)
    answered(school, 2, 1, q9=0)
    answered(school, 3, 2, q9=0)
    answered(school, 4, 0, q9=1)
    found = selectors.work_list(school.round, viewer=school.teacher, at=school.at)
    assert [(each.number, each.outcome) for each in found] == [(4, "alarm"), (3, "above"), (2, "near")]


def test_two_judge_each_drawn_child_without_a_third_and_none_twice(school: School) -> None:
    school.start()
    for number in range(1, 7):
        answered(school, number, number % 2 * 2, q9=0)
    many = screening.draw_sample(round_id=school.round.id, actor=school.teacher, at=school.at)
    assert many == 5
    with pytest.raises(NotTaken):
        screening.draw_sample(round_id=school.round.id, actor=school.teacher, at=school.at)
    first, second = school.world.viewer("苏咨询"), school.world.viewer("林社工")
    drawn = list(school.round.participants.filter(sampled__isnull=False))
    for each in drawn:
        screening.rate(participant_id=each.id, judgement="needs", actor=first, at=school.at)
        with pytest.raises(NotTaken):
            screening.rate(participant_id=each.id, judgement="no_need", actor=first, at=school.at)
        judged = "needs" if each.outcome == "above" else "no_need"
        screening.rate(participant_id=each.id, judgement=judged, actor=second, at=school.at)
        with pytest.raises(NotTaken):
            screening.rate(participant_id=each.id, judgement="needs", actor=school.teacher, at=school.at)
    between, with_scale = screening.agreements(school.round)
    assert between.pairs == with_scale.pairs == 5
    assert between == agreement(
        [("needs", "needs" if each.outcome == "above" else "no_need") for each in drawn], at_least=30
    )
    assert between.is_small


class TestWhoSees:
    @pytest.mark.parametrize(
        ("name", "action", "sees"),
        [
            ("何老师", "plan_screening", True), ("何老师", "read_screening", True), ("苏咨询", "read_screening", True),
            ("林社工", "read_screening", False), ("郑管理", "read_screening", True),
            ("秦医生", "read_screening", False),
            ("王督导", "see_screening", False), ("周主任", "see_screening", False), ("方经办", "see_screening", False),
            ("陈老师", "see_screening", False), ("陈管理", "read_screening", False),
            ("陈管理", "plan_screening", False),
        ],
    )
    def test_a_round_is_for_its_school_its_clinicians_and_who_oversees(
        self, school: School, name: str, action: str, sees: bool
    ) -> None:
        school.start()
        viewer = school.world.viewer(name)
        found = selectors.round_for(round_id=school.round.id, viewer=viewer, action=action, at=school.at)
        assert (found is not None) is sees

    def test_whoever_is_recused_does_not_find_the_child_on_any_list(self, school: School) -> None:
        school.start()
        school.tap(school.sit(1), "q9", 2)
        child = Child.objects.get()
        relations.recuse(child_id=child.id, person_id=school.world.people["何老师"].id, at=school.at)
        rows = selectors.participants_of(school.round, viewer=school.teacher, at=school.at)
        assert 1 not in [each.number for each in rows]
        assert rows.count() == 5
