"""Two files that look like one child's: the county's files compared among themselves, each pair a question."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from tongxin.comparisons.models import Alike
from tongxin.flows import comparing, comparing_alike
from tongxin.flows.refusals import NotAllowed
from tongxin.people.models import Child
from tongxin.web import words
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 50


@door("office.settle_comparisons", methods=("GET", "POST"))
def alike(request: Request) -> HttpResponse:
    """The open questions, each leading to both files side by side; and the files compared anew."""
    try:
        county = comparing_alike.county_for(request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    if request.method == "POST":
        count = comparing_alike.find(county=county, actor=request.viewer, at=request.at)
        messages.success(request, _("已比对一遍，有 %(count)s 对要核对。") % {"count": count})
        return HttpResponseRedirect("/comparisons/alike/")
    found = comparing_alike.questions(county=county, viewer=request.viewer, at=request.at)
    rows = found[:SHOWN]
    children = Child.objects.in_bulk([child for each in rows for child in (each.one_id, each.other_id)])
    names = open_names(
        request, listed=list(children.values()), purpose=comparing.PURPOSE, route="comparisons/alike"
    )
    titles = post_titles([each.owner_post_id for each in rows])
    last = Alike.objects.filter(county_id=county.id).order_by("-found_at").values_list("found_at", flat=True).first()
    return show(request, "comparisons/alike.html", {
        "total": len(found), "shown": len(rows), "last": last,
        "rows": [
            {
                "one": children[each.one_id], "other": children[each.other_id], "is_contrary": each.is_contrary,
                "due": words.due_zh(each.due_at, at=request.at) if each.due_at else "", "climbed": each.climbed,
                "late": words.late_zh(each.due_at, at=request.at) if each.due_at else "",
                "owner": titles.get(each.owner_post_id, "") if each.owner_post_id else "",
                "one_name": names.children[each.one_id], "other_name": names.children[each.other_id],
            }
            for each in rows if each.one_id in children and each.other_id in children
        ],
    })
