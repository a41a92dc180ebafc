"""Rosters come in: received, shown as understood, corrected, taken in, and what came of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.intake import selectors, services
from tongxin.intake.county import county_of
from tongxin.intake.faults import NotTaken, Overtaken
from tongxin.intake.models import HeldRow, Upload
from tongxin.intake.reading import Roster, RosterError
from tongxin.intake.reading.row import DOUBTS
from tongxin.intake.settling import settling
from tongxin.intake.uploads import Columns, is_elsewhere, size_of
from tongxin.lib.signs_of_life import is_stalled
from tongxin.rulebook.foreign import Sheet, sheets_in
from tongxin.web import jobs
from tongxin.web.console import roster_changes, roster_rows
from tongxin.web.console.names import post_titles
from tongxin.web.console.options import region_of_viewer
from tongxin.web.console.roster_columns import DoublyNamed, choices, columns_from, parts_shown
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 50
STATES = {Upload.RECEIVED: "待核对后导入", Upload.IMPORTING: "正在导入", Upload.DONE: "已导入"}
WHAT_TO_DO = {
    "no_name": "没有建档，等负责人补上姓名",
    "duplicate": "没有另建档，等负责人判断是不是同一名儿童",
}
CORRECTED = "已建档，照原样保留，儿童主任有补正任务"


@door("office.import_roster", methods=("GET", "POST"))
def roster_list(request: Request) -> HttpResponse:
    """The rosters that came in, and the place to bring in another."""
    if request.method == "POST":
        return _receive(request)
    return _list(request)


def _list(request: Request, problem: str = "", status: int = 200) -> HttpResponse:
    found = selectors.uploads(viewer=request.viewer, at=request.at)
    rows = list(found.annotate(open_rows=Count("held", filter=Q(held__state=HeldRow.OPEN)))[:SHOWN])
    titles = post_titles(row.post_id for row in rows)
    return show(request, "rosters/list.html", {
        "rows": [
            {
                "upload": row, "state": STATES[row.state], "open": row.open_rows,
                "by": titles.get(row.post_id) if row.post_id else "系统",
            }
            for row in rows
        ],
        "sheets": [(each.id, f"{each.agency}：{each.zh}") for each in _sheets(request)],
        "problem": problem, "held": selectors.held_rows(viewer=request.viewer, at=request.at).count(),
    }, status=status)


def _receive(request: Request) -> HttpResponse:
    file = request.FILES.get("file")
    county = county_of(request.viewer)
    if county is None:
        return _list(request, _("您的岗位不在某一个县区，不能导入花名册。没有接收文件。"), 422)
    if not isinstance(file, UploadedFile):
        return _list(request, _("请先选择一个文件，再点“上传”。"), 422)
    name, said = str(file.name or "")[:200], request.POST.get("sheet", "")
    sheet = next((each for each in _sheets(request) if each.id == said), None)
    if said and sheet is None:
        return _list(request, _("没有接收文件：请重新选这是哪一种表。"), 422)
    try:
        upload = services.receive(
            content=file.read(), name=name, viewer=request.viewer, at=request.at, county=county, sheet=sheet
        ).upload
    except RosterError as refused:
        return _list(request, _("没有接收这个文件：%(why)s") % {"why": refused}, 422)
    if upload.state == Upload.DONE:
        messages.info(request, _("这份花名册以前导入过，没有任何改动。下面是当时的结果。"))
    return HttpResponseRedirect(f"/rosters/{upload.id}/")


def _sheets(request: Request) -> list[Sheet]:
    """The sheets of other systems that this county can bring as they are."""
    return list(sheets_in(region=region_of_viewer(request), at=request.at))


def upload_for(request: Request, upload_id: UUID) -> Upload:
    """The upload, if the viewer may see it; else there is no such page."""
    found = selectors.uploads(viewer=request.viewer, at=request.at).filter(id=upload_id).first()
    if found is None:
        raise Http404
    return found


@door("office.import_roster", methods=("GET", "POST"))
def roster(request: Request, upload_id: UUID) -> HttpResponse:
    """One roster: as understood before it is taken in, its progress, or what came of it."""
    upload = upload_for(request, upload_id)
    if upload.state == Upload.DONE:
        return _result(request, upload)
    if request.method == "POST":
        return _decide(request, upload)
    if upload.state == Upload.IMPORTING:
        return show(request, "rosters/progress.html", _progress(request, upload))
    return _preview(request, upload)


def _preview(
    request: Request, upload: Upload, columns: Columns | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    try:
        found = services.understand(upload, viewer=request.viewer, at=request.at, columns=columns)
    except RosterError as refused:
        found = services.understand(upload, viewer=request.viewer, at=request.at)
        problem, status = str(refused), 422
    elsewhere = is_elsewhere(upload)
    place = Division.objects.filter(code=elsewhere).first()
    return show(request, "rosters/preview.html", {
        "upload": upload, "parts": parts_shown(found), "choices": choices(), "total": size_of(found),
        "faults": found.faults[:SHOWN], "more_faults": max(0, len(found.faults) - SHOWN),
        "left_aside": found.left_aside, "elsewhere": (place.name if place else elsewhere),
        "county": Division.objects.get(id=upload.county_id).name, "problem": problem,
        "is_long": size_of(found) > settling().at_once,
    }, status=status)


def _decide(request: Request, upload: Upload) -> HttpResponse:
    """Look again with other columns, or take the roster in."""
    try:
        columns = columns_from(request.POST)
    except DoublyNamed as twice:
        return _preview(request, upload, None, str(twice), 422)
    if request.POST.get("go") != "yes":
        return _preview(request, upload, columns)
    if is_elsewhere(upload) and request.POST.get("here") != "yes":
        return _preview(request, upload, columns, _("请先勾选“这份名单确属本县区”，或换一个文件。还没有导入。"), 422)
    try:
        found = services.understand(upload, viewer=request.viewer, at=request.at, columns=columns)
    except RosterError as refused:
        return _preview(request, upload, None, str(refused), 422)
    _remember(request, upload, found, columns)
    return _go(request, upload, size_of(found))


def _remember(request: Request, upload: Upload, found: Roster, columns: Columns) -> None:
    county = Division.objects.get(id=upload.county_id)
    services.remember(found, county=county, columns=columns, actor=request.viewer, at=request.at)


def _go(request: Request, upload: Upload, size: int) -> HttpResponse:
    """Short rosters at once, long ones in the background."""
    if size > settling().at_once:
        Upload.objects.filter(id=upload.id).update(state=Upload.IMPORTING, moved_at=request.at, rows_total=size)
        jobs.import_roster.enqueue(str(upload.id), str(request.viewer.person_id), str(request.viewer.post_id))
        return HttpResponseRedirect(f"/rosters/{upload.id}/")
    try:
        services.import_upload(upload, viewer=request.viewer, at=request.at)
    except (NotTaken, RosterError) as refused:
        messages.error(request, str(refused))
    except Overtaken:
        messages.info(request, _("这份花名册正由另一处导入。"))
    return HttpResponseRedirect(f"/rosters/{upload.id}/")


@door("office.import_roster")
def progress(request: Request, upload_id: UUID) -> HttpResponse:
    """How far an import is; asked for every second while it runs."""
    upload = upload_for(request, upload_id)
    if upload.state == Upload.DONE:
        return HttpResponse(headers={"HX-Redirect": f"/rosters/{upload.id}/"})
    return show(request, "rosters/_progress.html", _progress(request, upload))


def _progress(request: Request, upload: Upload) -> dict[str, Any]:
    total = max(upload.rows_total, 1)
    return {
        "upload": upload, "percent": min(100, upload.rows_done * 100 // total),
        "is_stalled": is_stalled(upload.moved_at, at=request.at),
    }


@door("office.import_roster", methods=("POST",))
def go_on(request: Request, upload_id: UUID) -> HttpResponse:
    """Let an import that was cut short continue where it stopped."""
    upload = upload_for(request, upload_id)
    if upload.state != Upload.IMPORTING:
        return HttpResponseRedirect(f"/rosters/{upload.id}/")
    return _go(request, upload, upload.rows_total - upload.rows_done)


def _result(request: Request, upload: Upload) -> HttpResponse:
    counts = upload.summary
    problems = [
        {"zh": zh, "count": counts["problems"][code], "next_zh": WHAT_TO_DO.get(code, CORRECTED)}
        for code, zh in DOUBTS.items() if counts.get("problems", {}).get(code)
    ]
    return show(request, "rosters/result.html", {
        "upload": upload, "counts": counts, "problems": problems,
        "children": counts.get("new", 0) + counts.get("same", 0) + counts.get("changed", 0),
        "held": upload.held.filter(state=HeldRow.OPEN).count(), "changed": selectors.changed(upload).count(),
        "gone": selectors.no_longer_listed(upload).count(),
    })


urlpatterns = [
    path("rosters/", roster_list),
    path("rosters/held/", roster_rows.held_list),
    path("rosters/held/<uuid:held_id>/", roster_rows.mend),
    path("rosters/<uuid:upload_id>/", roster),
    path("rosters/<uuid:upload_id>/progress/", progress),
    path("rosters/<uuid:upload_id>/continue/", go_on),
    path("rosters/<uuid:upload_id>/rows/", roster_rows.download),
    path("rosters/<uuid:upload_id>/rows/mended/", roster_rows.take_back),
    path("rosters/<uuid:upload_id>/changes/", roster_changes.changes),
    path("rosters/<uuid:upload_id>/changes/<uuid:listing_id>/", roster_changes.settle),
]
