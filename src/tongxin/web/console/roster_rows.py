"""Rows that wait for a person: mended on screen, or downloaded, filled in and brought back."""

from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.core.pathway import CHINA
from tongxin.flows import export_noting
from tongxin.intake import mending, selectors, services, tables
from tongxin.intake.faults import NotTaken
from tongxin.intake.importing import sheet_numbers
from tongxin.intake.lines import details_of
from tongxin.intake.models import HeldRow, Upload
from tongxin.intake.reading import RosterError
from tongxin.intake.reading.words import field_name
from tongxin.lib.ids import id_in
from tongxin.people import matching
from tongxin.people.models import Child
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.words import late_zh

SHOWN = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REASONS = {
    HeldRow.NO_NAME: "没有姓名", HeldRow.DUPLICATE: "疑似与本表另一行重复", HeldRow.SUSPECTED: "疑似已有档案",
    HeldRow.STORED: "可能有只保存的档案",
}


@door("office.import_roster")
def held_list(request: Request) -> HttpResponse:
    """The rows that the viewer may settle, the most urgent first."""
    found = selectors.held_rows(viewer=request.viewer, at=request.at)
    wanted = id_in(request.GET.get("roster", ""))
    if wanted is not None:
        found = found.filter(upload_id=wanted)
    rows = list(found[:SHOWN])
    said = mending.rows_of(rows, viewer=request.viewer, at=request.at, route="rosters/held")
    owners = post_titles(each.owner_post_id for each in rows)
    return show(request, "rosters/held.html", {
        "total": found.count(), "upload_id": str(wanted or ""),
        "rows": [
            {
                "id": each.id, "who": (row.name if row else None) or "（没有姓名）", "row": each.row,
                "sheet": row.sheet if row else "", "why": REASONS[each.reason], "due": each.due_at,
                "late": late_zh(each.due_at, at=request.at),
                "owner": owners.get(each.owner_post_id) if each.owner_post_id else "",
            }
            for each, row in zip(rows, said, strict=True)
        ],
    })


@door("office.import_roster", methods=("GET", "POST"))
def mend(request: Request, held_id: UUID) -> HttpResponse:
    """One held row with everything it says; the name is put in, or the two are compared."""
    held = selectors.held_rows(viewer=request.viewer, at=request.at).filter(id=held_id).first()
    if held is None:
        raise Http404
    if request.method == "POST":
        return _settle(request, held)
    return _shown(request, held)


def _settle(request: Request, held: HeldRow) -> HttpResponse:
    decision = request.POST.get("decision", mending.NAME)
    name = request.POST.get("name", "")
    if decision not in {mending.NAME, mending.SAME, mending.OTHER}:
        raise Http404
    try:
        settled = services.settle(held, decision=decision, name=name, actor=request.viewer, at=request.at)
    except NotTaken as refused:
        return _shown(request, held, problem=refused.zh, name=name)
    if settled.state == HeldRow.OPEN:
        messages.warning(request, _("姓名已补上，但疑似已有档案，请再核对是不是同一名儿童。"))
        return HttpResponseRedirect(f"/rosters/held/{held.id}/")
    done = _("已建档。") if settled.state == HeldRow.OPENED else _("已归到原有档案，没有另建。")
    messages.success(request, done)
    return HttpResponseRedirect(f"/rosters/held/?roster={held.upload_id}")


def _shown(request: Request, held: HeldRow, problem: str = "", name: str = "") -> HttpResponse:
    (row,) = mending.rows_of([held], viewer=request.viewer, at=request.at, route="rosters/held/row")
    is_stored = held.child_id is not None and matching.is_stored(held.child_id)
    child = Child.objects.filter(id=held.child_id).first() if held.child_id and not is_stored else None
    names = open_names(
        request, children=[child] if child else [], more=[child.id_no, child.birth] if child else [],
        purpose=mending.PURPOSE, route="rosters/held/row",
    )
    cells = {**row.others, **row.written} if row else {}
    return show(request, "rosters/mend.html", {
        "held": held, "row": row, "why": REASONS[held.reason], "problem": problem,
        "stored_zh": mending.STORED if is_stored else "",
        "name": name or (row.name if row else "") or "",
        "cells": [(field_name(field), text) for field, text in cells.items() if text],
        "child": child and {
            "id": child.id, "name": names.children[child.id], "file_no": child.file_no,
            "id_no": names.more[0], "birth": names.more[1], "sex": child.get_sex_display(),
        },
        "owner": post_titles([held.owner_post_id]).get(held.owner_post_id or UUID(int=0), ""),
    }, status=422 if problem else 200)


def _upload(request: Request, upload_id: UUID) -> Upload:
    found = selectors.uploads(viewer=request.viewer, at=request.at).filter(id=upload_id).first()
    if found is None:
        raise Http404
    return found


@door("office.import_roster")
def download(request: Request, upload_id: UUID) -> HttpResponse:
    """The held and the doubtful rows as a workbook to fill in."""
    upload = _upload(request, upload_id)
    held = list(selectors.held_rows(viewer=request.viewer, at=request.at).filter(upload=upload))
    said = mending.rows_of(held, viewer=request.viewer, at=request.at, route="rosters/rows")
    try:
        roster = services.understand(upload, viewer=request.viewer, at=request.at)
    except NotTaken as refused:
        messages.error(request, refused.zh)
        return HttpResponseRedirect(f"/rosters/{upload.id}/")
    numbers = sheet_numbers(roster)
    rows = roster.rows(today=upload.received_at.astimezone(CHINA).date())
    doubtful = [(numbers[row.sheet], row) for row in rows if row.name and details_of(row) and not row.duplicate_of]
    content = tables.workbook_of(
        [(each, row) for each, row in zip(held, said, strict=True) if row], doubtful
    )
    export_noting.note(
        way="roster_rows", content=content, rows=len(held) + len(doubtful), actor=request.viewer, at=request.at
    )
    disposition = {"Content-Disposition": 'attachment; filename="rows.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=disposition)


@door("office.import_roster", methods=("POST",))
def take_back(request: Request, upload_id: UUID) -> HttpResponse:
    """A workbook that was filled in: every line that can be settled is, the others stay as they are."""
    upload = _upload(request, upload_id)
    file = request.FILES.get("file")
    back = HttpResponseRedirect(f"/rosters/held/?roster={upload.id}")
    if not isinstance(file, UploadedFile):
        messages.error(request, _("请先选择填好的文件，再点“上传”。"))
        return back
    try:
        mended = tables.read_mended(file.read(), str(file.name or "")[:200])
    except (NotTaken, RosterError) as refused:
        messages.error(request, str(refused))
        return back
    waiting = {
        (each.sheet, each.row): each
        for each in selectors.held_rows(viewer=request.viewer, at=request.at).filter(upload=upload)
    }
    done, left = 0, []
    for line in mended:
        held = waiting.get((line.sheet, line.row))
        if held is None or (line.decision == mending.NAME and held.reason != HeldRow.NO_NAME):
            continue
        try:
            name = line.name if held.reason == HeldRow.NO_NAME else ""
            services.settle(held, decision=line.decision, name=name, actor=request.viewer, at=request.at)
            done += 1
        except NotTaken as refused:
            left.append(f"第 {line.row} 行：{refused.zh}")
    messages.success(request, _("已处理 %(done)s 行。") % {"done": done})
    for problem in left[:SHOWN]:
        messages.error(request, problem)
    return back
