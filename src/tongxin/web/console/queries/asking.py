"""The page of a question: what to choose, the answer below it, and questions that were kept."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from tongxin.core.indicators.dimensions import PLACE
from tongxin.core.pathway import CHINA
from tongxin.flows import queries
from tongxin.flows.refusals import NotAllowed
from tongxin.indicators import questions, service
from tongxin.indicators.answers import words_of
from tongxin.indicators.figures import SHOWN, Figure
from tongxin.web import new_ids
from tongxin.web.console.names import open_names
from tongxin.web.console.queries.asked import HOME, Asked, answered, asked_in, given_in, pairs_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

PURPOSE = "query"
# What a figure of now may already say itself.
NOW_ZH = "现在的数"


@door(f"office.{service.SEE}")
def home(request: Request) -> HttpResponse:
    """Put a question together, and its answer."""
    return page(request, asked_in(request, given_in(request.GET), request.GET.get("place", "")))


@door(f"office.{service.SEE}")
def split(request: Request) -> HttpResponse:
    """By what the figures chosen so far can be split, while the form is filled in."""
    asked = asked_in(request, given_in(request.GET), request.GET.get("place", ""))
    return render(request, "queries/_split.html", {"form": _form(request, asked)})


@door(f"office.{service.SEE}")
def kept(request: Request, query_id: UUID) -> HttpResponse:
    """A question that was kept, computed for whoever opens it."""
    try:
        found = queries.kept(query_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    return page(request, asked_in(request, found.version.asked, request.GET.get("place", "")), found)


def page(
    request: Request, asked: Asked, opened: queries.Kept | None = None, *, problem: str = "", status: int = 200
) -> HttpResponse:
    """The page; `problem` is what somebody who keeps a question has to mend."""
    rows = queries.offered(viewer=request.viewer, at=request.at)
    names = open_names(
        request, purpose=PURPOSE, route="queries/", people=[each.row.person_id for each in rows],
        more=[each.version.name for each in rows],
    )
    listed: list[dict[str, Any]] = [
        {"kept": each, "name": name or "", "by": names.person(each.row.person_id), "url": f"{HOME}{each.row.id}/"}
        for each, name in zip(rows, names.more, strict=True)
    ]
    here = next((each for each in listed if opened and each["kept"].row.id == opened.row.id), None)
    return show(request, "queries/home.html", {
        "problem": problem or asked.problem, "place": asked.place, "form": _form(request, asked),
        "tables": _tables(request, asked), "period": asked.question.period if asked.question else None,
        "filters": filters_zh(asked), "listed": [each for each in listed if each is not here], "opened": here,
        "history": _history(request, opened), "fields": pairs_of(asked.question.codes) if asked.question else [],
        "files": [{"zh": zh, "url": f"{HOME}table/?{asked.query(kind=kind)}"}
                  for kind, zh in (("xlsx", "下载 Excel"), ("csv", "下载 CSV"))],
        "name": request.POST.get("name", here["name"] if here else ""), "name_most": asked.dimensions.name_most,
        "rounded": asked.dimensions.days_round, **new_ids.fresh(request),
    }, status=status)


def _form(request: Request, asked: Asked) -> dict[str, Any]:
    """Every choice with what is chosen; only dimensions by which all chosen figures can be split."""
    given, known = asked.given, {each.id: each for group in asked.groups for each in group.indicators}
    chosen = [each for each in given.get("indicator", ()) if each in known]
    fitting = [
        each for each in asked.dimensions.by_id.values() if all(each.fits(known[id]) for id in chosen)
    ]
    most = asked.dimensions.indicators_most
    today = request.at.astimezone(CHINA).date()
    return {
        "slots": [chosen[at] if at < len(chosen) else "" for at in range(most)],
        "groups": [
            {"zh": group.zh, "rows": [each for each in group.indicators if questions.can_ask(each)]}
            for group in asked.groups
        ],
        "dimensions": fitting, "rows": _first(given, "rows") or PLACE, "columns": _first(given, "columns"),
        "filters": [
            {"dimension": each, "chosen": given.get(f"{questions.FILTER}{each.id}", ()),
             "kind": "checkbox" if each.is_exclusive else "radio"}
            for each in fitting if each.can_filter
        ],
        "has_filter": any(name.startswith(questions.FILTER) for name in given),
        "periods": questions.offered(today, dimensions=asked.dimensions),
        "period": _first(given, "period") or "last_month",
        "first": _first(given, "first"), "last": _first(given, "last"), "places": _places(request),
        "place": asked.place.code, "filters_most": asked.dimensions.filters_most,
        "days_least": asked.dimensions.days_least,
    }


def _first(given: Any, name: str) -> str:
    return str(next(iter(given.get(name, ())), ""))


def _places(request: Request) -> list[dict[str, str]]:
    """The viewer's own place and the places just below it."""
    return [{"code": row.code, "zh": row.name} for row in service.offered(request.viewer)]


def _tables(request: Request, asked: Asked) -> list[dict[str, Any]]:
    found = answered(request, asked)
    period = asked.question.period if asked.question else None
    return [
        {
            "answer": each,
            "url": f"/indicators/{each.indicator.id}/?place={asked.place.code}"
                   + (f"&first={period.first}&last={period.last}" if period else ""),
            "is_now": each.indicator.is_now and NOW_ZH not in each.indicator.caveat,
            "lines": [
                {"zh": line.zh, "cells": [_cell(figure, bool(period and period.is_rough)) for figure in line.figures]}
                for line in each.lines
            ],
        }
        for each in found
    ]


def _cell(figure: Figure, is_rough: bool) -> dict[str, Any]:
    return {
        "said": words_of(figure, is_rough=is_rough), "is_shown": figure.state == SHOWN, "met": figure.met,
        "base": figure.base,
    }


def filters_zh(asked: Asked) -> list[str]:
    """The filters in force, in words."""
    return [
        f"{each.zh}：{'、'.join(each.codes[code] for code in codes)}"
        for each, codes in (asked.question.filters if asked.question else ())
    ]


def _history(request: Request, opened: queries.Kept | None) -> list[Any]:
    """When one's own was changed."""
    return list(opened.row.versions.order_by("-at")[:20]) if opened and opened.is_mine else []
