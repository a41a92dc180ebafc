"""Typical cases without the person: agreed to, read by experts who never served the child, gone when the word is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tests.web.together import CASE, TABLE, agreed, do, expert, text, written
from tongxin.accounts import county as counties
from tongxin.accounts.models import Organisation, Post
from tongxin.coordination.models import Expert, Opinion, Step, TypicalCase
from tongxin.flows.coordinating_cases import take_down_unconsented
from tongxin.flows.coordinating_watch import follow_coordination
from tongxin.lib import ids
from tongxin.notices.models import Notice
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


@pytest.fixture
def child(cast: world.World) -> Child:
    return cast.child("张小雨", at=world.START)


@pytest.fixture
def pool(cast: world.World, office: SignedIn) -> dict[str, Expert]:
    """Three experts, none of whom served the child."""
    return {name: expert(cast, office, name) for name in ("秦医生", "许督导", "何老师")}


def published(cast: world.World, office: SignedIn, child: Child, pool: dict[str, Expert]) -> TypicalCase:
    agreed(cast, child)
    case = written(office, child)
    two = ("秦医生", "许督导")
    assert do(office("郑管理"), case, "ask", experts=[str(pool[name].id) for name in two]).status_code == 302
    for name in two:
        read(office, name)
    answer = do(office("郑管理"), case, "publish")
    assert answer.status_code == 302, text(answer)
    return case


def read(office: SignedIn, name: str, verdict: str = "agrees", **more: Any) -> Any:
    """An expert says what they think of the case they were asked about."""
    client = office(name)
    opinion = Opinion.objects.filter(state=Opinion.ASKED, expert__expert__holdings__post__title__isnull=False).filter(
        expert__expert_id=client.session["_auth_user_id"]
    ).distinct().get()
    return do(client, opinion, "answer", verdict=verdict, checks=["unknown"], **more)


def test_a_case_needs_the_familys_word(cast: world.World, office: SignedIn, child: Child) -> None:
    page = office("林社工").get(f"{TABLE}cases/new/?child={child.id}")
    assert "还没有同意“典型案例”" in text(page)
    answer = office("林社工").post(f"{TABLE}cases/new/", {**CASE, "child": str(child.id)})
    assert answer.status_code == 422 and not TypicalCase.objects.exists()
    assert office("何老师").get(f"{TABLE}cases/new/?child={child.id}").status_code == 404
    assert office("周主任").get(f"{TABLE}cases/new/").status_code == 404


def test_whoever_it_is_about_is_hidden_before_it_is_kept(
    cast: world.World, office: SignedIn, child: Child
) -> None:
    agreed(cast, child)
    case = written(office, child, background="张小雨住在东升社区，电话13911112222，爷爷带着她")
    page = text(office("林社工").get(f"{TABLE}cases/{case.id}/"))
    assert "张小雨" not in page and "13911112222" not in page and "东升社区" not in page
    assert "处能认出人的词" in page


def test_experts_read_it_somebody_else_publishes_and_everybody_learns(
    cast: world.World, office: SignedIn, child: Child, pool: dict[str, Expert]
) -> None:
    case = published(cast, office, child, pool)
    assert case.child_id == child.id
    page = text(office("周主任").get(f"{TABLE}cases/{case.id}/"))
    assert "先陪伴再评估" in page and str(child.id) not in page and "林社工" not in page
    assert "重新愿意说话" in text(office("周主任").get(f"{TABLE}cases/?topic=mood"))
    assert "重新愿意说话" not in text(office("周主任").get(f"{TABLE}cases/?topic=crisis"))
    assert office("陈督导").get(f"{TABLE}cases/{case.id}/").status_code == 404


def test_before_that_only_those_who_work_on_it_see_it(
    cast: world.World, office: SignedIn, child: Child, pool: dict[str, Expert]
) -> None:
    agreed(cast, child)
    case = written(office, child)
    for name in ("周主任", "秦医生"):
        assert office(name).get(f"{TABLE}cases/{case.id}/").status_code == 404
    few = do(office("郑管理"), case, "ask", experts=[str(pool["秦医生"].id)])
    assert few.status_code == 422 and "至少要请 2 位专家" in text(few)
    do(office("郑管理"), case, "ask", experts=[str(pool[name].id) for name in ("秦医生", "许督导")])
    assert office("秦医生").get(f"{TABLE}cases/{case.id}/").status_code == 200
    assert "写意见" in text(office("秦医生").get("/"))
    early = do(office("郑管理"), case, "publish")
    assert early.status_code == 422 and "至少 2 位专家" in text(early)


def test_who_served_the_child_is_barred(
    cast: world.World, office: SignedIn, child: Child, pool: dict[str, Expert]
) -> None:
    pool["苏咨询"] = expert(cast, office, "苏咨询")
    cast.record(child, "case_note", fill(child, "case_note", MORNING), by="苏咨询", at=MORNING)
    agreed(cast, child)
    case = written(office, child)
    asked = [str(pool[name].id) for name in ("苏咨询", "秦医生")]
    refused = do(office("郑管理"), case, "ask", experts=asked)
    assert refused.status_code == 422 and "服务过这个孩子" in text(refused)
    assert not Opinion.objects.exists()


def test_who_serves_the_child_after_being_asked_is_barred_too(
    cast: world.World, office: SignedIn, child: Child, pool: dict[str, Expert]
) -> None:
    pool["苏咨询"] = expert(cast, office, "苏咨询")
    agreed(cast, child)
    case = written(office, child)
    do(office("郑管理"), case, "ask", experts=[str(pool[name].id) for name in ("苏咨询", "秦医生")])
    cast.record(child, "case_note", fill(child, "case_note", MORNING), by="苏咨询", at=MORNING)
    refused = read(office, "苏咨询")
    assert refused.status_code == 422 and "请选“我要回避”" in text(refused)


def test_a_no_goes_back_and_the_next_text_is_read_anew(
    cast: world.World, office: SignedIn, child: Child, pool: dict[str, Expert]
) -> None:
    agreed(cast, child)
    case = written(office, child)
    do(office("郑管理"), case, "ask", experts=[str(pool[name].id) for name in ("秦医生", "许督导")])
    assert read(office, "许督导").status_code == 302
    assert read(office, "秦医生", "changes", said="还认得出").status_code == 302
    case.refresh_from_db()
    assert case.state == TypicalCase.RETURNED
    revised = office("林社工").post(f"{TABLE}cases/{case.id}/revise/", {**CASE, "background": "一个孩子"})
    assert revised.status_code == 302
    do(office("郑管理"), case, "ask", experts=[str(pool[name].id) for name in ("何老师", "许督导")])
    refused = do(office("郑管理"), case, "publish")
    assert refused.status_code == 422, "旧稿的意见不算"


def test_the_withdrawn_word_takes_it_away_at_once(
    cast: world.World, office: SignedIn, child: Child, pool: dict[str, Expert], time: Clock
) -> None:
    case = published(cast, office, child, pool)
    agreed(cast, child, answer="withdrawn", at=MORNING + timedelta(hours=1))
    time.now = MORNING + timedelta(hours=1, minutes=1)
    assert office("周主任").get(f"{TABLE}cases/{case.id}/").status_code == 404
    assert office("郑管理").get(f"{TABLE}cases/{case.id}/").status_code == 404
    assert "重新愿意说话" not in text(office("周主任").get(f"{TABLE}cases/"))
    opinion = Opinion.objects.filter(expert=pool["秦医生"]).get()
    assert "先陪伴再评估" not in text(office("秦医生").get(f"{TABLE}opinions/{opinion.id}/"))
    assert take_down_unconsented(time.now) == 1
    case.refresh_from_db()
    assert case.state == TypicalCase.WITHDRAWN
    assert Step.objects.filter(about_id=case.id, kind="withdrawn", person_id__isnull=True).exists()


def test_a_case_of_nobodys_file_needs_no_word_but_readers(office: SignedIn, pool: dict[str, Expert]) -> None:
    case = written(office)
    do(office("郑管理"), case, "ask", experts=[str(pool[name].id) for name in ("秦医生", "许督导")])
    assert read(office, "秦医生").status_code == 302 and read(office, "许督导").status_code == 302
    assert do(office("郑管理"), case, "publish").status_code == 302
    assert do(office("周主任"), case, "withdraw", words="想撤").status_code == 404
    assert do(office("林社工"), case, "withdraw", words="改写").status_code == 302
    assert office("周主任").get(f"{TABLE}cases/{case.id}/").status_code == 404


def test_who_wrote_it_doesnt_publish_it(office: SignedIn, pool: dict[str, Expert]) -> None:
    case = written(office, by="郑管理")
    do(office("郑管理"), case, "ask", experts=[str(pool[name].id) for name in ("秦医生", "许督导")])
    read(office, "秦医生")
    read(office, "许督导")
    refused = do(office("郑管理"), case, "publish")
    assert refused.status_code == 422 and "由另一位同事发布" in text(refused)


def test_an_expert_is_asked_about_a_child_they_are_not_told_of(
    cast: world.World, office: SignedIn, child: Child, pool: dict[str, Expert]
) -> None:
    body = {"expert": str(pool["秦医生"].id), "question": "要不要就医",
            "summary": "张小雨近来不愿上学"}
    assert office("林社工").get(f"{TABLE}opinions/ask/{child.id}/").status_code == 200
    assert office("林社工").post(f"{TABLE}opinions/ask/{child.id}/", body).status_code == 302
    opinion = Opinion.objects.get()
    page = text(office("秦医生").get(f"{TABLE}opinions/{opinion.id}/"))
    assert "近来不愿上学" in page and "张小雨" not in page and str(child.id) not in page
    assert office("许督导").get(f"{TABLE}opinions/{opinion.id}/").status_code == 404
    assert do(office("林社工"), opinion, "answer", advice="我自己答").status_code == 404
    assert do(office("秦医生"), opinion, "answer", advice="先做评估，建议就医").status_code == 302
    assert "建议就医" in text(office("林社工").get(f"{TABLE}opinions/{opinion.id}/"))
    assert Notice.objects.filter(kind="opinion.advanced", post_id=cast.posts["林社工"].id).exists()
    assert office("何老师").get(f"{TABLE}opinions/ask/{child.id}/").status_code == 404


def test_a_late_opinion_goes_to_who_asked_then_to_who_leads(
    cast: world.World, office: SignedIn, child: Child, pool: dict[str, Expert]
) -> None:
    office("林社工").post(f"{TABLE}opinions/ask/{child.id}/", {
        "expert": str(pool["秦医生"].id), "question": "问", "summary": "情况",
    })
    opinion = Opinion.objects.get()
    told = Notice.objects.filter(kind="opinion.climbed")
    follow_coordination(opinion.due_at)
    assert set(told.values_list("post_id", flat=True)) == {cast.posts["秦医生"].id, cast.posts["林社工"].id}
    follow_coordination(opinion.due_at + timedelta(days=7))
    assert cast.posts["郑管理"].id in set(told.values_list("post_id", flat=True))


def test_an_expert_steps_back_and_leaves(office: SignedIn, child: Child, pool: dict[str, Expert]) -> None:
    office("林社工").post(f"{TABLE}opinions/ask/{child.id}/", {
        "expert": str(pool["秦医生"].id), "question": "问", "summary": "情况",
    })
    opinion = Opinion.objects.get()
    assert do(office("秦医生"), opinion, "decline", words="认识这家人").status_code == 302
    assert do(office("郑管理"), pool["秦医生"], "end", words="聘期内调走").status_code == 302
    assert "在聘" not in text(office("周主任").get(f"{TABLE}experts/")).split("许督导")[0].split("秦医生")[-1]
    assert office("周主任").get(f"{TABLE}experts/{pool['许督导'].id}/").status_code == 404


@pytest.mark.parametrize("role", ["psychiatrist", "city_officer"])
def test_an_expert_of_the_city_opens_and_answers(
    cast: world.World, office: SignedIn, child: Child, role: str
) -> None:
    place = cast.place("3701")
    body = Organisation.objects.create(kind="hospital", name="市精神卫生中心", division=place)
    post = Post.objects.create(id=ids.new_id(), role=role, title="市级专家", organisation=body, division=place)
    (cast.people["市专家"],) = counties.fill(holders=[(post, "cityexpert", "市专家")], at=world.START)
    asked = {"expert": str(expert(cast, office, "市专家").id), "question": "要不要就医", "summary": "近来不愿上学"}
    assert office("林社工").post(f"{TABLE}opinions/ask/{child.id}/", asked).status_code == 302
    opinion, mine = Opinion.objects.get(), office("市专家")
    here = f"{TABLE}opinions/{opinion.id}/"
    assert here in text(mine.get("/")) and here in text(mine.get(f"{TABLE}experts/"))
    page = text(mine.get(here))
    assert "近来不愿上学" in page and "张小雨" not in page
    assert do(mine, opinion, "answer", advice="建议就医").status_code == 302
    assert office("许督导").get(here).status_code == 404
