"""The attachments of a child's file: listed, added, opened, taken back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.documents import content, selectors, services
from tongxin.documents.faults import NotAllowed, NotTaken
from tongxin.documents.kinds import Attachments, Kind, attachments_in
from tongxin.documents.models import Attachment
from tongxin.documents.services import File
from tongxin.flows import attaching, course_reading, mediating
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.vault import Sealed
from tongxin.web.console import file as files
from tongxin.web.console.looking import say_first
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show

LISTED_ENTRIES = 60
# The parts in which not every record is open to whoever reads the part.
KEPT_APART = frozenset({course_reading.PART, mediating.PART})


@door("child.read", methods=("GET", "POST"))
def attachment_list(request: Request, child_id: UUID) -> HttpResponse:
    """The attachments that the viewer may see, and the place to add one; before its rules are adopted, no page."""
    child = child_for(request, child_id)
    try:
        attachments_in(region=rules.region_of(child.county_id), at=request.at)
    except rules.NotAdopted:
        raise Http404 from None
    if request.method == "POST":
        return _take(request, child)
    return _list(request, child, given={"entry": request.GET.get("entry", "")})


def _list(
    request: Request, child: Child, *, given: dict[str, str], problem: str = "", status: int = 200
) -> HttpResponse:
    found = attachments_in(region=rules.region_of(child.county_id), at=request.at)
    rows = _open_rows(request, child, selectors.readable(child_id=child.id, viewer=request.viewer, at=request.at))
    signable = _signable(request, child)
    zh = {str(entry["id"]): entry["zh"] for entry in signable}
    titles: list[Sealed | None] = [row.title for row in rows]
    names = open_names(
        request, children=[child], people=[row.person_id for row in rows], more=titles, purpose="attachments",
        route="attachments",
    )
    posts = post_titles([*(row.post_id for row in rows), *(row.retracted_by_post_id for row in rows)])
    oversees = access.may(viewer=request.viewer, child_id=child.id, part=selectors.OVERSEES, at=request.at)
    may_add = {part: _may_add(request, child, part) for part in {row.part for row in rows}}
    return show(request, "console/attachments.html", {
        "child": child, "name": names.children[child.id], "problem": problem, "given": given, "limits": found.limits,
        "fresh_id": ids.new_id(), "reasons": found.reasons, "entries": signable,
        "may_oversee": oversees,
        "kinds": [kind for kind in found.kinds.values() if _is_offered(request, child, kind, signable)],
        "rows": [
            _row(row, found, names, posts, title=title, signs=zh.get(str(row.entry_id), ""), may_add=may_add[row.part])
            for row, title in zip(rows, names.more, strict=True)
        ],
    }, status=status)


def _row(
    row: Attachment, found: Attachments, names: Names, posts: dict[UUID, str], *, title: str | None, signs: str,
    may_add: bool,
) -> dict[str, Any]:
    kind = found.kinds.get(row.kind)
    return {
        "row": row, "kind_zh": kind.zh if kind else "其他", "title": title or "", "signs_zh": signs,
        "format_zh": content.NAMES[row.media_type], "kilobytes": max(1, round(row.size / 1000)),
        "who_zh": f"{posts.get(row.post_id, '') if row.post_id else ''}　{names.person(row.person_id)}".strip(),
        "retracted_zh": found.reasons.get(row.retracted_for, ""), "may_retract": may_add and not row.retracted_at,
        "retracted_by": posts.get(row.retracted_by_post_id, "") if row.retracted_by_post_id else "",
    }


def _signable(request: Request, child: Child) -> list[dict[str, Any]]:
    """The records that a signed scan may be put to, newest first."""
    file = files.read_file(request, child.id)
    entries = [each for each in file.readable if each.clear.get("form") and each.correction_kind in {"", "correct"}]
    gone = {entry.supersedes_id for entry in file.entries if entry.supersedes_id}
    return [
        {"id": each.id, "zh": files.entry_zh(each), "at": each.occurred_at, "part": file.access.part_of(each.form_id)}
        for each in reversed(entries) if each.id not in gone
    ][:LISTED_ENTRIES]


def _is_offered(request: Request, child: Child, kind: Kind, signable: list[dict[str, Any]]) -> bool:
    parts = {each["part"] for each in signable} if kind.signs else {kind.part}
    return any(_may_add(request, child, part) for part in parts)


def _may_add(request: Request, child: Child, part: str) -> bool:
    return services.may_add(viewer=request.viewer, child_id=child.id, part=part, at=request.at)


def _take(request: Request, child: Child) -> HttpResponse:
    given = {name: request.POST.get(name, "").strip() for name in ("kind", "title", "entry")}
    try:
        added = attaching.add(child=child, file=_file(request, given), actor=request.viewer, at=request.at)
    except NotTaken as refused:
        return _list(request, child, given=given, problem=refused.zh, status=422)
    except NotAllowed:
        raise Http404 from None
    said = _("已加密保存到附件。")
    if added.was_cleaned:
        said += _("拍摄地点、相机等信息已从图片里去掉。")
    messages.success(request, said)
    return HttpResponseRedirect(f"/children/{child.id}/attachments/")


def _file(request: Request, given: dict[str, str]) -> File:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise NotTaken("没有选文件，没有保存。请选一个 PDF 或照片再传。")
    try:
        fresh, entry_id = UUID(request.POST.get("id", "")), UUID(given["entry"]) if given["entry"] else None
    except ValueError:
        raise NotTaken("页面已过期，没有保存。请重新选择文件再传。") from None
    return File(
        id=fresh, name=sent.name or "", content=sent.read(), kind=given["kind"], title=given["title"],
        entry_id=entry_id,
    )


@door("child.read")
def open_attachment(request: Request, child_id: UUID, attachment_id: UUID) -> HttpResponse:
    """The file itself; the look is written down, and its name says nothing of the child."""
    child, row = _for(request, child_id, attachment_id)
    if first := say_first(request, child, row.part, back=f"attachments/{row.id}/"):
        return first
    try:
        opened = selectors.opened(row, viewer=request.viewer, at=request.at)
    except NotTaken as gone:
        messages.error(request, gone.zh)
        return HttpResponseRedirect(f"/children/{child.id}/attachments/")
    name = f"{child.file_no}-{row.number}.{content.ENDINGS[row.media_type][0]}"
    kept = "attachment" if request.GET.get("save") else "inline"
    return HttpResponse(
        opened, content_type=row.media_type, headers={"Content-Disposition": f'{kept}; filename="{name}"'}
    )


@door("child.read", methods=("POST",))
def retract(request: Request, child_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Take a file back; it stays in the record, and only those who oversee can still open it."""
    child, row = _for(request, child_id, attachment_id)
    try:
        services.retract(
            attachment=row, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
        )
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已撤回。原件仍加密保存，只有能看访问记录的人可以打开。"))
    return HttpResponseRedirect(f"/children/{child.id}/attachments/")


def _for(request: Request, child_id: UUID, attachment_id: UUID) -> tuple[Child, Attachment]:
    child = child_for(request, child_id)
    row = selectors.one(attachment_id=attachment_id, child_id=child.id, viewer=request.viewer, at=request.at)
    if row is None or not _open_rows(request, child, [row]):
        raise Http404
    return child, row


def _open_rows(request: Request, child: Child, rows: list[Attachment]) -> list[Attachment]:
    """Those whose record is open to the viewer: what belongs to a session is for the readers of its course."""
    if not any(row.entry_id and row.part in KEPT_APART for row in rows):
        return rows
    shut = attaching.closed(child=child, viewer=request.viewer, at=request.at)
    return [row for row in rows if row.entry_id not in shut]


urlpatterns = [
    path("children/<uuid:child_id>/attachments/", attachment_list),
    path("children/<uuid:child_id>/attachments/<uuid:attachment_id>/", open_attachment),
    path("children/<uuid:child_id>/attachments/<uuid:attachment_id>/retract/", retract),
]
