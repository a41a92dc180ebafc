"""Other installations: our card and theirs, files that came from them, files that went, receipts."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Case, When
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from tongxin.accounts.models import Division
from tongxin.flows import file_receipts, file_sending, file_taking, peers, rolling_up
from tongxin.flows.file_taking import Accepting
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.instances import keys, letters
from tongxin.instances.models import Arrival, Peer, Sending
from tongxin.instances.rules import rules_in
from tongxin.lib.faults import Fault
from tongxin.lib.ids import id_in
from tongxin.rulebook import rules
from tongxin.web.console import child_moves
from tongxin.web.console.chips import scheme_chips
from tongxin.web.console.options import county_of_viewer, pathway_shown, words_of
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show
from tongxin.web.paging import paged

FIGURES = "office.send_figures|take_figures"
OPEN, MOVE, KEEP = "office.move_files|keep_peers", "office.move_files", "office.keep_peers"
HERE = "/moves/"
JSON = "application/json"


@door(OPEN)
def moves(request: Request) -> HttpResponse:
    """Everything about other installations on one page: what waits comes first."""
    return _page(request)


def _page(request: Request, problem: str = "", status: int = 200) -> HttpResponse:
    county = county_of_viewer(request) or 0
    may_move = may_do_any(request, file_taking.ACTION)
    waits = Case(When(state=Arrival.WAITING, then=0), default=1)
    came = Arrival.objects.filter(county_id=county).select_related("peer").annotate(is_over=waits)
    arrivals, arrivals_pager = paged(request, came.order_by("is_over", "-received_at", "id"), unit="份")
    sent, sendings_pager = paged(request, file_receipts.sent_from(county), name="sent", unit="份")
    known = Peer.objects.order_by("-added_at")
    return show(request, "moves/list.html", {
        "problem": problem, "may_move": may_move, "may_keep": may_do_any(request, peers.ACTION),
        "arrivals_pager": arrivals_pager, "sendings_pager": sendings_pager,
        "own": _own_card(request), "me": request.viewer.person_id,
        "arrivals": [{"row": each, "state": each.get_state_display()} for each in arrivals] if may_move else [],
        "sendings": [
            {"row": each, "state": each.get_state_display()} for each in sent
        ] if may_move else [],
        "peers": [{"row": each, "fingerprint": peers.fingerprint(each)} for each in known],
    }, status=status)


def _own_card(request: Request) -> keys.Card:
    place = Division.objects.filter(id=county_of_viewer(request) or 0).first()
    return keys.own_card(name=place.name if place else "", region=place.code[:6] if place else "000000")


@door(OPEN)
def card(request: Request) -> HttpResponse:
    """What others add us by."""
    disposition = {"Content-Disposition": 'attachment; filename="tongxin-card.json"'}
    return HttpResponse(keys.written(_own_card(request)), content_type=JSON, headers=disposition)


@door(KEEP, methods=("POST",))
def add_peer(request: Request) -> HttpResponse:
    """Another installation, by the card that it sent."""
    content = _uploaded(request)
    if content is None:
        return _page(request, _("请先选择对方发来的名片文件，再点“登记”。"), 422)
    try:
        peers.add(content=content, actor=request.viewer, at=request.at)
    except (Refused, Fault) as refused:
        return _page(request, refused.zh, 422)
    messages.success(request, _("已登记。请另一位同事打电话与对方核对指纹。"))
    return HttpResponseRedirect(HERE)


@door(KEEP, methods=("POST",))
def peer(request: Request, peer_id: UUID) -> HttpResponse:
    """The word of the second person, or the end of it."""
    deeds = {"confirm": peers.confirm, "revoke": peers.revoke}
    deed = deeds.get(request.POST.get("deed", ""))
    if deed is None:
        return _page(request, _("请选择核对一致还是停用，没有保存。"), 422)
    try:
        deed(peer_id=peer_id, actor=request.viewer, at=request.at)
    except Refused as refused:
        return _page(request, refused.zh, 422)
    return HttpResponseRedirect(HERE)


@door(MOVE, methods=("POST",))
def bring(request: Request) -> HttpResponse:
    """A file or a receipt that somebody carried here; which of them it is stands in it."""
    content = _uploaded(request)
    if content is None:
        return _page(request, _("请先选择对方发来的文件，再点“收下”。"), 422)
    try:
        if letters.is_figures(content):
            rolling_up.take(content=content, actor=request.viewer, at=request.at)
            return HttpResponseRedirect(f"{HERE}figures/")
        if letters.is_sealed(content):
            found = file_taking.receive(content=content, actor=request.viewer, at=request.at)
            return HttpResponseRedirect(f"{HERE}arrivals/{found.id}/")
        sending = file_sending.take_receipt(content=content, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except (Refused, Fault) as refused:
        return _page(request, refused.zh, 422)
    if file_sending.still_answers(sending.child_id, at=request.at):
        messages.warning(request, file_sending.IN_DANGER)
    if sending.state == Sending.WAITING:
        messages.warning(request, file_sending.LATE.format(count=sending.entries))
    return HttpResponseRedirect(f"/children/{sending.child_id}/moves/")


@door(MOVE, methods=("GET", "POST"))
def arrival(request: Request, arrival_id: UUID) -> HttpResponse:
    """A file that came: its summary, and the decision."""
    here = Arrival.objects.filter(county_id=county_of_viewer(request) or 0)
    found = here.select_related("peer").filter(id=arrival_id).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        return _decide(request, found)
    return _arrival(request, found)


def _arrival(request: Request, found: Arrival, problem: str = "", status: int = 200) -> HttpResponse:
    waits, said = found.state == Arrival.WAITING, dict[str, Any]()
    try:
        said = dict(file_taking.summary_of(found)) if waits else {}
    except Fault as fault:
        problem = problem or fault.zh
    region = rules.region_of(found.county_id)
    chips = scheme_chips(region=region, at=request.at)
    stages = pathway_shown(request).content["stages"]
    return show(request, "moves/arrival.html", {
        "arrival": found, "state": found.get_state_display(), "waits": waits, "said": said, "problem": problem,
        "sex": words_of(request, "sex").get(str(said.get("sex")), ""), "level": chips.get(str(said.get("level"))),
        "stage": stages.get(str(said.get("stage")), ""), "today": request.at.astimezone().date().isoformat(),
        "reasons": rules_in(region=region, at=request.at).returned, "given": request.POST,
        "answer_by": file_taking.answer_by(found, at=request.at),
    }, status=status)


def _decide(request: Request, found: Arrival) -> HttpResponse:
    try:
        if request.POST.get("outcome") == "returned":
            file_taking.give_back(
                arrival_id=found.id, reason=request.POST.get("reason", ""), actor=request.viewer, at=request.at
            )
            return HttpResponseRedirect(f"{HERE}arrivals/{found.id}/")
        child = file_taking.accept(arrival_id=found.id, given=_given(request), actor=request.viewer, at=request.at)
    except (Refused, Fault) as refused:
        return _arrival(request, found, refused.zh, 422)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已接收。请下载回执交给对方，再到档案里改居住地址、分派岗位。"))
    return HttpResponseRedirect(f"/children/{child.id}/moves/")


def _given(request: Request) -> Accepting:
    try:
        arrived = date.fromisoformat(request.POST.get("arrived_on", ""))
    except ValueError:
        raise Refused.because(_("请填写孩子到达的日期，没有接收。")) from None
    seen, signature = request.POST.get("seen_in_person", ""), request.POST.get("signature", "").strip()
    if seen not in {"yes", "no"} or not signature:
        raise Refused.because(_("请选择是否当面见到孩子，并签名，没有接收。"))
    return Accepting(
        arrived_on=arrived.isoformat(), seen_in_person=seen == "yes", signature=signature[:60],
        first_needs=request.POST.get("first_needs", "").strip()[:2000],
    )


@door(MOVE)
def receipt(request: Request, arrival_id: UUID) -> HttpResponse:
    """The signed answer, to be carried back."""
    found = Arrival.objects.filter(id=arrival_id, county_id=county_of_viewer(request) or 0).exclude(receipt="").first()
    if found is None:
        raise Http404
    disposition = {"Content-Disposition": f'attachment; filename="receipt-{found.id.hex[:8]}.json"'}
    return HttpResponse(found.receipt.encode(), content_type=JSON, headers=disposition)


@door(FIGURES, methods=("GET", "POST"))
def figures(request: Request) -> HttpResponse:
    """The figures of lower installations by place, silent ones named; and ours, signed for the upper one."""
    if request.method == "POST":
        found = Peer.objects.filter(id__in=[id_in(request.POST.get("peer", ""))]).first()
        if not may_do_any(request, rolling_up.SEND):
            raise Http404
        if found is None:
            messages.error(request, _("请先选择报给哪个系统，没有制作。"))
            return HttpResponseRedirect(f"{HERE}figures/")
        try:
            content = rolling_up.make(peer=found, actor=request.viewer, at=request.at)
        except (Refused, NotAllowed):
            raise Http404 from None
        disposition = {"Content-Disposition": f'attachment; filename="figures-{request.at:%Y%m%d}.json"'}
        return HttpResponse(content, content_type=JSON, headers=disposition)
    return show(request, "moves/figures.html", {
        "places": rolling_up.places(at=request.at), "may_send": may_do_any(request, rolling_up.SEND),
        "may_take": may_do_any(request, rolling_up.TAKE),
        "peers": [each for each in Peer.objects.order_by("name") if each.is_trusted],
    })


@door(FIGURES, methods=("POST",))
def bring_figures(request: Request) -> HttpResponse:
    """A letter of figures, for whoever takes no files."""
    content = _uploaded(request)
    if not may_do_any(request, rolling_up.TAKE):
        raise Http404
    if content is None:
        messages.error(request, _("请先选择对方发来的汇总文件，没有收下。"))
        return HttpResponseRedirect(f"{HERE}figures/")
    try:
        rolling_up.take(content=content, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except (Refused, Fault) as refused:
        messages.error(request, refused.zh)
    return HttpResponseRedirect(f"{HERE}figures/")


def _uploaded(request: Request) -> bytes | None:
    file = request.FILES.get("file")
    return file.read() if isinstance(file, UploadedFile) else None


urlpatterns = [
    path("moves/", moves),
    path("moves/card/", card),
    path("moves/peers/", add_peer),
    path("moves/peers/<uuid:peer_id>/", peer),
    path("moves/bring/", bring),
    path("moves/figures/", figures),
    path("moves/figures/bring/", bring_figures),
    path("moves/arrivals/<uuid:arrival_id>/", arrival),
    path("moves/arrivals/<uuid:arrival_id>/receipt/", receipt),
    path("moves/sendings/<uuid:sending_id>/", child_moves.download),
    path("children/<uuid:child_id>/moves/", child_moves.child_page),
]
