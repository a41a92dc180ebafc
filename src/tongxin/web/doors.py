"""What every page asks before it does anything: a named action, and who may.

A refusal looks the same as a page that isn't there, so that nobody learns of a child by asking.
"""

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from urllib.parse import unquote, urlencode
from uuid import UUID

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.http.request import RawPostDataException
from django.http.response import HttpResponseNotAllowed

from tongxin.access import scope
from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer
from tongxin.lib.ids import id_in
from tongxin.people.models import Child

View = Callable[..., HttpResponseBase]
SIGN_IN = "/sign-in/"
# What somebody still has to do after signing in (a password of their own, the code of conduct), kept in the session.
FIRST, FIRST_PAGE = "first", "/first/"
NOT_YET = "没有保存：请先在另一个窗口完成首次登录的步骤，再回到本页。"
SIGNED_OUT = "登录已过期，没有保存。请在新窗口登录后再发。"
LOCK_PAGE = "/lock/"
IS_LOCKED = "没有保存：这里已锁定。请先解锁，再发一次；写了的内容还在本页。"

# Every route names one of these; `child.…` is decided again for each child, `office.…` by the viewer's roles.
ACTIONS = {
    "public": "任何人",
    "device": "登记过的手机，凭它自己的凭证",
    "client": "登记过的接口，凭令牌",
    "signed_in": "已登录的人",
    "work": "有岗位的人",
    "child.read": "看得到这个儿童名册部分的人",
    "child.record": "可以填写这张表的人",
    "office.keep_clients": "可以登记接口的人",
    "office.agree_clients": "同意接口登记的人",
    "office.keep_clients|agree_clients": "登记接口或同意登记的人",
    "office.keep_workforce": "可以登记查询和资质的人",
    "office.keep_workforce|keep_companions": "可以登记资质或登记陪伴者的人",
    "office.see_workforce": "可以看人员与资质的人",
    "office.see_caseloads": "可以看各岗位工作量的人",
    "office.start_checks": "可以定从哪天起没有查询的不交孩子的人",
    "office.keep_teams": "可以组团队的人",
    "office.keep_training": "可以安排培训、看培训覆盖的人",
    "office.plan_training": "可以写培训计划的人",
    "office.approve_training": "可以批准培训计划的人",
    "office.keep_training|plan_training|approve_training": "看得到培训计划的人",
    "office.keep_companions": "可以登记、审查陪伴者的人",
    "office.log_pairings": "可以记结对联系的人",
    "office.count_gatherings": "可以登记班会和家长学校的人",
    "office.see_capacity": "可以看人力与需求对照的人",
    "office.see_indicators": "可以看统计指标的人",
    "office.see_dashboards": "可以看看板的人",
    "office.plan_activities": "可以办活动、登记宣传的人",
    "office.approve_activities": "可以批准活动、核实数目的人",
    "office.plan_activities|approve_activities": "办活动或批准活动的人",
    "office.publish_needs": "可以发布需求的人",
    "office.take_needs": "可以接单的人",
    "office.publish_needs|take_needs": "可以发布需求或接单的人",
    "office.see_funds": "看得到资金和项目的人",
    "office.oversee_funds": "看得到本地全部资金的人",
    "office.hand_funds": "把钱下达到下面地区的人",
    "office.ask_funds|hand_funds": "可以申请用款、下达的人",
    "office.keep_funds": "登记资金、到账、结账的人",
    "office.ask_funds": "可以申请用款的人",
    "office.approve_funds": "审批用款的人",
    "office.send_funds": "发放、生成名单文件的人",
    "office.keep_funds|ask_funds": "登记发放结果的人",
    "office.keep_programmes": "登记项目、签合同的人",
    "office.accept_programmes": "计数、验收的人",
    "office.note_wishes": "记微心愿的人",
    "office.see_pupils": "教师",
    "office.assign_teachers": "可以定谁是谁的学生的人",
    "office.open_file": "可以建档的人",
    "office.end_files": "可以提出、确认删除档案的人",
    "office.open_stored": "可以打开只保存的档案的人",
    "office.break_glass": "可以紧急调阅的人",
    "office.hold_files": "可以保全档案的人",
    "office.dispose_files": "可以提出或确认处置到期档案的人",
    "office.keep_sealed_records": "保管依法封存的记录的人",
    "office.review_looks": "可以核实查看的人",
    "office.ask_export": "可以申请导出数据的人",
    "office.open_exports": "可以申请、批准导出，或看得到登记的人",
    "office.see_conferences": "可以看会商一览的人",
    "office.see_needs": "可以看应享未享清单的人",
    "office.see_protocols": "可以看辅导办法的人",
    "office.see_crisis_board": "可以看危机总览的人",
    "office.see_duty": "可以看值班表的人",
    "office.plan_duty": "可以排值班的人",
    "office.see_places": "可以看阵地的人",
    "office.keep_places": "可以登记、检查阵地的人",
    "office.open_boxes": "可以开举报箱的人",
    "office.see_rooms": "可以看房间和排班的人",
    "office.manage_rooms": "可以登记房间的人",
    "office.plan_rota": "可以排坐班的人",
    "office.book_rooms": "可以预约房间的人",
    "office.see_groups": "可以看小组的人",
    "office.manage_groups": "可以建小组、带小组的人",
    "office.see_groups|see_progress": "可以看小组或疗效跟踪的人",
    "office.see_progress": "可以看疗效跟踪的人",
    "office.supervise": "可以登记督导的人",
    "office.recheck": "可以抽走访回访的人",
    "office.see_supervision": "可以看督导提问的人",
    "office.close_supervision": "可以核对、了结督导提问的人",
    "office.see_calibration": "可以看校准的人",
    "office.see_quality": "可以看数据质量的人",
    "office.see_reports": "可以看统计报告的人",
    "office.make_reports": "可以写统计报告的人",
    "office.issue_reports": "可以核对、发出统计报告的人",
    "office.change_report_templates": "可以换报告样子的人",
    "office.see_coordination": "看得到部门协同的人",
    "office.lead_coordination": "牵头部门协同的人",
    "office.oversee_coordination": "看各区县部门协同的市级人员",
    "office.see_coordination|oversee_coordination": "看得到部门协同的人，或市里的人",
    "office.write_typical_cases": "可以写典型案例、请教专家的人",
    "office.see_referrals": "可以看转介总览的人",
    "office.see_figures": "可以看辖区情况的人",
    "office.tend_notices": "照看往外发通知的方式的人",
    "office.see_refusals": "可以看被拒绝的请求的人",
    "office.see_ledger": "可以核验账本的人",
    "office.keep_registers": "可以登记个人信息保护事项的人",
    "office.check_registers": "可以核对个人信息保护登记的人",
    "office.keep_registers|check_registers": "可以看个人信息保护登记簿的人",
    "office.write_sharing": "可以写共享协议的人",
    "office.receive_sharing": "接收单位里收共享内容的人",
    "office.write_sharing|approve_sharing": "给出一方写协议、同意协议的人",
    "office.approve_sharing|receive_sharing": "对共享协议说同意的人",
    "office.write_sharing|approve_sharing|receive_sharing": "与部门共享有关的人",
    "office.hand_over": "可以办理岗位交接的人",
    "office.manage_staff": "可以管理人员账号的人",
    "office.import_roster": "可以导入花名册的人",
    "office.compare_lists|settle_comparisons": "可以送名单比对或核对结果的人",
    "office.compare_lists": "可以送名单来比对的人",
    "office.settle_comparisons": "可以核对比对结果、登记同一名儿童的人",
    "office.blind_compare|approve_blind": "发起或批准隐私比对的人",
    "office.blind_compare": "可以发起隐私比对的人",
    "office.approve_blind": "可以批准隐私比对的人",
    "office.move_files": "可以把整份档案交到外地系统、接过来的人",
    "office.keep_peers": "可以登记、核对外地系统的人",
    "office.send_figures|take_figures": "报送或收下汇总数的人",
    "office.move_files|keep_peers": "与外地系统有关的人",
    "office.decide_arrivals": "可以核对手机送来的记录的人",
    "office.take_clues": "可以受理线索的人",
    "office.take_clues|handle_clues": "受理或办理线索的人",
    "office.see_reporters": "可以看报告人身份的人",
    "office.ask_children": "可以请别处把孩子转来的人",
    "office.answer_asks": "答复别处请求转来的人",
    "office.ask_children|answer_asks": "请别处把孩子转来或答复的人",
    "office.keep_services": "可以维护服务机构名录的人",
    "office.see_devices": "可以看辖区手机的人",
    "office.write_rules": "可以修改本地规则文字的人",
    "office.adopt_rules": "可以采用规则修改稿的人",
    "office.plan_screening": "可以制定和管理筛查批次的人",
    "office.see_screening": "可以看筛查进度的人",
    "office.read_screening": "可以看筛查结果的人",
}
# Decided by what the call itself carries.
WITHOUT_SESSION = frozenset({"public", "device", "client"})
# What other systems send is read, and refused, where it is taken in.
BY_SYSTEMS = frozenset({"device", "client"})
NUL, FORMS = "\x00", frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
SHELL_PREFIX = "/field/app/"


