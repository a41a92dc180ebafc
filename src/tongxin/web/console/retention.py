"""How long what is kept, what is due, and the two people who end it; the certificate that stays."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.documents import certificates
from tongxin.flows import disposing, holding, retention
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.keeping.models import Disposal, Due, Hold
from tongxin.keeping.rules import DESTROY, KEEP, Class, Rules, rules_at
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import day_in
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import brand_for, show
from tongxin.web.words import day_zh, moment_zh

HOME, ROUTE = "/retention/", "retention"
THEN = {"store": "改为只保存", "destroy": "销毁", "archive": "归档", "keep": "一直保存"}
STARTS = {
    "closed": "结案后的最后一条记录", "adult": "年满 18 周岁", "settled": "最后一行办完", "written": "写下的时候",
    "clue_closed": "线索了结", "ask_ended": "收回、没有同意，一直没有答复的从提出",
}


@door("office.dispose_files")
def due_list(request: Request) -> HttpResponse:
    """What is due by class, what waits for a second person, and the terms themselves."""
    found = rules_at(request.at)
    rows = retention.due_for(viewer=request.viewer, at=request.at)
    past = retention.disposals_for(viewer=request.viewer, at=request.at)
    held = set(
        Hold.objects.filter(child_id__in=[row.child_id for row in rows], lifted_at__isnull=True)
        .values_list("child_id", flat=True)
    )
    return show(request, "console/retention.html", {
        "groups": [
            {"rule": rule, "then": THEN[rule.then], "rows": _of(rule, rows, held), "is_destroyed": rule.then == DESTROY}
            for rule in found.listed() if any(row.rule == rule.id for row in rows)
        ],
        "terms": [_term(rule) for rule in found.classes], "may_hold": may_do_any(request, holding.ACTION),
        "disposals": _disposals(request, past, found), "has_past": any(row.state != Disposal.OPEN for row in past),
    })


def _of(rule: Class, rows: Sequence[Due], held: set[UUID]) -> list[dict[str, Any]]:
    return [{"row": row, "is_held": row.child_id in held} for row in rows if row.rule == rule.id]


def _term(rule: Class) -> dict[str, str]:
    ((unit, number),) = rule.lasts.items()
    months = f" {number // 12} 年" if number % 12 == 0 else f" {number} 个月"
    lasts = "" if rule.then == KEEP else f" {number} 天" if unit == "days" else months
    starts = "和".join(STARTS[each] for each in sorted(rule.starts, reverse=True))
    return {
        "zh": rule.zh, "starts": starts, "lasts": lasts, "then": THEN[rule.then], "basis": rule.basis,
        "how": "系统自己办" if rule.is_automatic else "列入清单，两个人办",
    }


def _disposals(request: Request, rows: Sequence[Disposal], found: Rules) -> list[dict[str, Any]]:
    people = [person for row in rows for person in (row.proposed_by, row.decided_by)]
    names = open_names(request, people=people, purpose=ROUTE, route=ROUTE) if rows else None
    titles = post_titles(post for row in rows for post in (row.proposed_post, row.decided_post))
    mine = request.viewer

    def who(post: UUID | None, person: UUID | None) -> str:
        return f"{titles.get(post, '') if post else ''}　{names.person(person) if names and person else ''}".strip()

    return [
        {
            "row": row, "then": THEN[row.then], "zh": rule.zh if (rule := found.named(row.rule)) else "",
            "count": len(row.lines) if row.state == Disposal.DONE else row.files.count(),
            "proposed": who(row.proposed_post, row.proposed_by), "decided": who(row.decided_post, row.decided_by),
            "is_open": row.state == Disposal.OPEN, "is_done": row.state == Disposal.DONE,
            "numbers": list(row.files.values_list("file_no", flat=True)) if row.state == Disposal.OPEN else [],
            "is_mine": row.proposed_by == mine.person_id,
            "may_decide": mine.person_id != row.proposed_by and mine.post_id != row.proposed_post,
        }
        for row in rows
    ]


@door("office.dispose_files", methods=("POST",))
def propose(request: Request) -> HttpResponse:
    """Files put forward to be ended, or kept until a later day."""
    chosen = [found for text in request.POST.getlist("files") if (found := id_in(text))]
    try:
        if request.POST.get("deed") == "keep":
            count = retention.keep(
                due_ids=chosen, until=day_in(request.POST.get("until", "")), actor=request.viewer, at=request.at
            )
            messages.success(request, _("%(count)s 份继续保存，到期再列入。") % {"count": count})
        else:
            retention.propose(due_ids=chosen, actor=request.viewer, at=request.at)
            messages.success(request, _("已提出，等另一个岗位的人确认。确认以前什么都没有动。"))
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.zh)
    return HttpResponseRedirect(HOME)


@door("office.dispose_files", methods=("POST",))
def decide(request: Request, disposal_id: UUID) -> HttpResponse:
    """The second person's word, or the first one's taken back."""
    deed = request.POST.get("deed", "")
    try:
        if deed == "withdraw":
            disposing.withdraw(disposal_id=disposal_id, actor=request.viewer, at=request.at)
            messages.success(request, _("已撤回，档案回到清单。"))
        else:
            row = disposing.decide(
                disposal_id=disposal_id, agrees=deed == "agree", actor=request.viewer, at=request.at
            )
            done = _("已办理 %(count)s 份；有保全或还在用的留在清单里。")
            messages.success(request, done % {"count": len(row.lines)})
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refused.zh)
    return HttpResponseRedirect(HOME)


@door("office.dispose_files")
def certificate(request: Request, done_id: UUID) -> HttpResponse:
    """What was ended, by whom and when, as a paper without a name: a digest for each file."""
    try:
        row = retention.disposal_for(done_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    if row.state != Disposal.DONE or not row.lines:
        raise Http404
    shown = _disposals(request, [row], rules_at(request.at))[0]
    content = certificates.pdf({
        "title": f"{THEN[row.then]}证明", "brand": brand_for(request), "number": str(row.id),
        "facts": [
            ["类别", shown["zh"]], ["办法", shown["then"]], ["份数", str(len(row.lines))],
            ["提出", f"{shown['proposed']}　{moment_zh(row.proposed_at)}"],
            ["确认", f"{shown['decided']}　{moment_zh(row.decided_at)}"], ["总摘要（SHA-256）", row.digest],
        ],
        "lead": "下列档案已按保存期限办理，每行一份，不含姓名和编号。总摘要是各行依次换行连接后的 SHA-256，账本里有。",
        "lines": row.lines, "foot": f"{day_zh(request.at)} 打印",
    })
    name = f"certificate-{row.decided_at:%Y%m%d}.pdf"
    return HttpResponse(content, content_type="application/pdf", headers={
        "Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store",
    })


urlpatterns: list[URLPattern] = [
    path("retention/", due_list),
    path("retention/propose/", propose),
    path("retention/<uuid:disposal_id>/decide/", decide),
    path("retention/<uuid:done_id>/certificate/", certificate),
]
