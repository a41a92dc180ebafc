"""A child answers: kept at once, told at once, and nothing lost by leaving."""

from datetime import timedelta

import pytest

from tests.screening.school import School
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Alarm, Case
from tongxin.flows import screening
from tongxin.ledger.models import Entry
from tongxin.notices.models import Notice
from tongxin.people.models import Child
from tongxin.screening import identities
from tongxin.screening.faults import NotAgreed, NotAsked, NoWayIn
from tongxin.screening.models import Participant

pytestmark = pytest.mark.django_db


def test_most_pupils_have_no_file_when_they_have_answered(school: School) -> None:
    school.start()
    sitting = school.sit(1)
    for item in ("q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9"):
        assert school.tap(sitting, item, 0) == ""
    screening.finish(sitting_id=sitting.id, at=school.at)
    assert (school.pupil(1).state, school.pupil(1).outcome) == (Participant.ANSWERED, "below")
    assert Child.objects.count() == 0


def test_a_dangerous_answer_opens_file_and_crisis_with_the_answer_even_when_the_child_leaves(school: School) -> None:
    school.start()
    sitting = school.sit(2)
    assert school.tap(sitting, "q9", 2) == "crisis"
    child = Child.objects.get()
    assert Case.objects.get(id=child.id).in_crisis
    assert school.pupil(2).child_id == child.id
    screening.leave(sitting_id=sitting.id, at=school.at + timedelta(minutes=1))
    assert Alarm.objects.filter(case_id=child.id).count() == 1
    assert school.pupil(2).state == Participant.STARTED


def test_the_lightest_yes_to_the_ninth_question_is_a_safety_check(school: School) -> None:
    school.start()
    assert school.tap(school.sit(1), "q9", 1) == "safety_check"
    assert Alarm.objects.get().kind == "safety_check"
    assert not Case.objects.get().in_crisis


def test_going_on_after_an_alarm_begins_no_second_one_and_the_file_holds_the_whole_sheet(school: School) -> None:
    school.start()
    sitting = school.sit(3)
    school.tap(sitting, "q9", 3)
    assert school.tap(sitting, "q9", 0) == ""
    school.tap(sitting, "q1", 1)
    screening.finish(sitting_id=sitting.id, at=school.at)
    assert Alarm.objects.count() == 1
    entries = Entry.objects.filter(kind="screening").order_by("subject_seq")
    assert [entry.correction_kind for entry in entries] == ["", "correct"]
    assert school.pupil(3).outcome == "alarm"


def test_named_people_hear_at_once_and_may_see_the_child(school: School) -> None:
    school.start()
    school.tap(school.sit(1), "q9", 2)
    post = school.world.posts["何老师"].id
    assert Notice.objects.filter(kind="round.alarmed", post_id=post).exists()
    child = Child.objects.get()
    assert access.may(viewer=school.teacher, child_id=child.id, part="psychological", at=school.at)


def test_a_link_is_for_one_sheet_and_a_fresh_one_ends_the_former(school: School) -> None:
    school.start()
    first, second = school.token(1), school.token(1)
    with pytest.raises(NoWayIn):
        screening.open_sitting(token=first, at=school.at)
    sitting = screening.open_sitting(token=second, at=school.at)
    assert screening.open_sitting(token=second, at=school.at).id == sitting.id
    screening.revoke(participant_id=school.pupil(1).id, at=school.at)
    with pytest.raises(NoWayIn):
        screening.open_sitting(token=second, at=school.at)


def test_without_consent_nobody_is_asked(school: School) -> None:
    school.start(1, 2)
    assert screening.issue(participant_ids=[school.pupil(3).id], actor=school.teacher, at=school.at) == []
    assert school.pupil(3).state == Participant.NOT_CONSENTED


def test_a_child_says_yes_before_the_first_answer_counts(school: School) -> None:
    school.start()
    sitting = screening.open_sitting(token=school.token(1), at=school.at)
    with pytest.raises(NotAgreed):
        school.tap(sitting, "q1", 1)
    screening.agree(sitting_id=sitting.id, is_willing=False, at=school.at)
    assert school.pupil(1).state == Participant.REFUSED


def test_an_answer_that_is_none_is_refused(school: School) -> None:
    school.start()
    sitting = school.sit(1)
    for item, code in (("q1", "7"), ("q99", "1"), ("q1", "")):
        with pytest.raises(NotAsked):
            screening.answer(sitting_id=sitting.id, item_id=item, code=code, at=school.at)


def test_a_sheet_left_behind_is_closed_and_can_be_gone_on_with(school: School) -> None:
    school.start()
    token = school.token(1)
    sitting = screening.open_sitting(token=token, at=school.at)
    screening.agree(sitting_id=sitting.id, is_willing=True, at=school.at)
    school.tap(sitting, "q1", 2)
    later = school.at + timedelta(hours=1)
    assert screening.end_abandoned(later) == 1
    again = screening.open_sitting(token=token, at=later)
    assert again.id == sitting.id
    assert identities.answers_of(again, viewer=WORKER, at=later) == {"q1": "2"}


def test_a_paper_sheet_raises_the_same_alarm(school: School) -> None:
    school.start()
    screening.enter_sheet(
        participant_id=school.pupil(4).id, answers={"q1": "1", "q9": "2", "q2": ""}, way="paper", at=school.at,
        actor=school.teacher,
    )
    assert Case.objects.get().in_crisis
    assert (school.pupil(4).state, school.pupil(4).outcome) == (Participant.ANSWERED, "alarm")
    assert Entry.objects.filter(kind="screening").latest("subject_seq").person_id == school.teacher.person_id