class Request(HttpRequest):
    """A request after the viewer's middleware."""

    viewer: Viewer
    at: datetime
    # Whose browser it is while it rested too long and nobody has shown that they still sit there.
    locked: Person | None
    # Why what was shown is wrong, and whose it would have been: counted among what was refused.
    refusal: tuple[str, UUID | None] | None


def door(action: str, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Let in only whom the named action admits; action and methods stay readable on the view."""
    if action not in ACTIONS:
        raise LookupError(action)

    def guard(view: View) -> View:
        @functools.wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in {*methods, "HEAD"}:
                return HttpResponseNotAllowed(methods)
            asked = cast(Request, request)
            if action not in BY_SYSTEMS:
                _drop_nul(asked)
            return _turned_away(asked, action) or view(asked, *args, **kwargs)

        answer.action, answer.methods = action, methods  # type: ignore[attr-defined]
        return answer

    return guard


def _drop_nul(request: Request) -> None:
    """Nobody types a NUL, and PostgreSQL keeps none: what a form or an address carries comes without it."""
    if NUL in unquote(request.META.get("QUERY_STRING", "")):
        request.GET = _without_nul(request.GET)
    if request.method == "POST" and request.content_type in FORMS and any(
        NUL in each for name, values in request.POST.lists() for each in (name, *values)
    ):
        request.POST = _without_nul(request.POST)


def body_of(request: HttpRequest) -> bytes:
    """What was sent, as it came; nothing where a page's form came to what takes none."""
    try:
        return request.body
    except RawPostDataException:
        return b""


def _without_nul(said: QueryDict) -> Any:
    found = said.copy()
    found.clear()
    for name, values in said.lists():
        found.setlist(name.replace(NUL, ""), [each.replace(NUL, "") for each in values])
    return found


def _turned_away(request: Request, action: str) -> HttpResponse | None:
    if action in WITHOUT_SESSION:
        # What a phone brings is taken in whoever may see the child; the shell's files ask no database.
        if not request.path.startswith(SHELL_PREFIX):
            scope.widen()
        return None
    if request.viewer.person_id is None:
        return _asked_in(request)
    if action != "signed_in" and request.session.get(FIRST):
        if "json" in request.headers.get("Accept", ""):
            return JsonResponse({"zh": NOT_YET}, status=409)
        return HttpResponseRedirect(FIRST_PAGE)
    if action != "signed_in" and request.viewer.seat is None:
        return HttpResponseRedirect("/post/")
    kind, _, name = action.partition(".")
    if kind == "office" and not may_do_any(request, name):
        raise Http404
    return None


def may_do_any(request: Request, names: str) -> bool:
    """Whether the viewer has one of the office actions, written with | between them."""
    return any(access.may_do(viewer=request.viewer, action=each, at=request.at) for each in names.split("|"))


def is_script(request: HttpRequest) -> bool:
    """Whether a script of a page asks, which is told in words instead of pages."""
    return "json" in request.headers.get("Accept", "")


def _asked_in(request: Request) -> HttpResponse:
    """To the door, or to the lock: a part of a page takes the whole page along, a script is told in words."""
    is_locked = request.locked is not None
    if is_script(request):
        return JsonResponse({"zh": IS_LOCKED if is_locked else SIGNED_OUT, "is_locked": is_locked}, status=401)
    to = SIGN_IN
    if is_locked:
        is_part = "HX-Request" in request.headers
        here = request.get_full_path() if request.method == "GET" and not is_part else "/"
        to = f"{LOCK_PAGE}?{urlencode({'next': here})}"
    if "HX-Request" in request.headers:
        return HttpResponse(status=401, headers={"HX-Redirect": to})
    return HttpResponseRedirect(to)


def id_for(text: str) -> UUID:
    """The id that an address or a page names; else there is no such page."""
    found = id_in(text)
    if found is None:
        raise Http404
    return found


def child_for(request: Request, child_id: UUID, *, part: str = "roster") -> Child:
    """The child, if the viewer may read that part of the file; else there is no such page."""
    child: Child | None = access.child_if_visible(viewer=request.viewer, child_id=child_id, part=part, at=request.at)
    if child is None:
        raise Http404
    return child
