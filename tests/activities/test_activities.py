"""Activities: approved by another, children on a list with consent, numbers counted by rule and asked about."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from tests import world
from tests.activities.planned import OUTING, TODAY, YES, begun, counted, led_by, planned, text
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.activities.models import Activity, Came, Doubt, Listed, Occasion, Publicity
from tongxin.flows.made_once import made_once
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.people.models import Alias, Carer

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


class TestPlans:
    def test_an_outing_needs_grown_ups_insurance_and_another_persons_yes(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk, manager = office("王督导"), office("郑管理")
        led = {"leaders": led_by(desk)}
        unnamed: list[dict[str, Any]] = [{"leaders": led["leaders"][:1]}, {"leaders": []}, {"leaders": ["²", "x"]}]
        for wrong in (*unnamed, {"adults": "4"}, {"adults": ""}, {"insured": "no"}, {"checked": "no"},
                      {"last_day": "2025-01-01"}):
            answer = desk.post("/activities/new/", {"activity": str(ids.new_id()), **OUTING, **led, **wrong})
            assert answer.status_code == 422 and not Activity.objects.exists()
        row = planned(desk, **OUTING)
        assert row.state == Activity.PLANNED and "等另一个人批准" in text(desk.get(f"/activities/{row.id}/"))
        assert desk.post(f"/activities/{row.id}/decide/", {"answer": "yes"}).status_code == 404
        assert desk.post(f"/activities/{row.id}/begin/", {"occasion": str(ids.new_id())}).status_code == 422
        later = planned(desk, **OUTING | {"title": "明年的营", "first_day": "2026-01-20", "last_day": "2026-01-21"})
        assert "明年的营" in text(manager.get("/activities/")) and later.state == Activity.PLANNED
        assert Notice.objects.filter(kind="activity.planned", post_id=cast.posts["郑管理"].id).exists()
        assert manager.post(f"/activities/{row.id}/decide/", {"answer": "no"}).status_code == 422
        assert manager.post(f"/activities/{row.id}/decide/", {"answer": "no", "reason": "safety"}).status_code == 302
        assert "安全预案要改" in text(desk.get(f"/activities/{row.id}/"))
        page = desk.get(f"/activities/{row.id}/change/")
        assert "北京欢迎你" in text(page)
        assert desk.post(f"/activities/{row.id}/change/", OUTING | led | {"adults": "8"}).status_code == 302
        assert manager.post(f"/activities/{row.id}/decide/", {"answer": "yes"}).status_code == 302
        assert manager.post(f"/activities/{row.id}/decide/", {"answer": "yes"}).status_code == 422
        row.refresh_from_db()
        assert row.state == Activity.APPROVED and row.clear["adults"] == 8
        assert office("陈管理").get(f"/activities/{row.id}/").status_code == 404

    def test_a_title_is_sealed_and_a_plan_sent_twice_is_one(self, cast: world.World, office: SignedIn) -> None:
        desk, id = office("林社工"), str(ids.new_id())
        row = planned(desk, activity=id)
        assert desk.post("/activities/new/", {"activity": id, **OUTING}).status_code == 302
        assert Activity.objects.count() == 1 and "主题日" not in str(Activity.objects.values().get())
        assert "认识情绪主题日" in text(desk.get("/activities/")) and row.state == Activity.APPROVED
        assert "认识情绪主题日" not in text(office("何老师").get("/activities/"))

    def test_is_called_off_or_closed_with_a_summary(self, cast: world.World, office: SignedIn) -> None:
        desk = office("林社工")
        row, other = planned(desk), planned(desk)
        closing = {"outcome": "whole", "summary": "孩子会说自己的心情了"}
        assert desk.post(f"/activities/{row.id}/close/", closing).status_code == 422
        counted(desk, row, 30, 10)
        assert desk.post(f"/activities/{row.id}/close/", closing).status_code == 302
        page = text(desk.get(f"/activities/{row.id}/"))
        assert "孩子会说自己的心情了" in page and "知道生气" in page
        assert desk.post(f"/activities/{other.id}/cancel/", {"reason": "weather"}).status_code == 302
        assert counted(desk, other, 3, 1).status_code == 422


class TestOnce:
    """What is sent twice is one, and an id of another activity is nobody's here."""

    def test_an_id_of_another_activity_is_refused(self, cast: world.World, office: SignedIn) -> None:
        desk = office("林社工")
        row, other = planned(desk), planned(desk)
        held = begun(desk, row)
        body = {"occasion": str(held), "held_on": TODAY, "came": "4", "first_time": "1"}
        assert desk.post(f"/activities/{other.id}/begin/", {"occasion": str(held)}).status_code == 404
        assert desk.post(f"/activities/{other.id}/count/", body).status_code == 404
        assert Occasion.objects.get().activity_id == row.id

    def test_what_another_call_made_at_the_same_moment_is_found(self) -> None:
        calls = []

        @made_once
        def act() -> str:
            calls.append(1)
            if len(calls) == 1:
                raise IntegrityError
            return "known"

        assert act() == "known"


