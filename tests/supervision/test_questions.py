"""A question from the record to its end: asked, answered, closed by another, read by whom it is about."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.accounts.models import Division
from tongxin.cases.models import Task
from tongxin.core.pathway import CHINA
from tongxin.flows.supervision import marking, watch
from tongxin.ledger.models import Access
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.people.models import Child
from tongxin.supervision.models import NoteMark, Question

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
NIGHT = (MORNING + timedelta(days=1)).astimezone(CHINA).replace(hour=2, minute=0)
SAME = "今天去了家里，奶奶说最近睡得好一些，作业自己写完，学校老师也打过电话，家里粮油够用，下周再看看她的腿好没好。"


def visits(cast: world.World, *, words: str = SAME, many: int = 4) -> list[Any]:
    """Visits to so many homes, one after the other, with the same words."""
    made = []
    for number in range(many):
        child = cast.child(f"童{number}")
        at = MORNING + timedelta(hours=number)
        answers = fill(child, "visit_record", at, child_words=f"{words}（{number}）")
        made.append(cast.record(child, "visit_record", answers, by="周主任", at=at).entry)
    return made


def one(time: Any) -> Question:
    time.now = NIGHT + timedelta(hours=8)
    return Question.objects.get(rule="copied_words")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_copied_notes_become_one_question_that_people_answer_and_close(
    cast: world.World, office: SignedIn, time: Any
) -> None:
    entries = visits(cast)
    assert NoteMark.objects.count() == 4
    assert all(SAME[:4].encode() not in bytes(each.marks) for each in NoteMark.objects.all())
    looks = Access.objects.count()
    county = Division.objects.get(code="370116")
    assert watch.ask_about(county, at=NIGHT) == 1 and watch.ask_about(county, at=NIGHT) == 0
    assert Access.objects.count() == looks, "nothing was opened"
    row = one(time)
    assert row.asked_id == cast.posts["王督导"].id and row.about_id == cast.people["周主任"].id
    assert Notice.objects.filter(post_id=row.asked_id, kind="question.asked").count() == 1
    url = f"/supervision/questions/{row.id}/"
    chief, keeper = office("王督导"), office("郑管理")
    page = text(chief.get("/supervision/questions/"))
    assert "几份记录写得几乎一样" in page and "去答复" in page
    shown = text(chief.get(url))
    assert all(str(each.id) in shown for each in entries) and SAME[:6] not in shown
    for address in (url, "/supervision/questions/"):
        assert office("周主任").get(address).status_code == 404
    assert keeper.post(f"{url}answer/", {"outcome": "explained", "words": "替他答"}).status_code == 404
    assert chief.post(f"{url}answer/", {"outcome": "x", "words": "当面问了"}).status_code == 422
    assert chief.post(f"{url}answer/", {"outcome": "explained", "words": " "}).status_code == 422
    said = {"outcome": "explained", "words": "一天里集中补记，已当面看过两家"}
    assert chief.post(f"{url}answer/", said).status_code == 302
    assert chief.post(f"{url}answer/", said).status_code == 422, "twice"
    assert chief.post(f"{url}settle/", {"agrees": "yes"}).status_code == 404
    assert keeper.post(f"{url}settle/", {"agrees": "no", "words": ""}).status_code == 422
    assert keeper.post(f"{url}settle/", {"agrees": "no", "words": "请再看另外两家"}).status_code == 302
    assert chief.post(f"{url}answer/", said | {"outcome": "nothing"}).status_code == 302
    assert "了结了" not in text(office("周主任").get("/supervision/questions/mine/"))
    assert keeper.post(f"{url}settle/", {"agrees": "yes"}).status_code == 302
    mine = office("周主任")
    told = text(mine.get("/supervision/questions/mine/"))
    assert "一天里集中补记" in told and "没有什么，不该问" in told and SAME[:6] not in told
    assert mine.post(f"{url}say/", {"words": "那天没有信号"}).status_code == 302
    assert "那天没有信号" in text(keeper.get(url)) and "那天没有信号" in text(mine.get("/supervision/questions/mine/"))
    rates = {each["rule"].id: each["told"] for each in keeper.get("/supervision/questions/").context["rates"]}
    assert (rates["copied_words"].of, rates["copied_words"].nothing, rates["copied_words"].is_doubtful) == (1, 1, False)
    assert "几份记录" in text(chief.get("/supervision/questions/?closed=yes"))


def test_a_rule_that_asks_for_nothing_is_told_so(cast: world.World, office: SignedIn) -> None:
    visits(cast)
    county = Division.objects.get(code="370116")
    watch.ask_about(county, at=NIGHT)
    first = Question.objects.get(rule="copied_words")
    for _ in range(10):
        first.pk, first.state = ids.new_id(), Question.CLOSED
        first._state.adding = True
        first.save()
        first.answers.create(
            deed="answered", outcome="nothing", person_id=ids.new_id(), post_id=ids.new_id(), at=NIGHT
        )
    page = office("郑管理").get("/supervision/questions/")
    assert "这条规则可能不准" in text(page)


def test_nobody_answers_and_it_goes_up_post_by_post(cast: world.World) -> None:
    visits(cast)
    assert watch.follow_supervision(MORNING.astimezone(CHINA).replace(hour=0)) == 0
    asked = sum(watch.follow_supervision(NIGHT) for _ in range(4))
    assert asked == Question.objects.count() >= 1
    row = Question.objects.get(rule="copied_words")
    assert watch.climb(row.due_at) == Question.objects.count() and watch.climb(row.due_at) == 0
    row.refresh_from_db()
    assert row.asked_id == cast.posts["郑管理"].id and row.climbed_at is not None
    for _ in range(2):
        told = Notice.objects.filter(kind="question.climbed").count()
        assert watch.climb(row.due_at) >= 1 and Notice.objects.filter(kind="question.climbed").count() > told
        row.refresh_from_db()
        assert row.asked and row.asked.role in {"case_manager", "city_officer"}, "never down again"


def test_an_erased_child_leaves_no_mark(cast: world.World) -> None:
    child = visits(cast, many=1)[0].subject_id
    assert marking.forget_about(child) == 1 and not NoteMark.objects.exists()


def test_short_words_and_other_counties_make_no_question(cast: world.World) -> None:
    visits(cast, words="一切正常")
    assert not NoteMark.objects.exists()
    assert watch.ask_about(Division.objects.get(code="370116"), at=NIGHT) == 0
    assert watch.ask_about(Division.objects.get(code="510104"), at=NIGHT) == 0


def test_a_silent_post_is_asked_about_only_where_something_is_overdue(cast: world.World) -> None:
    for number in range(3):
        cast.child(f"童{number}", at=MORNING)
    county, later = Division.objects.get(code="370116"), NIGHT + timedelta(days=60)
    due = dict(Task.objects.values_list("id", "due_at"))
    Task.objects.update(due_at=later + timedelta(days=1))
    watch.ask_about(county, at=later)
    assert not Question.objects.filter(rule="silent_post").exists(), "nothing was due"
    for id, moment in due.items():
        Task.objects.filter(id=id).update(due_at=moment)
    watch.ask_about(county, at=later)
    row = Question.objects.get(rule="silent_post")
    assert row.post_id == cast.posts["周主任"].id and row.figures["waiting"] == 3


def test_visits_corrected_to_a_later_day_again_and_again_are_asked_about(cast: world.World) -> None:
    for entry in visits(cast, words="", many=3):
        child, at = Child.objects.get(id=entry.subject_id), entry.recorded_at + timedelta(days=9)
        answers = fill(child, "visit_record", at)
        cast.record(
            child, "visit_record", answers, by="周主任", at=at, supersedes=entry.id, correction_kind="correct"
        )
    watch.ask_about(Division.objects.get(code="370116"), at=NIGHT + timedelta(days=10))
    row = Question.objects.get(rule="moved_visits")
    assert row.figures["count"] == 3 and row.about_id == cast.people["周主任"].id
