"""A child answers by link: kept once, seen by nobody else, never told a score."""

from datetime import timedelta

import pytest

from tests.answer.conftest import Phone
from tests.screening.school import School
from tests.web.conftest import Clock
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case
from tongxin.flows import screening
from tongxin.screening import identities
from tongxin.screening.models import Answer, Participant, Sitting

pytestmark = pytest.mark.django_db
ITEMS = ("q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "s1", "s2", "s3", "s4")


def answers_of(school: School, number: int) -> dict[str, str]:
    sitting = Sitting.objects.select_related("participant").get(participant=school.pupil(number))
    return identities.answers_of(sitting, viewer=WORKER, at=school.at)


def test_before_the_first_question_a_child_is_told_who_reads_it_and_when_somebody_comes(school: School) -> None:
    phone = Phone()
    assert phone.open(school.token(1)).status_code == 200
    said = phone.say("state").json()
    told = "".join(part["text"] for part in said["words"]["before"])
    assert "心理咨询师和学校的心理老师" in told and "一天之内" in told and "先不答" in told
    assert [call["number"] for call in said["words"]["calls"]] == ["12356", "12355", "12345"]
    assert not said["is_begun"]
    assert phone.tap("q1", "1").status_code == 422
    assert Answer.objects.count() == 0


def test_a_whole_sheet_is_kept_and_every_child_reads_the_same_at_the_end(school: School) -> None:
    calm, alarmed = Phone(), Phone()
    seen = []
    for phone, number, code in ((calm, 1, "0"), (alarmed, 2, "1")):
        phone.begin(school.token(number))
        seen.append([(answer.status_code, answer.json()) for answer in (phone.tap(item, code) for item in ITEMS)])
        seen[-1].append((phone.say("finish").status_code, phone.say("state").status_code))
    assert seen[0] == seen[1]
    assert seen[0][-1] == (200, 410)
    assert (school.pupil(1).state, school.pupil(2).state) == (Participant.ANSWERED, Participant.ANSWERED)
    assert school.pupil(2).alarm == "crisis" and Case.objects.get().in_crisis


def test_no_score_band_or_alarm_is_told_to_the_page(school: School) -> None:
    phone = Phone()
    phone.begin(school.token(1))
    told = phone.say("state").content.decode() + phone.tap("q9", "3").content.decode()
    told += phone.say("finish").content.decode()
    assert not [word for word in ("score", "total", "band", "alarm", "crisis", "critical", "分段") if word in told]


def test_an_answer_sent_twice_is_kept_once_and_a_changed_one_comes_after_it(school: School) -> None:
    phone = Phone()
    phone.begin(school.token(1))
    number = "018f0000-0000-7000-8000-000000000001"
    for _ in range(3):
        assert phone.tap("q1", "2", number).status_code == 200
    assert Answer.objects.count() == 1
    assert phone.tap("q1", "3").status_code == 200
    assert answers_of(school, 1) == {"q1": "3"}
    other = Phone()
    other.begin(school.token(2))
    assert other.tap("q1", "0", number).status_code == 200
    assert answers_of(school, 2) == {"q1": "0"}


def test_what_cannot_be_read_is_refused_in_words_and_nothing_is_kept(school: School) -> None:
    phone = Phone()
    phone.begin(school.token(1))
    for body in ({}, {"id": "x", "item": "q1", "code": "1"}, {"id": [], "item": "q1", "code": "1"}):
        answer = phone.say("answer", body)
        assert answer.status_code == 422 and "没有保存" in answer.json()["zh"]
    assert phone.tap("q1", "9").status_code == 422 and phone.tap("q77", "1").status_code == 422
    assert phone.post("/a/answer/", b"\xff[", content_type="application/json").status_code == 401
    assert Answer.objects.count() == 0


def test_reopening_a_link_goes_on_but_tells_no_answer(school: School) -> None:
    token, first, second = school.token(1), Phone(), Phone()
    first.begin(token)
    first.tap("q1", "3")
    first.say("leave")
    assert first.say("state").status_code == 401
    assert second.open(token).status_code == 200
    said = second.say("state").json()
    assert said["answered"] == ["q1"] and said["is_begun"]
    assert '"3"' not in str(said["answered"]) and "chosen" not in said


def test_the_cookie_alone_opens_nothing(school: School) -> None:
    phone = Phone()
    phone.begin(school.token(1))
    cookie = phone.cookies["seat"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/a/"
    phone.key = "another page"
    assert phone.say("state").status_code == 401 and phone.tap("q1", "1").status_code == 401


def test_a_seat_ends_after_a_while_and_with_its_link(school: School, time: Clock) -> None:
    token, phone = school.token(1), Phone()
    phone.begin(token)
    time.now += timedelta(minutes=29)
    assert phone.tap("q1", "1").status_code == 200
    time.now += timedelta(minutes=31)
    assert phone.tap("q2", "1").status_code == 401
    assert phone.open(token).status_code == 200
    screening.revoke(participant_id=school.pupil(1).id, at=time.now)
    assert phone.tap("q2", "1").status_code == 401
    fresh = Phone()
    assert fresh.open(token).status_code == 404
    fresh.begin(school.token(1))
    assert fresh.tap("q2", "1").status_code == 200


def test_who_is_answering_when_the_round_closes_is_heard_to_the_end(school: School, time: Clock) -> None:
    phone = Phone()
    phone.begin(school.token(1))
    assert phone.tap("q1", "1").status_code == 200
    screening.close(round_id=school.round.id, actor=school.teacher, at=time.now)
    assert phone.tap("q9", "3").status_code == 200
    assert school.pupil(1).alarm == "crisis"
    assert phone.say("finish").status_code == 200


def test_links_that_lead_nowhere_look_alike(school: School, time: Clock) -> None:
    used, revoked, closed = school.token(1), school.token(2), school.token(3)
    phone = Phone()
    phone.begin(used)
    phone.say("finish")
    screening.revoke(participant_id=school.pupil(2).id, at=time.now)
    elsewhere = School(school.world)
    screening.note_consent(
        participant_ids=[elsewhere.pupil(1).id], consent="given", on=time.now.date(), actor=elsewhere.teacher,
        at=time.now,
    )
    said = [Phone().open(token) for token in (revoked, "never-made", "", "x" * 500)]
    assert {answer.status_code for answer in said} == {404}
    assert len({answer.content for answer in said}) == 1
    over = Phone().open(used)
    assert over.status_code == 410 and "已经交了" in over.json()["zh"]
    screening.close(round_id=school.round.id, actor=school.teacher, at=time.now)
    assert Phone().open(closed).status_code == 404


def test_guessing_is_throttled_but_a_right_link_is_let_in(school: School, time: Clock) -> None:
    guesser, token = Phone(), school.token(1)
    said = [guesser.open(f"guess-{number}").status_code for number in range(22)]
    assert said[:20] == [404] * 20 and said[20:] == [429, 429]
    assert "分钟" in guesser.open("guess").json()["zh"]
    assert Phone().open(token).status_code == 200
    assert Phone(REMOTE_ADDR="10.0.0.9").open("guess").status_code == 404


def test_a_child_who_is_too_young_or_whose_guardian_said_no_is_not_let_in(school: School) -> None:
    token = school.token(1)
    Participant.objects.filter(id=school.pupil(1).id).update(state=Participant.EXCLUDED, reason="age")
    assert Phone().open(token).status_code == 404
    token = school.token(2)
    screening.note_consent(
        participant_ids=[school.pupil(2).id], consent="declined", on=school.at.date(), actor=school.teacher,
        at=school.at,
    )
    assert Phone().open(token).status_code == 404


def test_a_no_is_taken_kindly_and_may_be_thought_over(school: School) -> None:
    token, phone = school.token(1), Phone()
    phone.open(token)
    assert phone.say("agree", {"is_willing": False}).status_code == 200
    assert school.pupil(1).state == Participant.REFUSED
    again = Phone()
    again.begin(token)
    assert school.pupil(1).state == Participant.STARTED


def test_pages_are_kept_nowhere_and_hold_nothing(school: School) -> None:
    page = Phone().get("/a/")
    text = page.content.decode()
    assert page["Cache-Control"] == "no-store, private" and page["Referrer-Policy"] == "no-referrer"
    assert "12356" in text and "<noscript>" in text and " style=" not in text
    rest = Phone().get("/a/rest/").content.decode()
    assert "问卷" not in rest and "12356" not in rest
