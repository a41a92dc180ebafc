"""Coverage by township: how many of the held posts are trained, who is not, and telling them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.exports.table import Column, Table
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import coverage
from tongxin.flows.training.coverage import Town
from tongxin.flows.training.scope import rules_for, today
from tongxin.lib.numbers import number_in
from tongxin.training.rules import Target, Training
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import told_problems
from tongxin.web.console.training.home import HOME, PART, PURPOSE, ROUTE
from tongxin.web.console.training.workbook import workbook
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.words import day_zh

COVERAGE, SHOWN = f"{HOME}coverage/", 300
EARLIEST, LATEST = 2000, 2100


@door("office.keep_training")
def coverage_page(request: Request) -> HttpResponse:
    """A target, town by town; whoever lacks training by name."""
    return _page(request)


def _page(request: Request, problems: Any = (), status: int = 200) -> HttpResponse:
    found, target, year, rows = _read(request)
    all_of_them = coverage.whole(rows)
    lacking = all_of_them.lacking[:SHOWN]
    names = open_names(request, people=[each.person_id for each in lacking], purpose=PURPOSE, route=ROUTE, part=PART)
    return show(request, "training/coverage.html", {
        "problems": told_problems(problems), "targets": [
            {"id": each.id, "zh": each.zh, "on": each.id == target.id} for each in found.targets.values()
        ],
        "target": target, "who": found.audiences[target.audience].zh, "year": year, "before": year - 1,
        "rows": [_town(each, target) for each in rows], "all": _town(all_of_them, target),
        "lacking": [
            {"post": each.post, "name": names.person(each.person_id), "hours": found.hours(each.minutes),
             "left": found.lacking(target.minutes - each.minutes)} for each in lacking
        ],
        "more": len(all_of_them.lacking) - len(lacking), "is_now": year == today(request.at).year,
    }, status=status)


def _read(request: Request) -> tuple[Training, Target, int, list[Town]]:
    try:
        found = rules_for(request.viewer, at=request.at)
        chosen = (request.POST.get("target") or request.GET.get("target") or next(iter(found.targets), ""))[:40]
        target = coverage.target_for(chosen, request.viewer, at=request.at)
        year = number_in(request.GET.get("year", ""), most=LATEST) or today(request.at).year
        year = year if EARLIEST <= year <= LATEST else today(request.at).year
        return found, target, year, coverage.towns(target, request.viewer, year=year, at=request.at)
    except NotAllowed:
        raise Http404 from None


def _town(each: Town, target: Target) -> dict[str, Any]:
    percent = each.percent
    return {
        "town": each, "zh": each.place.name if each.place else "区县本级", "id": each.place.id if each.place else "",
        "percent": percent, "is_met": percent is not None and percent >= target.percent, "lacking": len(each.lacking),
    }


@door("office.keep_training", methods=("POST",))
def remind(request: Request) -> HttpResponse:
    """Those who lack training are told."""
    target = request.POST.get("target", "")[:40]
    try:
        many = coverage.remind(
            name=target, town_id=number_in(request.POST.get("town", "")), actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, refused.problems, status=422)
    messages.success(request, _("已提醒 {many} 个岗位。").format(many=many))
    return HttpResponseRedirect(f"{COVERAGE}?target={target}")


@door("office.keep_training")
def coverage_sheet(request: Request) -> HttpResponse:
    """The same as a workbook: numbers by town and the posts that lack training, nobody's name."""
    found, target, year, rows = _read(request)
    heads = (
        "乡镇（街道）", "有人在岗", "已达到", "百分比", "没有人在岗", "名单上没有账号的人", "还没有达到的岗位",
    )
    lines = tuple(
        (
            row["zh"], str(row["town"].held), str(row["town"].trained),
            "—" if row["percent"] is None else f"{row['percent']}%", str(row["town"].vacant),
            str(row["town"].outside), "、".join(each.post.title for each in row["town"].lacking),
        ) for row in (_town(each, target) for each in rows)
    )
    facts = [
        ("目标", f"{target.zh}：{target.percent}% 的人每年 {target.hours} 学时"), ("来源", target.source),
        ("年份", f"{year} 年"), ("数法", found.means), ("生成", day_zh(today(request.at))),
    ]
    table = Table(tuple(Column(str(at), zh) for at, zh in enumerate(heads)), lines)
    return workbook(table, title=f"{year} 年{target.zh}", facts=facts, name=f"training-coverage-{year}")
