"""What a planner does with a round: list, consents, people, start, end, second chance."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.core.pathway import CHINA
from tongxin.flows import screening, screening_known
from tongxin.flows.refusals import NotAllowed
from tongxin.intake.reading import RosterError, open_roster
from tongxin.screening import selectors
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Round
from tongxin.web.console.rounds import back, begin_of, day_of, end_of, refused, round_for
from tongxin.web.doors import Request, door

LONGEST = 400
NO_MAKE_UP_DAYS = "请写明补测开始和截止的日期。没有保存。"


@door("office.plan_screening", methods=("POST",))
def take_list(request: Request, round_id: UUID) -> HttpResponse:
    """A class list through the product's own reader; rows without a name are left out and counted."""
    round = round_for(request, round_id, selectors.PLAN)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return refused(request, round, NotTaken(_("请先选择一个文件，再点“导入名单”。")), "list")
    county = Division.objects.get(id=round.county_id or 0)
    try:
        roster = open_roster(file.read(), name=str(file.name or "")[:200], county=county.code)
        rows = list(roster.rows(today=request.at.astimezone(CHINA).date()))
        listed = screening.list_children(round=round, rows=rows, at=request.at)
    except RosterError as error:
        return refused(request, round, NotTaken(_("没有导入：%(why)s") % {"why": error}), "list")
    except NotTaken as error:
        return refused(request, round, error, "list")
    said = _("名单里看懂了 %(listed)s 名儿童，已经列入。") % {"listed": listed.added}
    if listed.nameless:
        said += _("%(many)s 行没有姓名，没有列入。") % {"many": listed.nameless}
    if listed.again:
        said += _("%(many)s 名以前已经列入，没有重复。") % {"many": listed.again}
    messages.success(request, said)
    return back(round, "consent")


@door("office.plan_screening", methods=("POST",))
def take_known(request: Request, round_id: UUID) -> HttpResponse:
    """The children with a file in the round's place whom the planner may see."""
    round = round_for(request, round_id, selectors.PLAN)
    return _done(
        request, round, lambda: screening_known.list_known(round=round, actor=request.viewer, at=request.at),
        _("已列入 %(many)s 名本地已建档、年龄合适的儿童。"), "consent",
    )


@door("office.plan_screening", methods=("POST",))
def clear_list(request: Request, round_id: UUID) -> HttpResponse:
    """The whole list is taken back before the round starts; its keys are destroyed."""
    round = round_for(request, round_id, selectors.PLAN)
    return _done(
        request, round, lambda: screening.clear_list(round_id=round.id, at=request.at),
        _("名单已清空，可以重新导入。"), "list",
    )


@door("office.plan_screening", methods=("POST",))
def add_shift(request: Request, round_id: UUID) -> HttpResponse:
    """Name who is there, from which day to which, and for how long each day."""
    round = round_for(request, round_id, selectors.PLAN)
    first, last = day_of(request, "from"), day_of(request, "to")
    try:
        post, minutes = UUID(request.POST.get("post", "")), round_minutes(request.POST.get("hours", ""))
    except ValueError:
        return refused(request, round, NotTaken(_("请选择岗位，并写明每天可用于访谈的小时数。没有保存。")), "people")
    if first is None or last is None or last < first:
        return refused(request, round, NotTaken(_("请写明值班从哪天到哪天。没有保存。")), "people")
    days = (last - first).days + 1
    return _done(
        request, round,
        lambda: screening.add_shift(
            round_id=round.id, post_id=post, from_at=begin_of(first), to_at=end_of(last), minutes=minutes * days,
            actor=request.viewer, at=request.at,
        ),
        _("已安排值班。"), "people",
    )


def round_minutes(text: str) -> int:
    """Hours as written, in minutes; ValueError when it is no number of hours in a day."""
    value = float(text)
    if not 0 < value <= 24:
        raise ValueError(text)
    return int(value * 60)


@door("office.plan_screening", methods=("POST",))
def remove_shift(request: Request, round_id: UUID, shift_id: int) -> HttpResponse:
    """Take somebody off, while the round hasn't started."""
    round = round_for(request, round_id, selectors.PLAN)
    return _done(
        request, round,
        lambda: screening.remove_shift(round_id=round.id, shift_id=shift_id, actor=request.viewer, at=request.at),
        _("已撤下。"), "people",
    )


@door("office.see_screening", methods=("POST",))
def sign(request: Request, round_id: UUID) -> HttpResponse:
    """Sign for a round that starts short of people; only who is entitled, never who planned it."""
    round = round_for(request, round_id, selectors.OVERSEE)
    reason = request.POST.get("reason", "")[:LONGEST]
    return _done(
        request, round,
        lambda: screening.sign_exception(round_id=round.id, reason=reason, actor=request.viewer, at=request.at),
        _("例外已签署，理由会一直显示在这一页。"), "start",
    )


@door("office.plan_screening", methods=("POST",))
def start(request: Request, round_id: UUID) -> HttpResponse:
    """The round runs from now on."""
    round = round_for(request, round_id, selectors.PLAN)
    return _done(
        request, round, lambda: screening.start(round_id=round.id, actor=request.viewer, at=request.at),
        _("批次已经开始。"), "start",
    )


@door("office.plan_screening", methods=("POST",))
def close(request: Request, round_id: UUID) -> HttpResponse:
    """The round ends now."""
    round = round_for(request, round_id, selectors.PLAN)
    return _done(
        request, round, lambda: screening.close(round_id=round.id, actor=request.viewer, at=request.at),
        _("批次已经结束。没有来的都记为缺席，可以安排补测。"),
    )


@door("office.plan_screening", methods=("POST",))
def drop(request: Request, round_id: UUID) -> HttpResponse:
    """A round that never started is given up."""
    round = round_for(request, round_id, selectors.PLAN)
    return _done(
        request, round, lambda: screening.drop(round_id=round.id, actor=request.viewer, at=request.at),
        _("批次已经取消，名单已销毁。"), address="/rounds/",
    )


@door("office.plan_screening", methods=("POST",))
def make_up(request: Request, round_id: UUID) -> HttpResponse:
    """A second chance for the absent, in one step."""
    round = round_for(request, round_id, selectors.PLAN)
    first, last = day_of(request, "opens"), day_of(request, "closes")
    if first is None or last is None:
        return refused(request, round, NotTaken(NO_MAKE_UP_DAYS), "make-up")
    try:
        again = screening.make_up(
            round_id=round.id, opens_at=max(begin_of(first), request.at), closes_at=end_of(last),
            actor=request.viewer, at=request.at,
        )
    except NotTaken as error:
        return refused(request, round, error, "make-up")
    messages.success(request, _("补测已经建好，名单和监护人的同意都带过来了。请安排值班的人，再开始。"))
    return back(again)


def _done(
    request: Request, round: Round, do: Callable[[], object], said: str, anchor: str = "", address: str = ""
) -> HttpResponse:
    """Do it and say so, or say why not; either way back to the round."""
    try:
        many = do()
    except NotTaken as error:
        return refused(request, round, error, anchor)
    except NotAllowed:
        return refused(request, round, NotTaken(_("您的岗位不能签署例外。没有保存。")), anchor)
    messages.success(request, said % {"many": many} if "%(many)s" in said else said)
    found = back(round, anchor)
    if address:
        found["Location"] = address
    return found

