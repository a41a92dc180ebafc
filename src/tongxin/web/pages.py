"""A page with everything around the work: brand, post, navigation, clock, banner."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.flows import second_factor
from tongxin.lib import clock
from tongxin.rulebook import rules
from tongxin.web.doors import Request, may_do_any

BRAND = "同心"
# In the session: whether its person has a passkey to unlock with.
WITH_PASSKEY = "has_keys"
# How many pages stand beside each other on a phone, and how many signs of theirs fit.
EVERYDAY, FITTING = 4, 9
# What the pages of children need: a role that comes to files.
FILES = "files"
# (address, words, the office action that it needs), under the headings of their groups
WORK, HELP, MEANS, AREA, LISTS, OFFICE = "", "帮助孩子", "人、地方和钱", "看情况", "名单和数据", "管理"
NAVIGATION: tuple[tuple[str, str, str, str], ...] = (
    ("/", "今天", "", WORK),
    ("/children/", "儿童", FILES, WORK),
    ("/tasks/", "任务", FILES, WORK),
    ("/crises/", "危机", "see_crisis_board", WORK),
    ("/duty/", "值班表", "see_duty", WORK),
    ("/clues/", "线索", "take_clues|handle_clues", WORK),
    ("/confirmations/", "等级确认", "see_figures", WORK),
    ("/referrals/", "转介", FILES, WORK),
    ("/conferences/", "会商", "see_conferences", WORK),
    ("/needs/", "应享未享", "see_needs", WORK),
    ("/rounds/", "筛查", "see_screening", WORK),
    ("/pupils/", "我的学生", "see_pupils", HELP),
    ("/progress/", "疗效跟踪", "see_progress", HELP),
    ("/groups/", "小组", "see_groups", HELP),
    ("/protocols/", "辅导办法", "see_protocols", HELP),
    ("/bookings/", "预约", "book_rooms", HELP),
    ("/rota/", "坐班表", "see_rooms", HELP),
    ("/rooms/", "房间", "see_rooms", HELP),
    ("/companions/", "结对", "keep_companions", HELP),
    ("/wanted/", "接单", "publish_needs|take_needs", HELP),
    ("/activities/", "活动", "plan_activities|approve_activities", HELP),
    ("/gatherings/", "班会与家长学校", "count_gatherings", HELP),
    ("/publicity/", "宣传", "plan_activities", HELP),
    ("/places/", "阵地", "see_places", MEANS),
    ("/capacity/", "人力与需求", "see_capacity", MEANS),
    ("/workforce/", "人员与资质", "see_workforce", MEANS),
    ("/training/", "培训", "", MEANS),
    ("/funds/", "资金", "see_funds", MEANS),
    ("/programmes/", "项目", "see_funds", MEANS),
    ("/district/", "辖区情况", "see_figures", AREA),
    ("/dashboard/", "看板", "see_dashboards", AREA),
    ("/indicators/", "统计指标", "see_indicators", AREA),
    ("/queries/", "自选统计", "see_indicators", AREA),
    ("/reports/", "统计报告", "see_reports", AREA),
    ("/supervision/questions/", "督导提问", "see_supervision", AREA),
    ("/rechecks/", "走访回访", "recheck", AREA),
    ("/calibration/", "校准", "see_calibration", AREA),
    ("/quality/", "数据质量", "see_quality", AREA),
    ("/coordination/", "部门协同", "see_coordination", AREA),
    ("/coordination/counties/", "各区县协同", "oversee_coordination", AREA),
    ("/rosters/", "花名册", "import_roster", LISTS),
    ("/comparisons/", "名单比对", "compare_lists|settle_comparisons", LISTS),
    ("/blind/", "隐私比对", "blind_compare|approve_blind", LISTS),
    ("/arrivals/", "手机记录", "decide_arrivals", LISTS),
    ("/moves/", "外地系统", "move_files|keep_peers", LISTS),
    ("/moves/figures/", "汇总数", "send_figures|take_figures", LISTS),
    ("/sharing/", "部门共享", "write_sharing|approve_sharing|receive_sharing", LISTS),
    ("/exports/", "数据导出", "open_exports", LISTS),
    ("/clients/", "接口", "keep_clients|agree_clients", LISTS),
    ("/forms/", "空白表", FILES, LISTS),
    ("/devices/", "手机", FILES, LISTS),
    ("/looking/", "查看核实", "review_looks", OFFICE),
    ("/ended/", "删除与保存", "end_files", OFFICE),
    ("/retention/", "到期档案", "dispose_files", OFFICE),
    ("/sealed/", "另行封存", "keep_sealed_records|approve_unsealing", OFFICE),
    ("/posts/", "岗位", "hand_over", OFFICE),
    ("/staff/", "人员", "manage_staff", OFFICE),
    ("/notifications/ways/", "通知方式", "tend_notices", OFFICE),
    ("/refusals/", "被拒绝的请求", "see_refusals", OFFICE),
    ("/registers/", "登记簿", "keep_registers|check_registers", OFFICE),
    ("/ledger/", "账本", "see_ledger", OFFICE),
    ("/definitions/", "规则", "", OFFICE),
)


def show(
    request: Request, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The page, for somebody who works here."""
    seat = request.viewer.seat
    nav = navigation(request) if seat else []
    around = {
        "brand": brand_for(request), "clock_notice": clock.notice(),
        "worker_late": ledger.is_worker_late(at=request.at), "sign_out_url": "/sign-out/",
        "post_zh": seat.title if seat else "", "has_posts": len(request.viewer.seats) > 1,
        "rest": _rest(request), "has_keys": request.session.get(WITH_PASSKEY, False),
        "nav": nav, "everyday": _everyday(nav),
    }
    return render(request, template, {**around, **(context or {})}, status=status)


def _everyday(nav: Sequence[Mapping[str, Any]]) -> int:
    fitting = accumulate(len(each["zh"]) for each in nav[:EVERYDAY])
    return sum(signs <= FITTING for signs in fitting)


def show_plain(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The page, for somebody who hasn't signed in."""
    around = {"brand": BRAND, "clock_notice": clock.notice()}
    return render(request, template, {**around, **(context or {})}, status=status)


def brand_for(request: Request) -> str:
    """The name under which the viewer's place runs the system."""
    seat = request.viewer.seat
    region = rules.region_of(seat.division_id) if seat else ""
    try:
        content = rules.resolve("brand", "brand", region=region, at=request.at).content
    except rules.NotAdopted:
        return BRAND
    return str(content.get("name") or BRAND)


def _rest(request: Request) -> int:
    """After how many seconds without a move the page covers itself; never for whoever isn't signed in."""
    if request.viewer.person_id is None:
        return 0
    return int(second_factor.rules_at(request.at).rest(request.viewer.roles).total_seconds())


def navigation(request: Request) -> list[dict[str, Any]]:
    """The pages that the viewer may come to, each with its group and whether it is the one shown."""
    here = request.path
    return [
        {"url": url, "zh": zh, "group": group, "current": here == url or (url != "/" and here.startswith(url))}
        for url, zh, need, group in NAVIGATION if not need or _may_come(request, need)
    ]


def _may_come(request: Request, need: str) -> bool:
    if need == FILES:
        return access.reads(viewer=request.viewer, part="roster", at=request.at)
    return may_do_any(request, need)
