"""A page with everything around the work: brand, post, navigation, clock, banner."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.flows import second_factor
from tongxin.lib import clock
from tongxin.rulebook import rules
from tongxin.web.doors import Request

BRAND = "同心"
# In the session: whether its person has a passkey to unlock with.
WITH_PASSKEY = "has_keys"
# (address, words, the office action that it needs)
EVERYDAY = 4
NAVIGATION = (
    ("/", "今天", ""),
    ("/children/", "儿童", ""),
    ("/tasks/", "任务", ""),
    ("/crises/", "危机", "see_crisis_board"),
    ("/confirmations/", "等级确认", "see_figures"),
    ("/referrals/", "转介", ""),
    ("/district/", "辖区情况", "see_figures"),
    ("/rosters/", "花名册", "import_roster"),
    ("/rounds/", "筛查", "see_screening"),
    ("/arrivals/", "手机记录", "decide_arrivals"),
    ("/devices/", "手机", ""),
    ("/looking/", "查看核实", "review_looks"),
    ("/posts/", "岗位", "hand_over"),
    ("/forms/", "空白表", ""),
    ("/staff/", "人员", "manage_staff"),
    ("/ledger/", "账本", "see_ledger"),
    ("/definitions/", "规则", ""),
)


def show(
    request: Request, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The page, for somebody who works here."""
    seat = request.viewer.seat
    around = {
        "brand": brand_for(request), "clock_notice": clock.notice(),
        "worker_late": ledger.is_worker_late(at=request.at), "sign_out_url": "/sign-out/",
        "post_zh": seat.title if seat else "", "has_posts": len(request.viewer.seats) > 1,
        "rest": _rest(request), "has_keys": request.session.get(WITH_PASSKEY, False),
        "nav": _navigation(request) if seat else (), "everyday": EVERYDAY,
    }
    return render(request, template, {**around, **(context or {})}, status=status)


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


def _navigation(request: Request) -> list[dict[str, Any]]:
    here = request.path
    return [
        {"url": url, "zh": zh, "current": here == url or (url != "/" and here.startswith(url))}
        for url, zh, action in NAVIGATION
        if not action or access.may_do(viewer=request.viewer, action=action, at=request.at)
    ]
