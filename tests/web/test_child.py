"""The file page: what each role finds there, and what is not there at all."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin.access import scope
from tongxin.ledger.models import Access
from tongxin.people.models import Child
from tongxin.people.services import join_household

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
CARER = {"carer_name": "赵奶奶", "relation": "paternal_grandmother", "carer_phone": "13800000000", "is_guardian": "yes"}


def _file(client: Office, child: Child) -> Any:
    answer = client.get(f"/children/{child.id}/")
    assert answer.status_code == 200
    return answer


def _graded(cast: world.World, child: Child) -> None:
    at = world.START + timedelta(hours=1)
    cast.record(child, "identification_form", fill(child, "identification_form", at, low_mood="often", worry="often"),
                by="周主任", at=at)
    answers = fill(child, "assessment_form", at, psychological_level="2")
    cast.record(child, "assessment_form", answers, by="林社工", at=at)


class TestFile:
    def test_says_who_the_child_is_and_what_comes_next(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child("小雨", carers=[CARER], categories=[{"category": "left_behind", "start_on": "2024-03-01"}])
        page = _file(office("周主任"), child)
        text = page.content.decode()
        assert page.context["name"] == "小雨"
        assert "13岁" in text
        assert "赵奶奶" in text
        assert "2024年3月1日" in text
        assert [step["zh"] for step in page.context["steps"]] == ["上门识别，填写识别表"]
        assert page.context["steps"][0]["form_url"].endswith("/forms/identification_form/")

    def test_leaves_out_the_parts_a_role_may_not_read(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child("小雨", carers=[CARER])
        _graded(cast, child)
        text = _file(office("方经办"), child).content.decode()
        for hidden in ("赵奶奶", "识别结果", "为什么是", "谁看过", "心理", "评估表", "危机处置"):
            assert hidden not in text, hidden
        assert "出生日期" in text

    def test_shows_lay_people_the_result_and_no_colour(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        _graded(cast, child)
        page = _file(office("周主任"), child)
        assert page.context["why"] is None
        assert page.context["identified"]["zh"] == "需要转介评估"
        assert "评估表" not in " ".join(entry["zh"] for entry in page.context["entries"])
        assert "黄色" not in page.content.decode()

    def test_explains_a_colour_to_those_entitled(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        _graded(cast, child)
        why = _file(office("林社工"), child).context["why"]
        assert why["chip"].state == "待确认"
        assert why["reasons"]
        assert why["reasons"][0]["version"]
        assert why["confirmed_zh"] == ""
        assert any("若不再成立" in change and "行动等级" in change for change in why["changes"])
        level = "mid_low"
        answers = fill(child, "grade_decision", MORNING, action="confirm", level=level)
        cast.record(child, "grade_decision", answers, by="郑管理", at=MORNING)
        why = _file(office("林社工"), child).context["why"]
        assert why["chip"].state == "已确认"
        assert "郑管理" in why["confirmed_zh"]
        assert "2025年9月2日" in why["confirmed_zh"]

    def test_says_that_no_grade_is_not_safety(self, cast: world.World, office: SignedIn) -> None:
        url = f"/children/{cast.child('小雨').id}/"
        said = {who: "不等于没有风险" in office(who).get(url).content.decode() for who in ("林社工", "周主任")}
        assert said == {"林社工": True, "周主任": False}

    def test_offers_only_forms_that_fit_the_role_and_the_state(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        offered = {name: _offered(_file(office(name), child)) for name in ("周主任", "林社工", "郑管理", "方经办")}
        assert "visit_record" in offered["周主任"]
        assert "assessment_form" in offered["林社工"] - offered["周主任"]
        assert "crisis_report" in offered["周主任"]
        assert offered["方经办"] == set()
        for unfit in ("crisis_step", "crisis_close", "safety_check", "reopen", "closure_decision", "plan_approval"):
            assert unfit not in offered["郑管理"], unfit

    def test_names_only_siblings_that_the_viewer_may_see(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child("小雨")
        near, far = cast.child("小山"), cast.child("小河", by="吴主任", village="370116104230")
        join_household(children=[child, near, far], actor=cast.viewer("郑管理"), at=MORNING)
        assert [each["name"] for each in _file(office("周主任"), child).context["siblings"]] == ["小山"]
        assert {each["name"] for each in _file(office("郑管理"), child).context["siblings"]} == {"小山", "小河"}

    def test_tells_who_looked(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        _file(office("周主任"), child)
        looks = _file(office("郑管理"), child).context["looks"]
        opened = [look for group in looks for look in group["rows"] if not look.get("times")]
        assert any("周主任" in look["who_zh"] and look["purpose_zh"] == "查看档案" for look in opened)

    def test_tells_the_psychological_looks_first_and_folds_lists_day_by_day(
        self, cast: world.World, office: SignedIn
    ) -> None:
        child = cast.child("小雨", carers=[CARER])
        _file(office("苏咨询"), child)
        for _ in range(3):
            office("周主任").get("/children/")
        _file(office("周主任"), child)
        psychological, opened, listed = _file(office("郑管理"), child).context["looks"]
        assert "心理" in psychological["zh"] and "苏咨询" in psychological["rows"][0]["who_zh"]
        assert not any("浏览名册" in row["purpose_zh"] for row in opened["rows"])
        (rows,) = [row for row in listed["rows"] if "周主任" in row["who_zh"] and row["purpose_zh"] == "浏览名册"]
        assert rows["times"] == 3

    def test_is_one_look(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child("小雨", carers=[CARER])
        before = Access.objects.count()
        _file(office("郑管理"), child)
        assert Access.objects.count() == before + 1

    def test_asks_the_database_a_bounded_number_of_questions(
        self, cast: world.World, office: SignedIn, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        child = cast.child("小雨", carers=[CARER, CARER])
        _graded(cast, child)
        client = office("郑管理")
        _file(client, child)
        with django_assert_max_num_queries(49 + scope.STATEMENTS):
            _file(client, child)


class TestCrisisCard:
    def test_calls_for_help_and_counts_the_steps_without_quoting_the_answer(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child()
        office("周主任").fill(child, "identification_form", wish_to_die="yes")
        time.now += timedelta(minutes=20)
        page = _file(office("周主任"), child)
        card = page.context["card"]
        assert card["for_zh"] == "20分钟"
        assert {"110", "120"} <= {each["number"] for each in card["numbers"]}
        assert {"周主任", "苏咨询", "郑管理"} == {each["name"] for each in card["calls"]}
        assert card["done"] == 0
        assert any(step["late_zh"] for step in card["steps"])
        shown = re.search(r'<section class="tx-crisis".*?</section>', page.content.decode(), re.S)
        assert shown is not None
        for quoted in ("不想活", "自伤", "自杀"):
            assert quoted not in shown[0]

    def test_marks_a_step_with_its_time_and_person(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child()
        office("周主任").fill(child, "identification_form", wish_to_die="yes")
        step = next(step for step in _file(office("周主任"), child).context["card"]["steps"] if step["url"])
        page = office("周主任").get(step["url"])
        chosen = next(
            field["prefill"] for section in page.context["definition"]["sections"]
            for field in section["fields"] if field["id"] == "step"
        )
        answers = fill(child, "crisis_step", time.now, step=chosen, result="done", is_concern="no")
        assert office("周主任").send(step["url"], answers).status_code == 200
        card = _file(office("郑管理"), child).context["card"]
        done = [each for each in card["steps"] if each["is_done"]]
        assert len(done) == 1
        assert "周主任" in done[0]["done"][0]

    def test_warns_when_the_guardian_may_be_the_danger(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child()
        office("周主任").fill(child, "crisis_report", is_concern="yes", concern_from=["guardian"])
        page = _file(office("郑管理"), child)
        assert page.context["card"]["is_concern"]
        assert "不得告知监护人" in page.content.decode()

    def test_strip_and_board_show_it_to_the_line(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        child = cast.child("小雨")
        office("周主任").fill(child, "identification_form", wish_to_die="yes")
        assert office("王督导").get("/").context["dangers"][0]["name"] == "小雨"
        board = office("郑管理").get("/crises/").context["rows"]
        assert [row["name"] for row in board] == ["小雨"]
        assert board[0]["steps"]
        assert office("陈管理").get("/crises/").context["rows"] == []
        assert office("方经办").get("/crises/").status_code == 404


def _offered(page: Any) -> set[str]:
    return {form.id for group in page.context["offered"] for form in group["forms"]}
