"""Erasing a file or only storing it: what exactly goes and stays, two people, and the list of what was ended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.flows import barred, ending, holding, rights, shelved, shelving, stripping
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child
from tongxin.rights.models import Ending, Shelved, Tombstone
from tongxin.rights.rules import rules_in
from tongxin.web.console.file import File
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.options import region_of_viewer
from tongxin.web.console.rights import file_for
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show

ROUTE, LISTED = "rights.end", 100
KINDS = dict(Ending.KINDS)
BASES = {
    "request": "应本人或监护人请求", "retention": "保存期满", "restored": "恢复旧备份后再次删除",
    "turned_18": "已满18周岁", "stored_again": "恢复旧备份后再次收起",
}
# What an erasure takes away, and what stays whoever asks (docs/rights.md says the same to engineers).
GOES = (
    "姓名、证件号码、出生日期、电话、住址，所有记录的内容、附件、草稿和说明：密钥销毁，从此谁也打不开，包括我们自己",
    "只有这份档案用到的照料人和家庭住址：密钥一并销毁",
    "名册、检索、任务、等级、理由、提醒、转介、告知链接：从表里去掉",
    "外勤手机上的这份档案：下次联网时清除",
)
STAYS = (
    "一行说明：档案编号、出生年、性别、建档年、何时因何由哪两个岗位删除",
    "账本里的密文、带密钥的摘要、记录的种类和时间，谁在什么时候看过：打不开，也推不出内容",
    "其他孩子的档案里提到这个孩子的话：属于那些孩子的档案",
    "工作人员对自己查看的说明；参加过的筛查批次里的人数和分段（不含姓名、出生年月）",
    "旧备份里的密文：密钥备份最多留 7 份、资料备份最多留 30 份，到期清除；恢复旧备份时会自动再删一次",
)


@door("child.record")
def preview(request: Request, child_id: UUID) -> HttpResponse:
    """What would go, what the law keeps, what remains; and what stands against it."""
    file = _file(request, child_id)
    names = open_names(request, children=[file.child], purpose=ROUTE, route=ROUTE)
    waiting = Ending.objects.filter(child_id=child_id, state=Ending.OPEN).first()
    uploads = stripping.waiting_uploads(child_id, settled=False).count()
    titles = post_titles([waiting.proposed_post]) if waiting else {}
    against = {kind: ending.against(file.child, kind=kind, at=request.at) for kind in KINDS}
    return show(request, "console/ending.html", {
        "child": file.child, "name": names.children[child_id], "goes": GOES, "stays": STAYS, "uploads": uploads,
        "against": against[Ending.ERASE], "against_store": against[Ending.STORE],
        "is_blocked": bool(waiting and against[waiting.kind]),
        "waiting": waiting, "kind_zh": KINDS.get(waiting.kind, "") if waiting else "",
        "who_zh": titles.get(waiting.proposed_post, "") if waiting and waiting.proposed_post else "",
        "is_own": bool(waiting and waiting.proposed_by == request.viewer.person_id),
    })


def _file(request: Request, child_id: UUID) -> File:
    file = file_for(request, child_id)
    if rights.ANSWER not in file.may_record:
        raise Http404
    return file


@door("child.record", methods=("POST",))
def decide(request: Request, child_id: UUID, deed: str) -> HttpResponse:
    """Propose, confirm or take back."""
    child = child_for(request, child_id)
    waiting = Ending.objects.filter(child_id=child_id, state=Ending.OPEN).first()
    here = f"/children/{child_id}/rights/end/"
    try:
        if deed in KINDS:
            ending.propose(child_id=child.id, kind=deed, actor=request.viewer, at=request.at)
            messages.success(request, _("已提出。请另一个岗位的同事在“删除与保存”里确认；确认以前什么都没有改动。"))
        elif waiting is not None and deed == "confirm":
            ending.confirm(ending_id=waiting.id, actor=request.viewer, at=request.at)
            messages.success(request, ending.DONE[waiting.kind])
            here = "/ended/"
        elif waiting is not None and deed == "drop":
            ending.drop(ending_id=waiting.id, actor=request.viewer, at=request.at)
            messages.success(request, _("已撤回，什么都没有改动。"))
        else:
            raise Http404
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, "".join(each.zh for each in refused.problems))
    return HttpResponseRedirect(here)


@door("office.end_files")
def ended_list(request: Request) -> HttpResponse:
    """What waits for a second person, what was erased, what is only stored; in the viewer's county."""
    counties = list(Post.objects.filter(id__in=request.viewer.post_ids).values_list("division__county_id", flat=True))
    theirs = barred.children_for(request.viewer, at=request.at)
    waits = Ending.objects.filter(county_id__in=counties, state=Ending.OPEN).exclude(child_id__in=theirs)
    seen = access.visible(Child.objects.all(), viewer=request.viewer, part="roster", at=request.at)
    waiting = list(waits.filter(child_id__in=seen.values("id")).order_by("proposed_at")[:LISTED])
    files = dict(Child.objects.filter(id__in=[each.child_id for each in waiting]).values_list("id", "file_no"))
    stored = Shelved.objects.filter(county_id__in=counties, ended_at__isnull=True).order_by("-shelved_at")
    stored = stored.exclude(child_id__in=Tombstone.objects.values("child_id")).exclude(child_id__in=theirs)
    number, are_many = request.GET.get("number", "").strip(), stored.count() > LISTED
    stored = (stored.filter(file_no__icontains=number) if number else stored)[:LISTED]
    held = holding.held_among(each.child_id for each in stored)
    found = rules_in(region=region_of_viewer(request), at=request.at)
    opens = shelving.may_open(viewer=request.viewer, at=request.at)
    return show(request, "console/ended.html", {
        "waiting": [{"row": each, "zh": KINDS[each.kind], "file_no": files.get(each.child_id, "")} for each in waiting],
        "erased": _erased(_stones(counties, theirs)), "stored": [
            _line(each) | {"is_held": each.child_id in held, "holds": shelved.is_near(
                each, viewer=request.viewer, action=holding.ACTION, at=request.at
            )} for each in stored
        ],
        "opens": opens, "purposes": found.purposes, "number": number, "asks_number": are_many or bool(number),
    })


