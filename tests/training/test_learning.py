"""Lessons with their questions, exams with so many tries, certificates that anybody may ask about."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from tests import world
from tests.training.desk import begin, hand_in, learn, learn_all, lesson, text
from tests.web.conftest import MORNING, Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.flows.training.exams import draw
from tongxin.ledger.models import Event
from tongxin.lib import ids
from tongxin.training.models import Attempt, Certificate, Credit
from tongxin.training.rules import lessons_in, training_in
from tongxin.training.selectors import trained

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


class TestLessons:
    def test_every_lesson_can_be_read_and_its_questions_explain_themselves(
        self, cast: world.World, office: SignedIn
    ) -> None:
        client = office("周主任")
        assert len(lessons_in(region="370116", at=MORNING)) == 8
        for each in lessons_in(region="370116", at=MORNING):
            page = text(client.get(f"/training/lessons/{each.id}/"))
            assert each.zh in page and all(question.zh in page for question in each.questions)
            assert len(each.questions) == 5 and len({question.right for question in each.questions}) > 1
            assert not any(question.because in page for question in each.questions)

    def test_a_pass_gives_its_minutes_once_a_year(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        client, person = office("周主任"), cast.people["周主任"]
        failed = client.get(learn(client, wrong=2).headers["Location"])
        assert "还没有通过" in text(failed) and lesson("danger").questions[0].because in text(failed)
        assert not Credit.objects.exists() and not trained(person.id, "danger", MORNING)
        assert "通过了" in text(client.get(learn(client, wrong=1).headers["Location"]))
        learn(client)
        assert list(Credit.objects.values_list("minutes", flat=True)) == [5] and Attempt.objects.count() == 3
        assert trained(person.id, "danger", MORNING) and not trained(person.id, "talking", MORNING)
        time.now += timedelta(days=365)
        learn(office("周主任"))
        assert Credit.objects.count() == 2
        assert not trained(person.id, "danger", MORNING + timedelta(days=800))

    def test_sent_twice_is_one_and_what_lacks_an_answer_is_not_taken(
        self, cast: world.World, office: SignedIn
    ) -> None:
        client, same = office("周主任"), ids.new_id()
        first, second = learn(client, try_id=same), learn(client, wrong=5, try_id=same)
        assert first.headers["Location"] == second.headers["Location"] and Attempt.objects.get().passed
        body = {"try": str(ids.new_id()), "q-q1": "a", "q-q2": "nothing"}
        lacking = client.post("/training/lessons/danger/", body)
        assert lacking.status_code == 422 and "第 2 题还没有选" in text(lacking) and "checked" in text(lacking)
        assert learn(office("吴主任"), try_id=same).status_code == 404
        assert client.get("/training/lessons/nothing/").status_code == 404
        assert client.post("/training/lessons/danger/", {"try": "²"}).status_code == 404

    def test_nobody_reads_anothers_answers_and_no_answer_is_in_an_event(
        self, cast: world.World, office: SignedIn
    ) -> None:
        url = learn(office("周主任")).headers["Location"]
        assert office("王督导").get(url).status_code == 404
        assert Event.objects.get(kind="lesson.answered").clear == {"lesson": "danger", "passed": "yes"}


class TestExams:
    def test_learning_comes_first_then_the_exam_then_the_certificate(
        self, cast: world.World, office: SignedIn
    ) -> None:
        client = office("周主任")
        early = client.post("/training/exams/child_director/begin/", {"sitting": str(ids.new_id())})
        assert early.status_code == 422 and "请先通过微课" in text(early)
        learn_all(client)
        assert "可以考" in text(client.get("/training/"))
        sitting = begin(client)
        assert begin(client).id == sitting.id and len(sitting.drawn) == 20
        page = text(client.get(f"/training/sittings/{sitting.id}/"))
        assert page.count("<fieldset") == 20
        done = hand_in(client, sitting, wrong=4)
        assert "通过了" in text(client.get(done.headers["Location"]))
        again = hand_in(client, sitting, wrong=20)
        assert again.headers["Location"] == done.headers["Location"]
        assert Attempt.objects.filter(exam__gt="").count() == 1
        assert Certificate.objects.count() == 1 and trained(cast.people["周主任"].id, "finding", MORNING)
        other = office("何老师").post("/training/exams/child_director/begin/", {"sitting": str(ids.new_id())})
        assert other.status_code == 422 and "不是给您这类岗位的" in text(other)
        assert client.post("/training/exams/nothing/begin/", {"sitting": "x"}).status_code == 404

    def test_so_many_tries_and_not_at_once(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        client = office("周主任")
        learn_all(client)
        for _ in range(3):
            hand_in(client, begin(client), wrong=5)
            refused = client.post("/training/exams/child_director/begin/", {"sitting": str(ids.new_id())})
            assert refused.status_code == 422 and "还不能考" in text(refused)
            time.now += timedelta(days=1, minutes=1)
            client = office("周主任")
        used = client.post("/training/exams/child_director/begin/", {"sitting": str(ids.new_id())})
        assert "30 天里最多考 3 次" in text(used) and not Certificate.objects.exists()
        time.now += timedelta(days=30)
        client = office("周主任")
        hand_in(client, begin(client))
        assert Certificate.objects.count() == 1

    def test_a_lesson_under_a_sittings_number_is_no_pass(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        client = office("周主任")
        learn_all(client)
        sitting = begin(client)
        assert learn(client, try_id=sitting.id).status_code == 404
        assert begin(client).id == sitting.id and not Attempt.objects.filter(id=sitting.id).exists()
        assert hand_in(client, sitting).status_code == 302 and Certificate.objects.count() == 1

    def test_handed_in_too_late_it_counts_as_a_try(self, cast: world.World, office: SignedIn, time: Clock) -> None:
        client = office("周主任")
        learn_all(client)
        sitting = begin(client)
        time.now += timedelta(minutes=26)
        late = hand_in(client, sitting)
        assert late.status_code == 422 and "交卷的时间过了" in text(late) and not Certificate.objects.exists()
        assert "小时以后再考" in text(client.get("/training/"))

    def test_questions_are_drawn_evenly_and_differ(self, cast: world.World) -> None:
        exam = training_in(region="370116", at=MORNING).exams["child_director"]
        one, two = (draw(exam, ids.new_id(), region="370116", at=MORNING) for _ in range(2))
        for drawn in (one, two):
            counts = {name: sum(each[0] == name for each in drawn) for name in exam.lessons}
            assert sum(counts.values()) == 20 and set(counts.values()) <= {2, 3}
            assert len({tuple(each) for each in drawn}) == 20
        assert one != two


class TestCertificates:
    def certified(self, office: SignedIn) -> Certificate:
        client = office("周主任")
        learn_all(client)
        hand_in(client, begin(client))
        return Certificate.objects.get()

    def test_on_paper_and_asked_about_by_anybody_with_code_and_name(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        row = self.certified(office)
        paper = office("周主任").get(f"/training/certificates/{row.id}/own/")
        assert paper.content.startswith(b"%PDF") and Event.objects.filter(kind="paper.printed").count() == 1
        assert office("吴主任").get(f"/training/certificates/{row.id}/own/").status_code == 404
        assert office("郑管理").get(f"/training/certificates/{row.id}/paper/").content.startswith(b"%PDF")
        asked = Client()
        good = asked.post("/training/verify/", {"code": row.code.upper(), "name": " 周 主任 "})
        assert "有效" in text(good) and "370116-2025-0001" in text(good) and "周" not in text(good)
        for wrong in ({"code": row.code, "name": "吴主任"}, {"code": "²", "name": "周主任"}, {}):
            answer = asked.post("/training/verify/", wrong)
            assert answer.status_code == 404 and "没有查到" in text(answer) and "370116" not in text(answer)
        time.now += timedelta(days=731)
        assert "已过有效期" in text(asked.post("/training/verify/", {"code": row.code, "name": "周主任"}))

    def test_revoked_it_says_so_and_is_printed_no_more(self, cast: world.World, office: SignedIn) -> None:
        row, desk = self.certified(office), office("王督导")
        assert "周主任" in text(desk.get("/training/certificates/"))
        assert desk.post(f"/training/certificates/{row.id}/revoke/", {"reason": "nothing"}).status_code == 422
        for _ in range(2):
            assert desk.post(f"/training/certificates/{row.id}/revoke/", {"reason": "cheated"}).status_code == 302
        assert Event.objects.filter(kind="certificate.revoked").count() == 1
        assert "已撤销" in text(Client().post("/training/verify/", {"code": row.code, "name": "周主任"}))
        assert desk.get(f"/training/certificates/{row.id}/paper/").status_code == 404
        assert office("陈督导").post(f"/training/certificates/{row.id}/revoke/", {"reason": "other"}).status_code == 404
        assert office("周主任").get("/training/certificates/").status_code == 404
