"""Children missing from lists, ticked one by one and settled together with one reason."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.comparisons.rules import rules_at
from tongxin.flows import comparing, comparing_review, comparing_together
from tongxin.flows.comparing_answers import DECISIONS
from tongxin.flows.refusals import Refused
from tongxin.people.models import Child
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request, door
from tongxin.web.pages import show


@door("office.settle_comparisons", methods=("GET", "POST"))
def missing(request: Request) -> HttpResponse:
    """The rows that may be settled together, each to be ticked, with one cause and how it was found out."""
    problem = ""
    if request.method == "POST":
        try:
            return _settle(request)
        except Refused as refused:
            problem = refused.zh
    found = comparing_together.open_to(viewer=request.viewer, at=request.at)
    total, rows = found.count(), list(found[: rules_at(request.at).together_most])
    children = Child.objects.in_bulk([each.child_id for each in rows if each.child_id])
    ticked = set(request.POST.getlist("answer"))
    named = [(each, children[each.child_id]) for each in rows if each.child_id in children]
    names = open_names(
        request, listed=list(children.values()), purpose=comparing.PURPOSE, route="comparisons/review"
    )
    return show(request, "comparisons/missing.html", {
        "problem": problem, "total": total, "shown": len(rows), "chosen": request.POST.get("decision", ""),
        "why": request.POST.get("why", ""),
        "rows": [
            {
                "id": each.id, "name": names.children[child.id], "is_ticked": str(each.id) in ticked,
                "file_no": child.file_no,
                "kind": comparing.kind_of(each.comparison, at=request.at).zh, "due": each.due_at,
            }
            for each, child in named
        ],
        "causes": [(code, DECISIONS[code]) for code in comparing_review.WHY_MISSING],
    }, status=422 if problem else 200)


def _settle(request: Request) -> HttpResponse:
    try:
        answers = [UUID(each) for each in request.POST.getlist("answer")]
    except ValueError:
        raise Refused.because(comparing_together.CHANGED) from None
    count = comparing_together.settle(
        answers=answers, decision=request.POST.get("decision", ""), reason=request.POST.get("why", ""),
        actor=request.viewer, at=request.at,
    )
    messages.success(request, _("已一起处理 %(count)s 行，每一行都记下了原因。") % {"count": count})
    return HttpResponseRedirect("/comparisons/review/missing/")
