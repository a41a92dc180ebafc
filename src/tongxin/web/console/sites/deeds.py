"""What is done on a site's page: closing, rooms and services, inspections, mending, photos."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.core.forms import Problem
from tongxin.documents import content
from tongxin.documents.faults import NotTaken
from tongxin.documents.kinds import attachments_in
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sites import inspecting, keeping, reach
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import day_in
from tongxin.places.models import Finding
from tongxin.rulebook import rules
from tongxin.web.console.register_forms import given_in
from tongxin.web.console.sites.page import page
from tongxin.web.doors import Request, door, id_for

NO_DAY = "没有保存：请写从哪天到哪天。"
NO_FILE = "没有保存：请先选一张照片。"


def _acted(request: Request, site_id: UUID, act: Callable[[], object], done: str, where: str = "") -> HttpResponse:
    try:
        site = reach.site_for(site_id=site_id, viewer=request.viewer, at=request.at)
        act()
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return page(request, site, refused.problems, given=given_in(request), status=422)
    messages.success(request, done)
    return HttpResponseRedirect(f"/places/{site_id}/{where}")


@door("office.keep_places", methods=("POST",))
def close(request: Request, site_id: UUID) -> HttpResponse:
    """Days on which nobody is served."""
    def act() -> None:
        first, last = (day_in(request.POST.get(name, "")) for name in ("first_day", "last_day"))
        if first is None or last is None:
            raise Refused([Problem("first_day", NO_DAY, True)])
        keeping.close(
            site_id=site_id, first_day=first, last_day=last, reason=request.POST.get("reason", ""),
            actor=request.viewer, at=request.at,
        )
    return _acted(request, site_id, act, _("已登记关闭。这些天找附近的地方时不会出现。"), "#closures")


@door("office.keep_places", methods=("POST",))
def open_again(request: Request, site_id: UUID, closure_id: int) -> HttpResponse:
    """A closure doesn't hold any more."""
    return _acted(request, site_id, lambda: keeping.open_again(
        site_id=site_id, closure_id=closure_id, actor=request.viewer, at=request.at
    ), _("已提前开放。"), "#closures")


@door("office.keep_places", methods=("POST",))
def link(request: Request, site_id: UUID, what: str) -> HttpResponse:
    """A room or a service belongs to the site."""
    return _acted(request, site_id, lambda: keeping.link(
        site_id=site_id, what=_known(what), other_id=id_in(request.POST.get(what, "")), actor=request.viewer,
        at=request.at,
    ), _("已加上。"), f"#{what}s")


@door("office.keep_places", methods=("POST",))
def unlink(request: Request, site_id: UUID, what: str, link_id: int) -> HttpResponse:
    """It belongs to the site no more."""
    return _acted(request, site_id, lambda: keeping.unlink(
        site_id=site_id, what=_known(what), link_id=link_id, actor=request.viewer, at=request.at
    ), _("已去掉。"), f"#{what}s")


def _known(what: str) -> str:
    if what not in ("room", "service"):
        raise Http404
    return what


@door("office.keep_places", methods=("POST",))
def inspect(request: Request, site_id: UUID) -> HttpResponse:
    """Somebody looked at the site."""
    return _acted(request, site_id, lambda: inspecting.inspect(
        site_id=site_id, inspection_id=id_for(request.POST.get("inspection", "")), given=given_in(request),
        actor=request.viewer, at=request.at,
    ), _("已记下检查。查出的问题各有期限，逾期会上报。"), "#findings")


@door("office.keep_places", methods=("POST",))
def mend(request: Request, finding_id: UUID) -> HttpResponse:
    """Something found is in order again."""
    site_id = Finding.objects.filter(id=finding_id).values_list("site_id", flat=True).first()
    if site_id is None:
        raise Http404
    return _acted(request, site_id, lambda: inspecting.mend(
        finding_id=finding_id, mended_on=request.POST.get("mended_on", ""), actor=request.viewer, at=request.at
    ), _("已记下改好。"), "#findings")


@door("office.keep_places", methods=("POST",))
def add_photo(request: Request, site_id: UUID) -> HttpResponse:
    """A picture without anybody in it."""
    def act() -> None:
        sent = request.FILES.get("photo")
        if not isinstance(sent, UploadedFile):
            raise Refused([Problem("photo", NO_FILE, True)])
        seat = request.viewer.seat
        limits = attachments_in(region=rules.region_of(seat.division_id) if seat else "", at=request.at).limits
        try:
            taken = content.examine(sent.read(), name=sent.name or "", limits=limits)
        except NotTaken as gone:
            raise Refused([Problem("photo", gone.zh, False)]) from None
        inspecting.show_picture(
            site_id=site_id, subject=request.POST.get("subject", ""), content=taken, actor=request.viewer,
            at=request.at, is_empty_of_children=request.POST.get("empty") == "yes",
        )
    return _acted(request, site_id, act, _("已保存照片，拍摄地点等信息已去掉。"), "#photos")
