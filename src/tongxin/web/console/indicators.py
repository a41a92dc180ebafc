"""Figures with their definitions: a group at a place, one figure over the places below, and both as a file."""

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import xlsxwriter
from django.http import Http404, HttpResponse
from django.urls import URLPattern, path

from tongxin.core.indicators import Group, Indicator
from tongxin.core.indicators.definition import PERCENT
from tongxin.core.pathway import CHINA
from tongxin.exports.writing import FORMULA, OPTIONS
from tongxin.indicators import service
from tongxin.indicators.answers import rounded_to
from tongxin.indicators.figures import HIDDEN, SHOWN, Figure
from tongxin.indicators.questions import dimensions_in
from tongxin.indicators.rules import groups_in, indicator_in
from tongxin.indicators.service import Place, Table
from tongxin.indicators.tables import LEVELS_ZH, meanings, said
from tongxin.lib.numbers import day_in
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.words import day_zh

HOME = "/indicators/"
XLSX, CSV = "xlsx", "csv"
KINDS = {XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", CSV: "text/csv; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which place and which days."""

    place: Place
    first: date
    last: date
    problem: str
    # Of own days that are no whole months only multiples of this are told; 0 tells everything.
    rounded: int

    def query(self, **more: str) -> str:
        """The same question as part of an address."""
        given = {"place": self.place.code, "first": self.first.isoformat(), "last": self.last.isoformat(), **more}
        return urlencode({name: value for name, value in given.items() if value})


@door(f"office.{service.SEE}")
def home(request: Request) -> HttpResponse:
    """The figures of one group at a place."""
    asked = asked_of(request)
    groups = groups_in(region=service.region_of(request.viewer), at=request.at)
    group = _group(request, groups)
    table = computed(request, asked, group.indicators)
    return show(request, "indicators/home.html", {
        **around(request, asked, HOME, group=group.id),
        "group": group, "groups": [
            {"zh": each.zh, "url": f"{HOME}?{asked.query(group=each.id)}", "is_here": each is group} for each in groups
        ],
        "rows": [
            _row(each, figure_at(each, table, asked.place, asked), f"{HOME}{each.id}/?{asked.query()}", asked.place)
            for each in group.indicators
        ],
        "files": [{"zh": zh, "url": f"{HOME}table/?{asked.query(group=group.id, kind=kind)}"}
                  for kind, zh in ((XLSX, "下载 Excel"), (CSV, "下载 CSV"))],
    })


@door(f"office.{service.SEE}")
def one(request: Request, indicator_id: str) -> HttpResponse:
    """One figure: what it means, and how it is at the places below."""
    found = indicator_in(indicator_id, region=service.region_of(request.viewer), at=request.at)
    if found is None:
        raise Http404
    group, indicator = found
    asked = asked_of(request)
    table = computed(request, asked, (indicator,))
    here = f"{HOME}{indicator.id}/"
    parts = [
        {**_row(indicator, figure_at(indicator, table, each, asked), _down(each, indicator, asked, here)),
         "zh": each.zh}
        for each in table.parts if len(each.path) <= depth(indicator)
    ]
    return show(request, "indicators/one.html", {
        **around(request, asked, here, group=""), "group": group, "indicator": indicator,
        "group_url": f"{HOME}?{asked.query(group=group.id)}", "level_zh": LEVELS_ZH[indicator.level],
        "whole": _row(indicator, figure_at(indicator, table, asked.place, asked), "", asked.place), "parts": parts,
        "is_lowest": len(asked.place.path) >= depth(indicator), "under": group.small_under,
        "is_protected": bool(indicator.over) and indicator.facts.is_protected,
        "of": [each.zh for name in indicator.per or () for each in group.indicators if each.id == name],
        "cases": [_case(each) for each in indicator.cases],
    })


@door(f"office.{service.SEE}")
def table(request: Request) -> HttpResponse:
    """The figures of a group at a place and the places just below, with their definitions."""
    kind = request.GET.get("kind", XLSX)
    if kind not in KINDS:
        raise Http404
    asked = asked_of(request)
    group = _group(request, groups_in(region=service.region_of(request.viewer), at=request.at))
    found = computed(request, asked, group.indicators)
    rows, about = _lines(group, found, asked), _about(group, asked)
    content = workbook(rows, about, numbers=(4, 6, 7)) if kind == XLSX else as_csv([*rows, (), *about])
    return HttpResponse(content, content_type=KINDS[kind], headers={
        "Content-Disposition": f'attachment; filename="indicators-{group.id}-{asked.place.code}.{kind}"',
    })


def asked_of(request: Request) -> Asked:
    place = service.place_for(request.viewer, request.GET.get("place", "")[:12])
    if place is None:
        raise Http404
    today = request.at.astimezone(CHINA).date()
    first, last, problem = today.replace(month=1, day=1), today, ""
    if "first" in request.GET or "last" in request.GET:
        given = day_in(request.GET.get("first", "")), day_in(request.GET.get("last", ""))
        if given[0] is None or given[1] is None or given[0] > given[1]:
            problem = "统计期没有看懂：请选第一天和最后一天，第一天在前。下面按今年算。"
        elif given[0] > today:
            problem = "统计期还没有开始。下面按今年算。"
        else:
            first, last = given[0], min(given[1], today)
    rules = dimensions_in(region=service.region_of(request.viewer), at=request.at)
    # A month that still runs is told up to today, as on the page without days.
    is_whole = first.day == 1 and (last == today or (last + timedelta(days=1)).day == 1)
    if not is_whole and (last - first).days + 1 < rules.days_least:
        problem = f"自己选的日子至少要{rules.days_least}天，太短会认出是哪个孩子。下面按今年算。"
        first, last, is_whole = today.replace(month=1, day=1), today, True
    elif not is_whole:
        problem = f"选的日子不是整月：和孩子有关的数只写到{rules.days_round}的倍数。"
    return Asked(place, first, last, problem, 0 if is_whole else rules.days_round)


def _group(request: Request, groups: Sequence[Group]) -> Group:
    wanted = request.GET.get("group", "") or groups[0].id
    found = next((each for each in groups if each.id == wanted), None)
    if found is None:
        raise Http404
    return found


def computed(request: Request, asked: Asked, indicators: Sequence[Indicator]) -> Table:
    return service.compute(
        [each.id for each in indicators], viewer=request.viewer, place=asked.place, first=asked.first,
        last=asked.last, at=request.at,
    )


def around(request: Request, asked: Asked, here: str, *, group: str) -> dict[str, Any]:
    steps = [
        {"zh": each.zh, "url": f"{here}?{asked.query(place=each.code, group=group)}"}
        for each in service.above(request.viewer, asked.place)
    ]
    return {
        "place": asked.place, "steps": steps, "first": asked.first, "last": asked.last, "problem": asked.problem,
        "group_id": group, "here": here,
    }


def figure_at(indicator: Indicator, table: Table, place: Place, asked: Asked) -> Figure:
    """A figure as it may be told for these days: of single days about children in round numbers only."""
    figure = table.at(indicator.id, place)
    if indicator.per is not None:
        # From an exact quotient of round numbers the numbers could be had.
        return Figure(HIDDEN) if asked.rounded else figure
    is_told = not indicator.facts.is_protected or indicator.count in PERCENT
    return figure if is_told else rounded_to(figure, asked.rounded)


def _row(indicator: Indicator, figure: Figure, url: str, place: Place | None = None) -> dict[str, Any]:
    is_below = place is not None and len(place.path) > depth(indicator)
    parts = [{"zh": each.zh, "n": figure.parts.get(each.code)} for each in indicator.parts] if figure.parts else []
    return {
        "indicator": indicator, "zh": indicator.zh, "url": url,
        "said": f"只算到{LEVELS_ZH[indicator.level]}" if is_below else said(figure), "unit": indicator.unit,
        "is_shown": figure.state == SHOWN, "met": figure.met, "base": figure.base, "parts": parts,
    }


def depth(indicator: Indicator) -> int:
    return list(LEVELS_ZH).index(indicator.level) + 1


def _down(place: Place, indicator: Indicator, asked: Asked, here: str) -> str:
    """Where the places below this one are; nowhere where the figure says no more there."""
    return f"{here}?{asked.query(place=place.code)}" if place.code and len(place.path) < depth(indicator) else ""


def _case(case: Any) -> dict[str, str]:
    gives = case["gives"]
    told = f"{gives[0]} / {gives[1]}" if isinstance(gives, list) else str(gives)
    return {"first": day_zh(_day(case["first"])), "last": day_zh(_day(case["last"])), "many": str(len(case["rows"])),
            "gives": told}


def _day(text: Any) -> date:
    return date.fromisoformat(str(text))


def _lines(group: Group, found: Table, asked: Asked) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("指标", "分项", "地方", "代码", "数", "单位", "分子", "分母")]
    for each in group.indicators:
        for place in (asked.place, *found.parts):
            if len(place.path) > depth(each):
                continue
            figure = figure_at(each, found, place, asked)
            both = ("" if figure.met is None else str(figure.met), "" if figure.base is None else str(figure.base))
            rows.append((each.zh, "", place.zh, place.code, said(figure), each.unit, *both))
            rows.extend(
                (each.zh, part.zh, place.zh, place.code, "不显示" if many is None else str(many), each.unit, "", "")
                for part in each.parts if figure.parts for many in (figure.parts.get(part.code),)
            )
    return rows


def _about(group: Group, asked: Asked) -> list[tuple[str, ...]]:
    period = f"{day_zh(asked.first)}至{day_zh(asked.last)}{'。' + asked.problem if asked.problem else ''}"
    small = f"“不显示”：少于 {group.small_under} 的数，和能推算出它的数；“没有记录”：这里没有登记过，不是 0。"
    return [("地方", asked.place.zh), ("统计期", period), (small,), (), *meanings([group])]


def workbook(
    rows: Sequence[tuple[str, ...]], about: Sequence[tuple[str, ...]], *, numbers: Collection[int]
) -> bytes:
    """Two sheets: the figures, with numbers in some columns, and what they mean."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, OPTIONS) as book:
        for name, lines in (("数", rows), ("怎么算", about)):
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 8, 18)
            for at, line in enumerate(lines):
                for column, word in enumerate(line):
                    if at and name == "数" and column in numbers and _is_number(word):
                        sheet.write_number(at, column, float(word))
                    else:
                        sheet.write_string(at, column, word)
    return content.getvalue()


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


def as_csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    """The same as text that spreadsheets open."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([f"'{word}" if word.startswith(FORMULA) else word for word in row])
    return out.getvalue().encode("utf-8-sig")


urlpatterns: list[URLPattern] = [
    path("indicators/", home), path("indicators/table/", table), path("indicators/<slug:indicator_id>/", one),
]