def _stones(counties: list[Any], theirs: frozenset[UUID]) -> list[Tombstone]:
    rows = Tombstone.objects.filter(county_id__in=counties).exclude(child_id__in=theirs)
    return list(rows.order_by("-erased_at")[:LISTED])


def _erased(rows: list[Tombstone]) -> list[dict[str, Any]]:
    """What was erased, and which two posts did it."""
    titles = post_titles(post for row in rows for post in (row.proposed_post, row.confirmed_post))
    return [
        _line(row) | {"proposed": titles.get(row.proposed_post, "") if row.proposed_post else "",
                      "confirmed": titles.get(row.confirmed_post, "") if row.confirmed_post else ""}
        for row in rows
    ]


def _line(row: Tombstone | Shelved) -> dict[str, Any]:
    return {"row": row, "basis": BASES.get(row.basis, row.basis)}


@door("office.open_stored", methods=("POST",))
def open_stored(request: Request, stored_id: UUID) -> HttpResponse:
    """A stored file for two hours, after saying why."""
    try:
        shelving.open_stored(
            child_id=stored_id, purpose=request.POST.get("purpose", ""), words=request.POST.get("words", "")[:500],
            actor=request.viewer, at=request.at,
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, "".join(each.zh for each in refused.problems))
        return HttpResponseRedirect("/ended/")
    return HttpResponseRedirect(f"/children/{stored_id}/")


@door("office.open_stored", methods=("POST",))
def bring_back(request: Request, stored_id: UUID) -> HttpResponse:
    """A stored file that is needed in daily work again."""
    try:
        shelving.bring_back(child_id=stored_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.zh)
        return HttpResponseRedirect("/ended/")
    messages.success(request, _("已取回，档案回到名册。"))
    return HttpResponseRedirect(f"/children/{stored_id}/")


urlpatterns: list[URLPattern] = [
    path("children/<uuid:child_id>/rights/end/", preview),
    path("children/<uuid:child_id>/rights/end/<slug:deed>/", decide),
    path("ended/", ended_list),
    path("ended/<uuid:stored_id>/open/", open_stored),
    path("ended/<uuid:stored_id>/back/", bring_back),
]
