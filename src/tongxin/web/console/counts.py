"""The few counts of the first screen; each says what it counts and leads to the list behind it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tongxin.access import selectors as access
from tongxin.cases import slices
from tongxin.core.pathway import CHINA
from tongxin.flows import arriving_settling, comparing, comparing_alike, recalls
from tongxin.flows.arriving_files import waiting_files
from tongxin.flows.refusals import NotAllowed
from tongxin.intake import selectors as intake
from tongxin.referrals.models import Referral
from tongxin.web.console.basis import DECIDES
from tongxin.web.console.options import pathway_shown
from tongxin.web.console.today import mine
from tongxin.web.doors import Request
from tongxin.web.words import day_zh, due_zh, late_zh

MOST_COUNTED = 1000
SOON = timedelta(days=7)
Count = dict[str, Any]


def counts_of(request: Request) -> list[Count]:
    """The counts of the viewer's own work, then of the area for those who watch over it."""
    at, tasks = request.at, mine(request)
    late = [rows.filter(due_at__lt=at) for rows in tasks]
    soon = [rows.filter(due_at__gte=at, due_at__lt=at + SOON) for rows in tasks]
    counts = [
        _count("逾期", late, "/tasks/?only=late", is_bad=True,
               means="您的岗位该办的和上报到您岗位的任务中，已过期限的；有说明暂缓的不算。"),
        _count("七天内到期", soon, "/tasks/?only=soon",
               means="您的岗位该办的和上报到您岗位的任务中，从现在起七天内到期的。"),
        *_waiting(request, tasks[0]),
    ]
    if access.may_do(viewer=request.viewer, action="see_crisis_board", at=at):
        counts += _of_area(request)
    return counts


def _waiting(request: Request, tasks: Any) -> list[Count]:
    """What waits for the viewer's word; only what there is."""
    sent = Referral.objects.filter(to_organisation_id__in=request.viewer.organisation_ids, state="sent")
    referred = access.visible(sent, viewer=request.viewer, part="referral", at=request.at)
    counts = [
        _count("待确认等级", [tasks.filter(form=DECIDES)], "/confirmations/",
               means="等您确认的建议等级和降级申请。确认之前按较高的等级办理。"),
        _count("待答复转介", [referred], "/referrals/", means="其他单位转来、您的单位还没有答复的转介。"),
    ]
    back = recalls.open_of(viewer=request.viewer)
    first = back.first()
    when = f"，{day_zh(first.due_on)}前" if first else ""
    counts.append(_count(
        f"要回的资料{when}", [back], "/recalls/",
        is_bad=first is not None and first.due_on < request.at.astimezone(CHINA).date(),
        means="您的岗位交出去、里面有内容已撤回或删除的资料，和逾期上报到您岗位的，要对方退回或销毁，等您登记结果；"
        "日期是最早一份的期限。",
    ))
    if access.may_do(viewer=request.viewer, action="import_roster", at=request.at):
        counts.append(_held_rows(request))
    if access.may_do(viewer=request.viewer, action=arriving_settling.DECIDE, at=request.at):
        counts.append(_arrivals(request))
    if access.may_do(viewer=request.viewer, action=comparing.SETTLE, at=request.at):
        counts += _alike(request)
    return [count for count in counts if count["number"]]


def _arrivals(request: Request) -> Count:
    """What phones brought and waits for the viewer's decision."""
    waiting = arriving_settling.waiting_for(viewer=request.viewer, at=request.at)
    files = waiting_files(viewer=request.viewer, at=request.at)
    first = waiting.first()
    when = _when(first.due_at, request) if first else ""
    return _count(
        f"手机送来待核对{when}", [waiting, files], "/arrivals/", is_bad=first is not None and first.due_at < request.at,
        means="手机送来、没有直接登记的记录和文件，等您决定；日期是最早一条的期限。",
    )


def _alike(request: Request) -> list[Count]:
    """Pairs of files that may be one child's, for the county's desk."""
    try:
        county = comparing_alike.county_for(request.viewer, at=request.at)
    except NotAllowed:
        return []
    rows = comparing_alike.questions(county=county, viewer=request.viewer, at=request.at)
    due = min((each.due_at for each in rows if each.due_at), default=None)
    return [{
        "number": len(rows), "text": str(len(rows)), "url": "/comparisons/alike/",
        "zh": f"像同一名儿童{_when(due, request) if due else ''}", "is_bad": due is not None and due < request.at,
        "means": "在册档案互相比对，像同一名儿童、等您核对的两份档案；日期是最早一对的期限。",
    }]


def _held_rows(request: Request) -> Count:
    """Rows of rosters that the viewer's posts settle, with the day by which the first is due."""
    held = intake.held_rows(viewer=request.viewer, at=request.at)
    first = held.first()
    when = _when(first.due_at, request) if first else ""
    return _count(
        f"花名册待核行{when}", [held], "/rosters/held/", is_bad=first is not None and first.due_at < request.at,
        means="花名册中没有姓名或疑似重复、要您补上或判断的行；日期是最早一行的期限。",
    )


def _when(due: datetime, request: Request) -> str:
    late = late_zh(due, at=request.at)
    return f"，已逾期{late}" if late else f"，{due_zh(due, at=request.at)}前"


def _of_area(request: Request) -> list[Count]:
    cases = access.visible(slices.leading(), viewer=request.viewer, part="roster", at=request.at)
    stuck = cases.filter(slices.without_step(pathway_shown(request)))
    return [_count(
        "没有下一步", [stuck], "/children/?only=no_step", is_bad=True,
        means="您辖区内在办而没有任何待办任务的个案数，应当始终为 0；不为 0 请告知系统管理员。",
    )]


def _count(zh: str, lists: Sequence[Any], url: str, *, means: str, is_bad: bool = False) -> Count:
    """How many there are, counted no further than a page can use."""
    number = min(sum(rows[:MOST_COUNTED].count() for rows in lists), MOST_COUNTED)
    text = f"{number}+" if number >= MOST_COUNTED else str(number)
    return {"zh": zh, "number": number, "text": text, "url": url, "means": means, "is_bad": is_bad}
