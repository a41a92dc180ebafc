"""The statement of a month, its workbook, its closing; and what money came to."""

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import xlsxwriter
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.core.pathway import CHINA
from tongxin.exports.writing import OPTIONS
from tongxin.flows.funds import booking, months, outcomes, untold
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Fund
from tongxin.funds.rules import Funds
from tongxin.lib.money import yuan
from tongxin.lib.numbers import month_in
from tongxin.programmes.models import Programme
from tongxin.web.console.funds.home import HOME, PART, PURPOSE, ROUTE, titles_of
from tongxin.web.console.names import open_names
from tongxin.web.console.register_forms import told_problems, words_in
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show

FEW = "孩子太少，不写"
HEADS = ("编号", "资金", "出资方", "来源", "月初", "本月进", "本月用", "月末")


@door("office.oversee_funds", methods=("GET", "POST"))
def statement(request: Request) -> HttpResponse:
    """A month of every fund; closed here by whoever keeps them."""
    month = _month(request)
    if request.method == "GET":
        return _page(request, month)
    if not may_do_any(request, booking.KEEP):
        raise Http404
    try:
        months.close(month=month, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, month, refused.problems, status=422)
    messages.success(request, _("已结账。这个月和以前的月份不能再记。"))
    return HttpResponseRedirect(f"{HOME}months/?month={month:%Y-%m}")


def _month(request: Request) -> date:
    said = request.POST.get("month", "") if request.method == "POST" else request.GET.get("month", "")
    return month_in(said) or request.at.astimezone(CHINA).date().replace(day=1)


def _rows(request: Request, month: date) -> list[dict[str, Any]]:
    try:
        found = months.statements(request.viewer, month=month, at=request.at)
        rules = booking.rules_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    titles = titles_of(request, [each.fund for each in found])
    few = untold.funds_untold([each.fund for each in found], request.viewer, at=request.at)
    return [
        {"each": each, "is_few": each.fund.id in few,
         "title": titles[each.fund.id].get("title", ""), "giver": titles[each.fund.id].get("giver", ""),
         "url": f"{HOME}{each.fund.id}/", "source": rules.sources.get(each.fund.source, ""),
         "spent": [(rules.accounts.get(account, ""), fen) for account, fen in each.spent.items()]}
        for each in found
    ]


def _page(request: Request, month: date, problems: Any = (), status: int = 200) -> HttpResponse:
    rows = _rows(request, month)
    sums = {name: sum(getattr(row["each"], name) for row in rows) for name in ("before", "came", "used", "after")}
    is_over = months.next_month(month) <= request.at.astimezone(CHINA).date()
    closed = months.closing_of(request.viewer, month=month)
    return show(request, "funds/months.html", {
        "month": month, "before": (month - timedelta(days=1)).replace(day=1), "next": months.next_month(month),
        "rows": rows, "sums": sums, "is_few": any(row["is_few"] for row in rows), "closed": closed,
        "problems": told_problems(problems),
        "may_close": is_over and closed is None and bool(rows) and may_do_any(request, booking.KEEP),
    }, status=status)


@door("office.oversee_funds")
def workbook(request: Request) -> HttpResponse:
    """The month as a workbook; no child is in it."""
    month, content = _month(request), io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        sheet = book.add_worksheet(f"{month:%Y-%m}")
        for column, zh in enumerate(HEADS):
            sheet.write_string(0, column, zh)
        for at, row in enumerate(_rows(request, month), start=1):
            each = row["each"]
            amounts = [yuan(fen) for fen in (each.before, each.came, each.used, each.after)]
            if row["is_few"]:
                amounts = [FEW, yuan(each.came), FEW, FEW]
            words = [str(each.fund.number), row["title"], row["giver"], row["source"], *amounts]
            for column, word in enumerate(words):
                sheet.write_string(at, column, word)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(content.getvalue(), content_type=kind, headers={
        "Content-Disposition": f'attachment; filename="funds-{month:%Y-%m}.xlsx"',
    })


@door("office.oversee_funds")
def outcome_page(request: Request) -> HttpResponse:
    """What was spent beside what was done and how children fared, with what it doesn't say."""
    try:
        of_programmes = outcomes.of_programmes(request.viewer, at=request.at)
        of_funds = outcomes.of_funds(request.viewer, at=request.at)
        rules = booking.rules_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    funds = [each.row for each in of_funds if isinstance(each.row, Fund)]
    few = untold.funds_untold(funds, request.viewer, at=request.at)
    of_funds = [replace(each, spent=None) if each.row.id in few else each for each in of_funds]
    rows = [*of_programmes, *of_funds]
    names = open_names(request, purpose=PURPOSE, route=ROUTE, part=PART, more=[each.row.words for each in rows])
    titles: dict[UUID, str] = {
        each.row.id: words_in(said).get("title", "") for each, said in zip(rows, names.more, strict=True)
    }
    return show(request, "funds/outcomes.html", {
        "caveat": rules.caveat, "figures": rules.outcomes, "small_below": rules.small_below, "tables": [
            {"zh": zh, "rows": [_outcome(each, titles[each.row.id], rules) for each in found]}
            for zh, found in (("按项目", of_programmes), ("按资金", of_funds)) if found
        ],
    })


def _outcome(found: outcomes.Outcome, title: str, rules: Funds) -> dict[str, Any]:
    words = {each.id: f"{each.zh}（{each.unit}）" for each in rules.outcomes}
    path = "/programmes/" if isinstance(found.row, Programme) else HOME
    return {
        "title": title, "url": f"{path}{found.row.id}/", "spent": found.spent, "is_small": found.is_small,
        "costs": [{"zh": words.get(each.id, ""), "number": each.number, "each": each.each} for each in found.costs],
    }


urlpatterns: list[URLPattern] = [
    path("funds/months/", statement), path("funds/months/table/", workbook), path("funds/outcomes/", outcome_page),
]
