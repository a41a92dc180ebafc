"""Files that stopped phones sent: looked at, then kept with their record or put aside."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.documents import content
from tongxin.flows import arriving_blobs, arriving_files
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync.models import Blob
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.doors import Request, door

SHOWN = 60
LIST = "/arrivals/"
KINDS_ZH = {"photo": "照片", "voice": "录音", "signature": "签名"}
LOOKS_ZH = {"photo": "看照片", "voice": "听录音", "signature": "看签名"}


def file_rows(request: Request) -> list[dict[str, Any]]:
    """What waits for the viewer's decision; nothing of a file is opened here."""
    shown = list(arriving_files.waiting_files(viewer=request.viewer, at=request.at)[:SHOWN])
    children = list(Child.objects.filter(id__in=[row.child_id for row in shown]))
    names = open_names(
        request, children=children, people=[row.device.person_id for row in shown], purpose="decide", route="arrivals"
    )
    titles = post_titles(row.device.post_id for row in shown)
    return [_row(request, row, names, titles) for row in shown]


def _row(request: Request, row: Blob, names: Names, titles: dict[UUID, str]) -> dict[str, Any]:
    entry = arriving_blobs.entry_of(row)
    return {
        "url": f"{LIST}files/{row.id}/", "child_url": f"/children/{row.child_id}/",
        "name": names.children.get(row.child_id, "") if row.child_id else "", "kind_zh": KINDS_ZH[row.kind],
        "look_zh": LOOKS_ZH[row.kind], "held_at": row.held_at,
        "form_zh": _form_zh(entry.form_id, request) if entry else "",
        "writer_zh": f"{titles.get(row.device.post_id, '')}　{names.person(row.device.person_id)}",
        "reads": arriving_files.may_look(row, viewer=request.viewer, at=request.at),
    }


def _form_zh(form_id: str, request: Request) -> str:
    try:
        return str(rules.resolve("forms", form_id, at=request.at).content["zh"])
    except rules.NotAdopted:
        return _("已停用的表")


@door("office.decide_arrivals")
def look(request: Request, file_id: UUID) -> HttpResponse:
    """The file itself; the look is written down."""
    try:
        kept, kind = arriving_files.opened(blob_id=file_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _back(request, refused)
    named = f'inline; filename="file.{content.ENDINGS[kind][0]}"'
    return HttpResponse(kept, content_type=kind, headers={"Content-Disposition": named})


@door("office.decide_arrivals", methods=("POST",))
def decide(request: Request, file_id: UUID) -> HttpResponse:
    """It is kept with its record or put aside."""
    decisions = {"keep": arriving_files.keep_file, "aside": arriving_files.put_file_aside}
    act = decisions.get(request.POST.get("decision", ""), arriving_files.refuse_unchosen)
    try:
        act(blob_id=file_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _back(request, refused)
    messages.success(request, _("已处理。"))
    return HttpResponseRedirect(LIST)


def _back(request: Request, refused: Refused) -> HttpResponse:
    for each in refused.problems:
        messages.warning(request, each.zh)
    return HttpResponseRedirect(LIST)


urlpatterns: list[URLPattern] = [
    path("arrivals/files/<uuid:file_id>/", look),
    path("arrivals/files/<uuid:file_id>/decide/", decide),
]
