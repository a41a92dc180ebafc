"""Each definition as practitioners read it; what a licence keeps is not shown without it."""

import re
from collections.abc import Callable

import pytest

from tests import world
from tests.web.conftest import Office
from tongxin.rulebook import rules

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def page(office: Office, address: str) -> str:
    answer = office.get(f"/definitions/{address}/")
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_every_definition_opens_for_everybody_who_works_here(cast: world.World, office: SignedIn) -> None:
    client = office("周主任")
    for group in client.get("/definitions/").context["groups"]:
        for row in group["rows"]:
            assert client.get(row["url"]).status_code == 200, row["url"]


def test_an_instrument_is_read_whole_by_who_may(cast: world.World, office: SignedIn) -> None:
    found = page(office("林社工"), "instruments/phq_9")
    for words in (
        "可以自由使用", "12 周岁以上", "过去两周", "做事时提不起劲或没有兴趣", "不低于 2 分：立即进入危机处置",
        "等于 1 分：须有资质的人当面核查", "缺一题就不计分", "第 1–9 题", "0–27", "极轻或无", "人群：", "出处：",
    ):
        assert words in found, words
    lay = page(office("周主任"), "instruments/phq_9")
    assert "做事时提不起劲" not in lay and "题目只给可以施测的专业人员看" in lay and "极轻或无" in lay
    assert "没有经过验证" in page(office("林社工"), "instruments/asq")


def test_what_a_licence_keeps_is_not_shown(cast: world.World, office: SignedIn) -> None:
    found = page(office("林社工"), "instruments/sdq_s")
    assert "题目的文字受许可保护" in found and "须取得许可" in found
    assert "<h2>题目</h2>" not in found and "<h2>选项</h2>" not in found
    assert "困难总分" in found


def test_rules_are_told_in_words(cast: world.World, office: SignedIn) -> None:
    client = office("郑管理")
    gates, rubric = page(client, "gates/gates"), page(client, "rubric/rubric")
    assert "说过或表现出不想活" in gates and "veto." not in gates
    assert "从上往下，第一条成立的算" in rubric and "个月" in rubric and "gates_open" not in rubric
    assert "中符合的条数" in page(client, "identification/identification_form")
    form = page(client, "forms/visit_record")
    assert "“当面见到儿童” 是 否时才问" in form and "自动带出以前的内容" in form
    assert "修改这张表的文字" in form and "修改这张表的文字" not in page(office("周主任"), "forms/visit_record")
    assert rules.ids("calendar") and "放假" in page(client, "calendar/cn-2025")


def test_how_a_figure_is_counted_is_told_to_whoever_sees_it(cast: world.World, office: SignedIn) -> None:
    client = office("周主任")
    links = set(re.findall(r'href="(/definitions/indicators/[^"]+)"', client.get("/dashboard/").content.decode()))
    assert links and {client.get(link).status_code for link in links} == {200}
    found = page(client, "indicators/care")
    assert "统计期内走访到的儿童人次" in found and "visited_on" not in found
