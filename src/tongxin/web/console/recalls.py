"""What a post has sent out and has to ask back: by number, until when, and what the other side did."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.core.pathway import CHINA
from tongxin.flows import recalls
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.web.console.names import post_titles
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

HOME = "/recalls/"
SHOWN = 100


@door("work")
def recalls_page(request: Request) -> HttpResponse:
    """What the viewer's posts still have to ask back, and what was passed up to them, the first due first."""
    today = request.at.astimezone(CHINA).date()
    rows = list(recalls.open_of(viewer=request.viewer).select_related("export")[:SHOWN])
    bodies = recalls.bodies(rows)
    titles = post_titles(row.post_id for row in rows)
    return show(request, "exports/recalls.html", {"recalls": [
        {
            "row": row, "body": bodies.get(row.organisation_id or 0, ""), "is_late": row.due_on < today,
            "from_zh": "" if row.post_id in request.viewer.post_ids else titles.get(row.post_id, ""),
            "is_mine": row.export is not None and row.export.person_id == request.viewer.person_id,
            "outcomes": recalls.rules_for(row, at=request.at).recall_outcomes.items(),
        }
        for row in rows
    ]})


@door("work", methods=("POST",))
def answer(request: Request, recall_id: UUID) -> HttpResponse:
    """What the other side did with what was asked back."""
    try:
        recalls.answer(
            recall_id=recall_id, outcome=request.POST.get("outcome", ""), words=request.POST.get("words", ""),
            actor=request.viewer, at=request.at,
        )
        messages.success(request, _("已登记对方怎样处理的。"))
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, "".join(each.zh for each in refused.problems))
    return HttpResponseRedirect(HOME)


urlpatterns: list[URLPattern] = [path("recalls/", recalls_page), path("recalls/<uuid:recall_id>/", answer)]