class TestList:
    def test_takes_whom_one_sees_and_signs_in_whose_guardian_agreed(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk, manager = office("王督导"), office("郑管理")
        child, other = cast.child("童小雨", carers=[world_carer()]), cast.child("童小风", carers=[world_carer()])
        far = cast.child("远处", by="陈督导", village="510104017001")
        row = planned(desk, **OUTING | {"kind": "holiday"})
        manager.post(f"/activities/{row.id}/decide/", {"answer": "yes"})
        url = f"/activities/{row.id}/list/"
        for file_no in (child.file_no, child.file_no, other.file_no):
            assert desk.post(url, {"file_no": file_no, "group": "2"}).status_code == 302
        assert desk.post(url, {"file_no": far.file_no, "group": "²"}).status_code == 422
        assert Listed.objects.count() == 2
        line, second = Listed.objects.order_by("number")
        occasion = begun(desk, row)
        tick = f"/activities/times/{occasion}/tick/"
        answer = desk.post(tick, {"listed": [str(line.id), str(second.id)]})
        assert answer.status_code == 422 and "名单第 1、2 号" in text(answer) and not Came.objects.exists()
        assert desk.post(f"{url}{line.id}/answer/", YES | {"relation": "father"}).status_code == 422
        Carer.objects.filter(child_id=other.id).update(is_concern=True)
        assert "需要回避" in text(desk.post(f"{url}{second.id}/answer/", YES))
        for answered in (YES | {"child_wants": "no"}, YES):
            assert desk.post(f"{url}{line.id}/answer/", answered).status_code == 302
        line.refresh_from_db()
        assert len(line.consent["before"]) == 1
        assert desk.post(tick, {"listed": [str(line.id)]}).status_code == 302 and Came.objects.count() == 1
        page = text(desk.get(f"/activities/{row.id}/"))
        assert "童小雨" in page and "同意参加" in page
        assert desk.post(f"{url}{second.id}/leave/").status_code == 302

    def test_a_child_is_one_person_however_often_it_comes(self, cast: world.World, office: SignedIn) -> None:
        desk, child = office("王督导"), cast.child("童小雨")
        row = planned(desk)
        desk.post(f"/activities/{row.id}/list/", {"file_no": child.file_no})
        for _ in range(2):
            held = begun(desk, row)
            desk.post(f"/activities/times/{held}/tick/", {"listed": [str(Listed.objects.get().id)]})
        assert counted(desk, row, 20, 12, held).status_code == 302
        page = desk.get("/activities/")
        (line,) = page.context["figures"]
        assert [each["n"] for each in line["numbers"]] == [2, 21, 13]
        assert desk.post(f"/activities/times/{held}/withdraw/").status_code == 302
        assert "到过 1 场" in text(desk.get(f"/activities/{row.id}/"))

    def test_joined_files_are_one_person(self, cast: world.World, office: SignedIn) -> None:
        desk, one, other = office("王督导"), cast.child("童小雨"), cast.child("童小雨")
        Alias.objects.create(child=other, same_as=one, event_id=ids.new_id())
        row = planned(desk)
        for each in (one, other):
            desk.post(f"/activities/{row.id}/list/", {"file_no": each.file_no})
        came = [str(id) for id in Listed.objects.values_list("id", flat=True)]
        desk.post(f"/activities/times/{begun(desk, row)}/tick/", {"listed": came})
        (line,) = desk.get("/activities/").context["figures"]
        assert [each["n"] for each in line["numbers"]] == [1, 1, 1]

    def test_who_may_not_see_a_child_sees_a_number(self, cast: world.World, office: SignedIn) -> None:
        desk, child = office("王督导"), cast.child("童小雨")
        row = planned(desk)
        desk.post(f"/activities/{row.id}/list/", {"file_no": child.file_no})
        Activity.objects.update(organisation=cast.posts["何老师"].organisation)
        page = text(office("何老师").get(f"/activities/{row.id}/"))
        assert "童小雨" not in page and "另有 1 人您看不到" in page


class TestDoubts:
    def test_a_number_like_none_is_asked_about_and_settled_by_another(
        self, cast: world.World, office: SignedIn
    ) -> None:
        desk, manager = office("林社工"), office("郑管理")
        row = planned(desk)
        answer = counted(desk, row, 50000, 100)
        assert answer.status_code == 422 and "真的来了 50,000 人吗" in text(answer) and not Occasion.objects.exists()
        assert counted(desk, row, 50000, 100, sure="两天一共，按门票数的").status_code == 302
        assert set(Doubt.objects.values_list("rule", flat=True)) == {"came_many", "came_room", "came_plan"}
        assert "还没有人核实" in text(desk.get("/activities/"))
        assert Notice.objects.filter(kind="doubt.raised", post_id=cast.posts["郑管理"].id).exists()
        first = Doubt.objects.order_by("rule")[0]
        assert desk.post(f"/activities/doubts/{first.id}/", {"right": "yes"}).status_code == 404
        assert "按门票数的" in text(manager.get("/activities/"))
        assert manager.post(f"/activities/doubts/{first.id}/", {"right": "no"}).status_code == 302
        assert manager.post(f"/activities/doubts/{first.id}/", {"right": "yes"}).status_code == 422
        assert Occasion.objects.get().withdrawn_at is not None
        assert not desk.get("/activities/").context["figures"]

    @pytest.mark.parametrize("wrong", [{"came": "²"}, {"came": "0"}, {"first_time": "41"}, {"held_on": "9999-12-31"},
                                       {"held_on": "0001-01-01"}, {"came": "9" * 40}, {"came": "-1"}])
    def test_what_can_not_be_is_refused(self, cast: world.World, office: SignedIn, wrong: dict[str, str]) -> None:
        desk = office("林社工")
        row = planned(desk)
        body = {"occasion": str(ids.new_id()), "held_on": "2025-09-02", "came": "40", "first_time": "3", **wrong}
        assert desk.post(f"/activities/{row.id}/count/", body).status_code == 422


class TestPublicity:
    TOLD = {
        "channel": "official_account", "title": "心理健康小知识", "published_on": "2025-09-01", "link": "https://a.cn/1",
        "times": "1", "reach": "1200", "reach_from": "platform", "shows_child": "no",
    }

    def told(self, client: Office, **more: str) -> Any:
        return client.post("/publicity/", {"line": str(ids.new_id()), **self.TOLD, **more})

    def test_by_channel_with_where_the_number_comes_from(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        desk, same = office("郑管理"), str(ids.new_id())
        for _ in range(2):
            assert self.told(desk, line=same).status_code == 302
        assert self.told(desk, channel="household", reach="", reach_from="none", times="75").status_code == 302
        page = text(desk.get("/publicity/"))
        assert "1,200 人次" in page and "平台后台的数" in page and "没有统计" in page and Publicity.objects.count() == 2
        assert self.told(desk, shows_child="yes").status_code == 422
        assert self.told(desk, reach_from="none").status_code == 422
        assert "真的是 50,000 场" in text(self.told(desk, times="50000"))
        assert self.told(desk, times="50000", sure="各村广播累计").status_code == 302
        assert "数目大得不寻常" in text(desk.get("/publicity/"))
        assert "自己写的，等另一个人核实" in text(desk.get("/activities/"))
        assert desk.post(f"/publicity/{same}/withdraw/").status_code == 302
        assert "1,200 人次" in text(desk.get("/publicity/")) and "（已撤回）" in text(desk.get("/publicity/"))
        for year in ("²", "0", "9999", "x"):
            assert desk.get(f"/publicity/?year={year}").status_code == 200
            assert desk.get(f"/activities/?year={year}").status_code == 200
        time.now += timedelta(days=1)


def world_carer() -> dict[str, str]:
    """A grandmother who can look after the child."""
    return {"carer_name": "李桂兰", "relation": "maternal_grandmother", "ability": "able"}
