"""What a child got, and its small wishes."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.cases.models import Task
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import pairing_companions, taking_up
from tongxin.flows.funds import booking, dues, paying, received, twice, wishes
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Grant, Settlement, Wish
from tongxin.funds.rules import period_zh
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.web.console.file import read_file
from tongxin.web.console.names import open_names
from tongxin.web.console.needs import COLON, FORM, need_rows
from tongxin.web.console.register_forms import drawn, given_in, told_problems
from tongxin.web.console.task_rows import form_url
from tongxin.web.doors import Request, child_for, door, id_for, may_do_any
from tongxin.web.pages import show

ROUTE, PURPOSE = "helped", "helped"
Given = dict[str, list[str]]


@door("child.read")
def helped_page(request: Request, child_id: UUID) -> HttpResponse:
    """What a child got from which kind of fund, with its wishes."""
    return _page(request, child_for(request, child_id, part=wishes.PART))


def _page(
    request: Request, child: Child, given: Given | None = None, problems: Iterable[Problem] = (), where: str = "",
    status: int = 200,
) -> HttpResponse:
    wrong, said = list(problems), given or {}
    rules = booking.rules_of(child.county_id, at=request.at)
    grants = list(
        Grant.objects.filter(child_id__in=_files(request, child)).exclude(state=Grant.REMOVED)
        .select_related("payout__fund").order_by("-payout__made_at")
    )
    rows, due = list(wishes.wishes_of(child)), dues.answerable(grants, rules)
    may_note, may_publish = (may_do_any(request, each) for each in (wishes.NOTE, taking_up.PUBLISH))
    names = open_names(
        request, children=[child], purpose=PURPOSE, route=ROUTE, part=wishes.PART,
        more=[*(each.words for each in rows), *(each.said for each in rows)],
    )
    many, today = len(rows), request.at.astimezone(CHINA).date()
    asked = [each for each in pairing_companions.rules_in(child.county_id, at=request.at).asked["wanted"]
             if each.id != "kind"]
    return show(request, "funds/helped.html", {
        "child": child, "name": names.children[child.id], "problems": told_problems(wrong),
        "grants": [_grant(each, rules) | {"due": due_of(request, due.get(each.id))} for each in grants],
        "needs": need_rows(read_file(request, child.id)),
        "total": sum(each.amount for each in grants if each.state == Grant.PAID),
        "wishes": [
            _wish(each, names.more[at], names.more[many + at], rules) | {
                "fields": drawn(
                    asked, said if where == str(each.id) else {}, wrong if where == str(each.id) else (),
                    before=f"w{each.id.hex[-6:]}-",
                ),
            } for at, each in enumerate(rows)
        ],
        "may_note": may_note, "may_publish": may_publish, "new_id": ids.new_id(), "today": today.isoformat(),
        "note": drawn(rules.asked["wish"], said if where == "note" else {}, wrong if where == "note" else ()),
        "liked": list(rules.lists["liked"].items()), "drops": list(rules.lists["wish_drops"].items()),
    }, status=status)


def _files(request: Request, child: Child) -> list[UUID]:
    """The files of this one child whose benefits the viewer reads."""
    others = twice.same_children(child.id) - {child.id}
    return [child.id, *paying.children_seen(others, request.viewer, at=request.at)]


def due_of(request: Request, task: Task | None) -> dict[str, Any] | None:
    """A need that was paid and waits for its answer, with the form for whoever may write it."""
    if task is None:
        return None
    may = access.may_record(viewer=request.viewer, form_id=FORM, at=request.at)
    return {"zh": task.zh.partition(COLON)[2], "url": form_url(task) if may else "", "may_close": may}


def _grant(row: Grant, rules: Any) -> dict[str, Any]:
    purpose = rules.purposes.get(row.payout.purpose)
    return {
        "row": row, "purpose": purpose.zh if purpose else "", "period": period_zh(row.payout.period),
        "state": received.state_zh(row), "source": rules.sources.get(row.payout.fund.source, ""),
        "receipt": rules.lists["receipts"].get(row.receipt_by, ""),
        "met": row.settlements.filter(kind=Settlement.NEED).first(),
    }


def _wish(row: Wish, words: str | None, said: str | None, rules: Any) -> dict[str, Any]:
    state = wishes.state_of(row)
    return {
        "row": row, "words": words or "", "said": said or "", "state": dict(Wish.STATES)[state],
        "liked": rules.lists["liked"].get(row.liked, ""), "is_noted": state == Wish.NOTED,
        "is_taken": state == Wish.TAKEN, "is_published": state == Wish.PUBLISHED,
        "is_out": state in (Wish.PUBLISHED, Wish.TAKEN), "dropped": rules.lists["wish_drops"].get(row.drop_reason, ""),
    }


def _acted(
    request: Request, child_id: UUID, given: Given, where: str, act: Callable[[], object], done: str
) -> HttpResponse:
    child = child_for(request, child_id, part=wishes.PART)
    try:
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, child, given, refused.problems, where, status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"/children/{child_id}/helped/")


@door("office.note_wishes", methods=("POST",))
def note(request: Request, child_id: UUID) -> HttpResponse:
    """What the child wishes for."""
    given = given_in(request)
    wish_id = id_for(request.POST.get("wish", ""))
    return _acted(request, child_id, given, "note", lambda: wishes.note(
        child_id=child_id, wish_id=wish_id, given=given, actor=request.viewer, at=request.at
    ), _("已记下。"))


@door("office.publish_needs", methods=("POST",))
def publish(request: Request, child_id: UUID, wish_id: UUID) -> HttpResponse:
    """For bodies to take up, without a name."""
    given = given_in(request)
    return _acted(request, child_id, given, str(wish_id), lambda: wishes.publish(
        wish_id=wish_id, given=given, actor=request.viewer, at=request.at
    ), _("已发布。有单位愿意认领时会收到消息，在“接单”里答复。"))


@door("office.note_wishes", methods=("POST",))
def deliver(request: Request, child_id: UUID, wish_id: UUID) -> HttpResponse:
    """The child has it."""
    return _acted(request, child_id, {}, "", lambda: wishes.deliver(
        wish_id=wish_id, on=request.POST.get("on", ""), liked=request.POST.get("liked", ""),
        said=request.POST.get("said", "").replace("\x00", ""), actor=request.viewer, at=request.at,
    ), _("已记送到。"))


@door("office.note_wishes", methods=("POST",))
def drop(request: Request, child_id: UUID, wish_id: UUID) -> HttpResponse:
    """The child doesn't want it any more."""
    return _acted(request, child_id, {}, "", lambda: wishes.drop(
        wish_id=wish_id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
    ), _("已记不要了。"))


@door("child.record", methods=("POST",))
def close_need(request: Request, child_id: UUID, grant_id: UUID) -> HttpResponse:
    """What was due to the child was met by this grant."""
    return _acted(request, child_id, {}, "", lambda: dues.close(
        grant_id=grant_id, actor=request.viewer, at=request.at
    ), _("已写办理结果。"))


HERE = "children/<uuid:child_id>/helped/"
urlpatterns: list[URLPattern] = [
    path(f"{HERE}grants/<uuid:grant_id>/met/", close_need),
    path(HERE, helped_page), path(f"{HERE}wishes/", note), path(f"{HERE}wishes/<uuid:wish_id>/publish/", publish),
    path(f"{HERE}wishes/<uuid:wish_id>/deliver/", deliver),
    path(f"{HERE}wishes/<uuid:wish_id>/drop/", drop),
]
