"""Two files of one child: named by number, laid side by side, joined with a choice per field, parted again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from tongxin import linkage
from tongxin.access import selectors as access
from tongxin.comparisons.models import Joining
from tongxin.comparisons.rules import rules_at
from tongxin.flows import joining
from tongxin.flows.comparing_files import in_words
from tongxin.flows.comparing_judging import of_file
from tongxin.flows.joining import Pair
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.console.comparisons_review import FIELDS, shown_word
from tongxin.web.console.names import open_names
from tongxin.web.doors import Request, child_for, door
from tongxin.web.pages import show

LONGEST = 20
UNNAMED = "hard.unnamed"
DONE = {
    Joining.STANDING: "已登记为同一名儿童。两份档案都保留，随时可以撤销。",
    Joining.PROPOSED: "已提出，等另一位有权的同事确认。",
}


@door("office.settle_comparisons", methods=("GET", "POST"))
def find_other(request: Request, child_id: UUID) -> HttpResponse:
    """What is known of other files of this child, and the place to name another by its number."""
    child = child_for(request, child_id, part="identity")
    if not access.may(
        viewer=request.viewer, child_id=child.id, part="", action=f"record.{joining.FORM}", at=request.at
    ):
        raise Http404
    number, problem = request.POST.get("file_no", "").strip().upper()[:LONGEST], ""
    if request.method == "POST":
        others = Child.objects.filter(file_no=number).exclude(id=child.id)
        found = access.visible(others, viewer=request.viewer, part="identity", at=request.at).first()
        if found is not None:
            return HttpResponseRedirect(f"/children/{child.id}/same/{found.id}/")
        problem = _("没有找到这个档案编号，请核对后重填。")
    rows = list(Joining.objects.filter(kept_id=child.id) | Joining.objects.filter(other_id=child.id))
    ids = {each for row in rows for each in (row.kept_id, row.other_id)} - {child.id}
    seen = list(access.visible(Child.objects.filter(id__in=ids), viewer=request.viewer, part="identity", at=request.at))
    names = open_names(request, children=[child, *seen], purpose=joining.PURPOSE, route="same")
    return show(request, "comparisons/find_other.html", {
        "child": child, "name": names.children[child.id], "number": number, "problem": problem,
        "known": [{"id": each.id, "name": names.children[each.id], "file_no": each.file_no} for each in seen],
    }, status=422 if problem else 200)


@door("office.settle_comparisons", methods=("GET", "POST"))
def pair(request: Request, child_id: UUID, other_id: UUID) -> HttpResponse:
    """Both files side by side: joined, confirmed, declined, parted, or said to be two children."""
    try:
        found = joining.pair_for(kept_id=child_id, other_id=other_id, viewer=request.viewer, at=request.at)
        if request.method == "POST":
            return _act(request, found)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _shown(request, found, problem=refused.zh)
    except Held as held:
        return _shown(request, found, problem=held.zh)
    return _shown(request, found)


def _act(request: Request, found: Pair) -> HttpResponse:
    deed, actor, at = request.POST.get("deed", ""), request.viewer, request.at
    here = f"/children/{found.kept.id}/same/{found.other.id}/"
    stands = joining.joining_of(found.kept.id, found.other.id)
    if deed == "join":
        taken = [name for name in FIELDS if request.POST.get(name) == "other"]
        made = joining.propose(kept_id=found.kept.id, other_id=found.other.id, taken=taken, actor=actor, at=at)
        messages.success(request, DONE.get(made.state, ""))
    elif deed == "apart":
        joining.keep_apart(one_id=found.kept.id, other_id=found.other.id, actor=actor, at=at)
        messages.success(request, _("已记下：是两名儿童，以后不再问。"))
        here = f"/children/{found.kept.id}/"
    elif deed == "ask_again":
        joining.ask_again(
            one_id=found.kept.id, other_id=found.other.id, reason=request.POST.get("why", ""), actor=actor, at=at
        )
        messages.success(request, _("已撤销。可以重新核对这两份档案。"))
    elif stands is None or deed not in {"confirm", "decline", "undo"}:
        raise Refused.because(joining.OVER)
    elif deed == "confirm":
        joining.confirm(joining_id=stands.id, actor=actor, at=at)
        messages.success(request, DONE[Joining.STANDING])
    elif deed == "decline":
        joining.decline(joining_id=stands.id, actor=actor, at=at)
        messages.success(request, _("没有合为一人。两份档案都没有改动。"))
    else:
        joining.undo(joining_id=stands.id, actor=actor, at=at)
        messages.success(request, _("已撤销。两份档案恢复原样，合为一人的登记留有痕迹。"))
    return HttpResponseRedirect(here)


def _shown(request: Request, found: Pair, problem: str = "") -> HttpResponse:
    viewer, at = request.viewer, request.at
    stands = joining.joining_of(found.kept.id, found.other.id)
    if stands is not None and stands.kept_id != found.kept.id:
        found = Pair(found.other, found.kept)
    left, right = joining.words_of([found.kept, found.other], viewer=viewer, at=at)
    said = joining.against(found, viewer=viewer, at=at) if stands is None else []
    sides = [of_file(each) for each in in_words([found.kept, found.other], viewer=viewer, at=at, route="same")]
    explained = linkage.compare_two(sides[0], sides[1])
    choices = rules_at(at, region=rules.region_of(found.kept.county_id)).choices
    apart = joining.apart_between(found.kept.id, found.other.id)
    is_unnamed = any(each.code == UNNAMED for each in explained.reasons)
    return show(request, "comparisons/pair.html", {
        "is_unnamed": is_unnamed and stands is None,
        "kept": found.kept, "other": found.other, "name": left["name"] or "（姓名待补）", "problem": problem,
        "lines": [_line(name, left, right, stands) for name in choices], "against": said, "apart": apart,
        "stands": stands, "is_standing": bool(stands and stands.state == Joining.STANDING),
        "is_own": bool(stands and stands.proposed_by == viewer.person_id),
        "asks_two": joining.asks_two(found, at=at), "reasons": [each.zh for each in explained.reasons],
        "is_likely": explained.verdict in {"same", "probable"} and not is_unnamed,
    }, status=422 if problem else 200)


def _line(name: str, left: dict[str, Any], right: dict[str, Any], stands: Joining | None) -> dict[str, Any]:
    mine, theirs = (shown_word(name, each[name]) for each in (left, right))
    is_taken = name in stands.taken if stands else not mine and bool(theirs)
    return {
        "name": name, "zh": FIELDS.get(name, name), "left": mine, "right": theirs, "differs": mine != theirs,
        "is_taken": is_taken, "may_take": bool(theirs),
    }


urlpatterns = [
    path("children/<uuid:child_id>/same/", find_other),
    path("children/<uuid:child_id>/same/<uuid:other_id>/", pair),
]
