"""Who helps in the area, in numbers: what is lacking first, with what to do next."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.core.forms import Problem
from tongxin.flows import export_noting
from tongxin.flows.pairing_companions import rules_in as pairing_rules
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import clearances, landed, reach, register
from tongxin.flows.workforce.register import Register, Tally
from tongxin.rulebook import rules
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show

HOME, SHOWN = "/workforce/", 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@door("office.see_workforce")
def overview(request: Request) -> HttpResponse:
    """What is lacking, the targets, and the numbers by role and place."""
    return _page(request)


def _page(request: Request, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    found = register.counted(request.viewer, at=request.at)
    county_id = reach.county_or_none(request.viewer)
    names, says = rules.access_rules(at=request.at).roles, reach.rules_in(county_id, at=request.at)
    begins, today = clearances.required_from(county_id, at=request.at), clearances.today_of(request.at)
    lying = landed.landed(request.viewer, at=request.at)
    companions = pairing_rules(county_id, at=request.at).kinds
    return show(request, "workforce/overview.html", {
        "problems": told_problems(problems), "gaps": _gaps(request, found, sum(each.tasks for each in lying)),
        "landed": lying[:SHOWN], "landed_more": max(len(lying) - SHOWN, 0), "targets": found.targets,
        "roles": [_role(names.get(role, role), tally) for role, tally in found.roles.items()],
        "places": [{"place": place, "zh": zh, "tally": tally} for place, zh, tally in found.places],
        "whole": _role(_("全部"), found.whole), "helpers": [
            {"zh": companions[each.kind].zh if each.kind in companions else each.kind, "row": each}
            for each in found.helpers
        ],
        "means": says.means, "source": says.source, "has_county": county_id is not None,
        "begins": begins, "has_begun": bool(begins and begins <= today),
        "may_start": county_id is not None and clearances.may_start(request.viewer, at=request.at),
        "today": today.isoformat(), "may_keep": may_do_any(request, reach.KEEP),
        "may_team": may_do_any(request, reach.TEAMS), "may_load": may_do_any(request, "see_caseloads"),
        "may_hand": may_do_any(request, "hand_over"), "may_pair": may_do_any(request, "keep_companions"),
    }, status=status)


def _role(zh: str, tally: Tally) -> dict[str, Any]:
    return {"zh": zh, "tally": tally, "people": len(tally.people), "asked": len(tally.asked),
            "cleared": len(tally.cleared), "wanted": len(tally.wanted), "qualified": len(tally.qualified)}


def _gaps(request: Request, found: Register, lying: int) -> list[dict[str, Any]]:
    """What to do next, the most urgent first; who may not do it reads the number only."""
    may_keep, may_hand = may_do_any(request, reach.KEEP), may_do_any(request, "hand_over")
    people = f"{HOME}people/"
    lines = [
        (lying, _("件孩子的任务在没有有效查询的人手上"), "#landed", _("看是哪些岗位"), True),
        (found.barred, _("人没有有效的违法犯罪记录查询"), f"{people}?only=barred", _("去登记查询"), may_keep),
        (found.soon, _("人的查询快到期"), f"{people}?only=soon", _("看是谁"), may_keep),
        (found.waiting, _("份资质等人核对"), f"{people}?only=waiting", _("去核对"), may_keep),
        (len(found.whole.wanted) - len(found.whole.qualified), _("人还没有岗位要的资质"), f"{people}?only=unqualified",
         _("看是谁"), may_keep),
        (found.whole.vacant, _("个岗位空缺"), "/posts/", _("去安排"), may_hand),
    ]
    return [
        {"number": number, "zh": zh, "url": url if may else "", "act": act} for number, zh, url, act, may in lines
        if number
    ]


@door("office.start_checks", methods=("POST",))
def start(request: Request) -> HttpResponse:
    """From which day nobody without a clearance is given a child."""
    try:
        row = clearances.start(from_on=request.POST.get("from_on", ""), actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, refused.problems, status=422)
    said = _("已定：从 {day} 起，没有有效查询的人不再交给孩子。").format(
        day=f"{row.from_on.year}年{row.from_on.month}月{row.from_on.day}日"
    )
    messages.success(request, said)
    return HttpResponseRedirect(HOME)


@door("office.see_workforce")
def table(request: Request) -> HttpResponse:
    """The numbers by place and role as a workbook; nobody is named in it."""
    content, rows = register.workbook(register.counted(request.viewer, at=request.at))
    export_noting.note(
        way="workforce_table", content=content, rows=rows, actor=request.viewer, at=request.at, is_named=False
    )
    disposition = {"Content-Disposition": 'attachment; filename="workforce.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=disposition)
