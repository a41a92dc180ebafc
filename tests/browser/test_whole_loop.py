"""One child's whole loop in a real browser: five roles and more who work, outsiders who find nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Sit
from tests.browser.desk import Desk

pytestmark = pytest.mark.browser

NAME, FILE = "张小雨", re.compile(r"/children/[0-9a-f-]{36}/")
CARER = {"carer_name": "张奶奶", "relation": "paternal_grandmother", "carer_phone": "13800000001", "is_guardian": "yes"}
COLOURS = ("红色", "橙色", "黄色", "绿色", "tx-grade-red", "tx-grade-orange", "tx-grade-yellow", "tx-grade-green")
DIMENSIONS = ("observation", "guardianship", "environment", "economy")
PHQ_A = {f"q{number}": "2" for number in range(1, 9)} | {"q9": "0", "s1": "1", "s3": "0", "s4": "0"}
SEALED = (NAME, "张奶奶", "13800000001", "夜里常醒")


def test_one_child_from_the_first_visit_to_the_second_opening(sit: Sit, seen: set[tuple[str, str]]) -> None:
    child = _found_and_identified(sit("周主任"))
    _assessed(sit("林社工"), child)
    _confirmed(sit("郑管理"), child)
    _planned(sit("林社工"), child)
    _agreed(sit("周主任"), child)
    _agreed(sit("王督导"), child)
    _approved(sit("郑管理"), child)
    _answered(sit("秦医生"))
    _in_danger(sit("周主任"), child)
    _on_the_board(sit("郑管理"))
    _asked_whose_concern(sit("王督导"), child)
    _safe_again(sit("苏咨询"), child)
    _lowered(sit("郑管理"), sit("苏咨询"), sit("王督导"), child)
    _closed_and_opened_again(sit("林社工"), sit("郑管理"), child)
    for outsider in ("陈老师", "陈管理"):
        _finds_nothing(sit(outsider), seen)


def _found_and_identified(desk: Desk) -> str:
    desk.shoot("02-home")
    desk.click("儿童")
    desk.shoot("22-roster")
    desk.click("新建档案")
    desk.page.get_by_placeholder("孩子的姓名或身份证号").fill(NAME)
    desk.page.locator("main").get_by_role("button", name="查找").click()
    desk.reads("没有找到这个孩子")
    desk.shoot("03-look-first")
    desk.click("新建档案")
    desk.shoot("04-file-form")
    desk.fill(
        name=NAME, source="patrol", id_kind="none", sex="female", birth="2012-03-05", carers=[CARER],
        categories=[{"category": "left_behind", "start_on": "2023-09-01"}],
    )
    expect(desk.page).to_have_url(FILE)
    desk.reads("档案已建立", NAME, "农村留守", "张奶奶", "上门识别，填写识别表")
    child = desk.page.url.removeprefix(desk.house.url)
    desk.task("上门识别")
    desk.reads(NAME, "不要念给儿童听")
    desk.shoot("05-identification")
    desk.fill(low_mood="often", no_interest="often", poor_sleep="often", worry="sometimes")
    desk.reads("已保存", "识别结果：需要转介评估", "专业评估")
    desk.misses(*COLOURS, "为什么是")
    desk.shoot("06-identified")
    return child


def _assessed(desk: Desk, child: str) -> None:
    desk.reads(NAME, "专业评估")
    desk.shoot("07-social-worker-home")
    desk.page.get_by_role("listitem").filter(has_text=NAME).get_by_role("link", name="办理").click()
    desk.fill(
        instruments_used=["phq_a"], child_told="yes", phq_a=PHQ_A, psychological_level="2", **_levels(),
        psychological_evidence="PHQ-A 达到界值，夜里常醒。", main_problems="情绪低落，睡眠差。",
        seen_in_person="yes", trusted_adult="yes",
        assessors=[{"name": "林社工", "qualification": "social_worker"}],
    )
    desk.reads("为什么是", "待确认", "尚未有人确认", "PHQ-A", "依据")
    desk.shoot("08-proposal")


def _levels() -> dict[str, str]:
    return {f"{dimension}_level": "1" for dimension in DIMENSIONS}


def _confirmed(desk: Desk, child: str) -> None:
    desk.reads("确认等级")
    desk.shoot("09-manager-home")
    desk.open(child)
    desk.task("确认等级")
    desk.reads("为什么是", "黄色（中高）", "蓝色（中低）")
    desk.misses("橙")
    desk.shoot("10-grade-decision")
    desk.fill(action="confirm", level="mid_high", protective_considered="yes")
    desk.reads("已确认", "郑管理", "向监护人反馈评估结果")


def _planned(desk: Desk, child: str) -> None:
    desk.open(child)
    desk.task("向监护人反馈评估结果")
    desk.fill(outcome="agrees", told_at="2025-12-30T09:00", child_asked="yes", child_agrees="yes")
    desk.task("制定关爱方案")
    desk.shoot("11-care-plan")
    desk.fill(based_on="mid_high")
    desk.reads("审核关爱方案", "方案执行中")
    desk.click("转介单")
    desk.fill(kind="medical", urgency="days_3", basis="consent", to_organisation=_hospital(desk))
    desk.reads("应答转介", "已转介")
    desk.shoot("12-referred")


def _hospital(desk: Desk) -> str:
    place = desk.at("to_organisation")
    options = place.locator("option, label").filter(has_text="医院").first
    code: str = options.evaluate("each => each.value ?? each.querySelector('input').value")
    return code


def _agreed(desk: Desk, child: str) -> None:
    """The village and the township, before the county."""
    desk.shoot("13-supervisor-home")
    desk.open(child)
    desk.task("审核关爱方案")
    desk.fill(outcome="approved")


def _approved(desk: Desk, child: str) -> None:
    desk.open(child)
    desk.task("审核关爱方案")
    desk.fill(outcome="approved")
    desk.misses("审核关爱方案")
    desk.reads("首次走访")


def _answered(desk: Desk) -> None:
    desk.click("转介")
    desk.reads(NAME, "医疗", "转来的")
    desk.shoot("14-referral-inbox")
    desk.page.get_by_role("listitem").filter(has_text=NAME).get_by_role("link", name="答复").click()
    desk.fill(answer="accepted")
    desk.reads("已保存", NAME, "转介单")
    desk.misses("张奶奶", "照料人", "谁看过", "评估结果告知")
    desk.shoot("15-hospital-file")


def _in_danger(desk: Desk, child: str) -> None:
    desk.open(child)
    desk.task("首次走访")
    desk.fill(wish_to_die="yes", visitors="周主任、李会计", child_words="不想说话。")
    desk.reads("危机处置中", "现在打给谁", "110", "120", "不让儿童独处")
    desk.misses("不想活", "自伤", "自杀")
    desk.shoot("16-crisis-card")
    _step_done(desk, "不让儿童独处")
    desk.reads("已做", "周主任")


def _step_done(desk: Desk, words: str) -> None:
    desk.page.locator(".tx-steps li").filter(has_text=words).get_by_role("link").click()
    desk.fill(result="done", is_concern="no")


def _on_the_board(desk: Desk) -> None:
    desk.click("危机")
    desk.reads(NAME, "步未做")
    desk.shoot("17-crisis-board")


def _asked_whose_concern(desk: Desk, child: str) -> None:
    """Nobody ends a crisis on their own word alone: another person has to have looked."""
    desk.open(child)
    _step_done(desk, "核对监护人本人")


def _safe_again(desk: Desk, child: str) -> None:
    desk.reads("正在处置的危机", NAME)
    desk.open(child)
    _step_done(desk, "专业人员联系儿童")
    desk.click("当面核实后解除危机")
    desk.fill(outcome="safe", seen_in_person="yes", basis="当面核实，没有自伤打算。", watch_until="2026-02-28")
    desk.reads("已保存")
    desk.misses("现在打给谁")


def _lowered(manager: Desk, counsellor: Desk, supervisor: Desk, child: str) -> None:
    _decide(counsellor, child, "lower", "mid_low")
    counsellor.reads("第二人")
    counsellor.shoot("18-lowering")
    _decide(supervisor, child, "lower", "mid_low")
    supervisor.reads("蓝色（中低）", "已确认")
    _decide(manager, child, "lower", "low")
    _decide(counsellor, child, "lower", "low")
    counsellor.reads("绿色（低）")


def _decide(desk: Desk, child: str, action: str, level: str) -> None:
    desk.open(f"{child}forms/grade_decision/")
    more = {"reason": "连续走访情况稳定。", "until_on": "2026-01-20"} if action == "lower" else {}
    desk.fill(action=action, level=level, **more)


def _closed_and_opened_again(worker: Desk, manager: Desk, child: str) -> None:
    worker.open(f"{child}forms/case_closure/")
    told = {"moved_told": "told", "moved_told_how": "打电话告诉了迁入地未保中心"}
    worker.fill(reason="moved_away", handed_to="迁入地未保中心", **told)
    worker.reads("审批结案")
    manager.open(child)
    manager.task("审批结案")
    manager.fill(outcome="approved")
    # The hospital, which took the child on, still owes its answer.
    manager.reads("已结案", "第一次联系转介来的孩子")
    manager.shoot("19-closed")
    manager.open(f"{child}forms/reopen/")
    manager.fill(note="又出现情绪低落。", first_step="一周内上门识别")
    manager.reads("已建档待识别", "上门识别")
    manager.shoot("20-reopened")
    manager.page.locator(".tx-timeline").get_by_role("link", name="困境儿童心理健康状况评估表").click()
    manager.reads("评估意见", "情绪低落，睡眠差。", "夜里常醒")
    manager.shoot("21-entry")


def _finds_nothing(desk: Desk, seen: set[tuple[str, str]]) -> None:
    desk.page.goto("/children/")
    desk.misses(*SEALED)
    desk.page.get_by_placeholder("姓名").first.fill(NAME)
    desk.page.get_by_role("button", name="查找").first.click()
    desk.misses("张奶奶", "/children/0")
    token = next(each["value"] for each in desk.context.cookies() if each["name"] == "csrftoken")
    for method, path in sorted(seen):
        answer = desk.context.request.fetch(
            path, method=method, headers={"X-CSRFToken": token, "Referer": desk.house.url}, data="{}"
        ) if method != "GET" else desk.context.request.get(path)
        text = answer.text()
        assert not [word for word in SEALED if word in text], (method, path)
        if FILE.search(path):
            # Somebody else's open form is refused before anybody asks whether there is such a child.
            expected = 409 if "shown=" in path and method == "POST" else 404
            assert answer.status == expected, (method, path, answer.status)
