"""One child's file on its way to another installation: made here, carried, answered."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.flows import file_sending
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.instances.models import Arrival, Peer, Sending
from tongxin.lib.faults import Fault
from tongxin.lib.ids import id_in
from tongxin.people.models import Child
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

MOVE = "office.move_files"


def _child(request: Request, child_id: UUID) -> Child:
    if not access.may(viewer=request.viewer, child_id=child_id, part="care", at=request.at):
        raise Http404
    return Child.objects.get(id=child_id)


@door(MOVE, methods=("GET", "POST"))
def child_page(request: Request, child_id: UUID) -> HttpResponse:
    """What was made of this file for others and what they answered; and the place to make it."""
    child = _child(request, child_id)
    if request.method == "POST":
        return _make(request, child)
    return _page(request, child)


def _page(request: Request, child: Child, problem: str = "", status: int = 200) -> HttpResponse:
    state = state_of(child, facts=facts_of(child.id)[0], at=request.at)
    names = open_names(request, purpose="file", route="moves", children=[child])
    return show(request, "moves/child.html", {
        "child": child, "name": names.children[child.id], "problem": problem,
        "is_leaving": bool(state.names()["transfer_open"]),
        "sendings": [
            {"row": each, "state": each.get_state_display()} for each in file_sending.waiting_for(child.id)
        ],
        "arrivals": Arrival.objects.filter(child_id=child.id, state=Arrival.ACCEPTED).select_related("peer"),
        "peers": [each for each in Peer.objects.order_by("name") if each.is_trusted],
    }, status=status)


def _make(request: Request, child: Child) -> HttpResponse:
    peer_id = id_in(request.POST.get("peer", ""))
    if peer_id is None:
        return _page(request, child, _("请选择交给哪个外地系统，没有制作。"), 422)
    try:
        file_sending.make(child_id=child.id, peer_id=peer_id, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except (Refused, Fault) as refused:
        return _page(request, child, refused.zh, 422)
    messages.success(request, _("已制作。请下载，交给对方；对方接收以前，仍由这里负责。"))
    return HttpResponseRedirect(f"/children/{child.id}/moves/")


@door(MOVE)
def download(request: Request, sending_id: UUID) -> HttpResponse:
    """The sealed file; only the other installation can open it."""
    found = Sending.objects.filter(id=sending_id).first()
    # Answered, replaced or ended: what is sealed for the other side isn't kept any longer than it is needed.
    if found is None or not found.content:
        raise Http404
    if not access.may(viewer=request.viewer, child_id=found.child_id, part="care", at=request.at):
        raise Http404
    disposition = {"Content-Disposition": f'attachment; filename="file-{found.id.hex[:8]}.json"'}
    return HttpResponse(bytes(found.content), content_type="application/json", headers=disposition)
