"""All sites of an area: what each town lacks, what has to be looked at next, where they lie; in and out as a table."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.bookings.rules import rules_at
from tongxin.core.pathway import CHINA
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sites import reach, tables
from tongxin.flows.sites.tables import Brought
from tongxin.lib.numbers import number_in
from tongxin.lib.site_standards import Gap
from tongxin.places.models import Box, Finding, Site
from tongxin.places.rules import Places
from tongxin.places.standing import gaps
from tongxin.web.console.sites.sketch import sketch_of
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show

HOME = "/places/"
SHOWN, COMING, OPEN_UP_TO = 200, 12, 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Gaps = Mapping[UUID, Sequence[Gap]]


@door("office.see_places")
def place_list(request: Request) -> HttpResponse:
    """The sites of the viewer's area, by town."""
    return _page(request)


def _page(
    request: Request, problems: Sequence[Any] = (), brought: Brought | None = None, status: int = 200
) -> HttpResponse:
    rules = reach.rules_for(request.viewer, at=request.at)
    every = list(reach.in_reach(viewer=request.viewer, at=request.at))
    lacking = gaps_by_site(request, every, rules)
    kind, town = request.GET.get("kind", ""), number_in(request.GET.get("town", ""))
    only = request.GET.get("only", "")
    sites = [
        each for each in every if (not kind or each.kind == kind) and (town is None or _ground(each) == town)
        and (only != "lacking" or lacking[each.id])
    ]
    names = dict(Division.objects.filter(id__in={_ground(each) for each in every}).values_list("id", "name"))
    today = request.at.astimezone(CHINA).date()
    numbers = {each.id: len(lacking[each.id]) for each in every}
    return show(request, "places/list.html", {
        "means": rules.means, "problems": problems, "brought": brought, "kinds": rules.kinds, "kind": kind,
        "town": town, "only": only, "towns": sorted(names.items(), key=lambda each: each[1]), "number": len(sites),
        "total": len(every), "lacks": sum(1 for each in every if lacking[each.id]),
        "by_town": _by_town(every, lacking, names), "coming": _coming(every, rules, today),
        "groups": _groups([row_of(each, lacking[each.id], rules, names, today) for each in sites[:SHOWN]]),
        "left_out": max(len(sites) - SHOWN, 0), "is_open": len(sites) <= OPEN_UP_TO or town is not None,
        "sketch": sketch_of(sites, lacking=numbers, towns=names), "columns": "、".join(tables.NEEDED),
        "may_keep": may_do_any(request, reach.KEEP), "may_open": may_do_any(request, reach.OPEN),
        "boxes": _boxes(request, today),
    }, status=status)


def _ground(site: Site) -> int:
    """The town a site lies in, else its county."""
    return site.town_id or site.county_id


def gaps_by_site(request: Request, sites: Sequence[Site], rules: Places) -> dict[UUID, list[Gap]]:
    """What each site lacks."""
    rooms, booking = tables.rooms_by_site(sites), rules_at(request.at)
    return {each.id: gaps(each, rooms[each.id], rules=rules, booking=booking) for each in sites}


def row_of(
    site: Site, lacking: Sequence[Gap], rules: Places, names: Mapping[int, str], today: date
) -> dict[str, Any]:
    """One line: what it is, what it lacks, when it is looked at."""
    kind = rules.kinds.get(site.kind)
    return {
        "url": f"{HOME}{site.id}/", "name": site.name, "kind": kind.zh if kind else "", "body": site.organisation.name,
        "town": names.get(_ground(site), ""), "phone": site.phone, "is_used": site.is_used,
        "gaps": [each.zh for each in lacking], "inspect_by": site.inspect_by,
        "is_late": site.inspect_by is not None and site.inspect_by < today,
    }


def _groups(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines under their towns, each town's in their order."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["town"]].append(row)
    return [
        {"zh": zh, "rows": some, "lacks": sum(bool(row["gaps"]) for row in some)} for zh, some in sorted(found.items())
    ]


def _by_town(sites: Sequence[Site], lacking: Gaps, names: Mapping[int, str]) -> list[dict[str, Any]]:
    found: dict[int, list[Site]] = defaultdict(list)
    for each in sites:
        found[_ground(each)].append(each)
    return sorted(({
        "id": town, "zh": names.get(town, ""), "many": len(rows), "lacks": sum(1 for each in rows if lacking[each.id]),
        "most": [zh for zh, _many in Counter(
            gap.standard.zh for each in rows for gap in lacking[each.id]
        ).most_common(3)],
    } for town, rows in found.items()), key=lambda row: (-row["lacks"], row["zh"]))


def _coming(sites: Sequence[Site], rules: Places, today: date) -> list[dict[str, Any]]:
    """What has to be done next: things to mend and inspections, the first due first."""
    known = {each.id: each for each in sites if each.is_used}
    rows: list[dict[str, Any]] = [
        {"day": each.due_on, "zh": f"整改：{rules.findings.get(each.kind, '')}", "site": known[each.site_id]}
        for each in Finding.objects.filter(site_id__in=list(known), mended_on__isnull=True)
    ]
    rows += [
        {"day": each.inspect_by, "zh": "检查", "site": each} for each in known.values()
        if each.inspect_by is not None and each.inspect_by - today <= rules.remind_before
    ]
    rows.sort(key=lambda row: (row["day"], row["site"].name))
    return [{**row, "url": f"{HOME}{row['site'].id}/", "is_late": row["day"] < today} for row in rows[:COMING]]


def _boxes(request: Request, today: date) -> dict[str, int] | None:
    if not may_do_any(request, reach.OPEN):
        return None
    mine = reach.boxes_for(viewer=request.viewer, at=request.at).filter(is_used=True)
    late = Box.objects.filter(id__in=mine.values("id"), open_by__lt=today).count()
    return {"many": mine.count(), "late": late}


@door("office.see_places")
def table(request: Request) -> HttpResponse:
    """The sites in reach as a workbook; with none, the empty table to be filled in."""
    rules = reach.rules_for(request.viewer, at=request.at)
    is_blank = request.GET.get("blank") == "yes"
    sites = [] if is_blank else list(reach.in_reach(viewer=request.viewer, at=request.at))
    return HttpResponse(tables.written(sites, rules=rules, at=request.at), content_type=XLSX, headers={
        "Content-Disposition": f'attachment; filename="{"places-blank" if is_blank else "places"}.xlsx"',
    })


@door("office.keep_places", methods=("POST",))
def bring_in(request: Request) -> HttpResponse:
    """A table of sites: what could be read is kept, what couldn't is told row by row."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return _refused(request, Refused.because(_("没有读进去：请先选一个表格文件。")))
    try:
        brought = tables.bring_in(content=file.read(), name=file.name or "", actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _refused(request, refused)
    if brought.wrong:
        return _page(request, brought=brought)
    messages.success(request, _("已读进：新增 {added} 个，更新 {changed} 个。").format(
        added=brought.added, changed=brought.changed
    ))
    return HttpResponseRedirect(HOME)


def _refused(request: Request, refused: Refused) -> HttpResponse:
    return _page(request, problems=[{"zh": each.zh, "kept": True, "href": ""} for each in refused.problems], status=422)
