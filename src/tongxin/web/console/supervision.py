"""Supervision: whose sessions nobody has looked at, and a supervision meeting written down with those it looked at."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import looking, supervised_hours, supervising
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.supervising import Waiting
from tongxin.groups.models import Supervision
from tongxin.groups.rules import groups_in
from tongxin.lib import ids
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import day_in, number_in
from tongxin.people.models import Child
from tongxin.web.console import progress
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.options import region_of_viewer, words_of
from tongxin.web.console.register_forms import told_problems
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

HOME = "/supervision/"
SHOWN = 60


@door("office.see_progress")
def supervision_page(request: Request) -> HttpResponse:
    """Posts with sessions that wait for supervision; of one of them the sessions, to be ticked off."""
    return _show(request, id_in(request.GET.get("post", "")))


def _show(
    request: Request, chosen: UUID | None, problems: Iterable[Problem] = (), status: int = 200
) -> HttpResponse:
    found = supervising.waiting(viewer=request.viewer, at=request.at)
    posts = supervising.by_post(found)
    titles, last = post_titles(posts), supervising.last_supervised(posts)
    on = request.at.astimezone(CHINA).date()
    may = access.may_do(viewer=request.viewer, action=supervising.SUPERVISE, at=request.at)
    rows = [{
        "id": post_id, "title": titles.get(post_id, ""), "many": len(rows), "last": last.get(post_id),
        "late": sum(each.is_late(on) for each in rows), "due_on": rows[0].due_on, "is_shown": post_id == chosen,
        "url": f"{HOME}?post={post_id}#sessions", "is_own": post_id in request.viewer.post_ids,
    } for post_id, rows in posts.items()]
    shown = posts.get(chosen, [])[:SHOWN] if chosen else []
    ways = groups_in(region=region_of_viewer(request), at=request.at).supervision_ways
    return show(request, "groups/supervision.html", {
        "rows": sorted(rows, key=lambda row: (-row["late"], row["due_on"])), "may_record": may and bool(shown),
        "chosen": chosen, "chosen_zh": titles.get(chosen, "") if chosen else "", "sessions": _sessions(request, shown),
        "ways": ways, "today": on.isoformat(), "sent": request.POST, "problems": told_problems(problems),
        "held": _held(request, chosen, ways) if chosen else [], "may_supervise": may, "meeting_id": ids.new_id(),
        "hours": _hours(request), "rule": groups_in(region=region_of_viewer(request), at=request.at).hours,
    }, status=status)


def _hours(request: Request) -> list[dict[str, Any]]:
    """Each counselling post with its hours of supervision, those that lack most first."""
    rows = supervised_hours.hours(request.viewer, at=request.at)
    names = open_names(
        request, people=[each.person_id for each in rows], purpose="supervision", route="supervision", part="staff"
    )
    return [
        {"row": each, "name": names.person(each.person_id), "left": max(each.wanted - each.minutes, 0),
         "is_own": each.post.id in request.viewer.post_ids, "on": str(each.post.id) in request.POST.getlist("posts")}
        for each in rows
    ]


def _sessions(request: Request, shown: list[Waiting]) -> list[dict[str, Any]]:
    children = Child.objects.in_bulk({each.entry.subject_id for each in shown})
    names = open_names(
        request, listed=children.values(), purpose=looking.OWN_TASK, route="supervision", part=supervising.PART
    )
    zh = words_of(request, "protocol", region=region_of_viewer(request))
    on = request.at.astimezone(CHINA).date()
    ticked = set(request.POST.getlist("entries"))
    return [{
        "id": each.entry.id, "name": names.children[each.entry.subject_id], "at": each.entry.occurred_at,
        "protocol": zh.get(each.protocol, ""), "due_on": each.due_on, "is_late": each.is_late(on),
        "url": f"/children/{each.entry.subject_id}/entries/{each.entry.id}/", "on": str(each.entry.id) in ticked,
    } for each in shown]


def _held(request: Request, post_id: UUID, ways: Mapping[str, str]) -> list[dict[str, Any]]:
    """The last supervision meetings of a post; their words only for whoever supervises, and the post itself."""
    is_mine = post_id in request.viewer.post_ids
    if not is_mine and not access.may_do(viewer=request.viewer, action=supervising.SUPERVISE, at=request.at):
        return []
    places = {seat.division_id for seat in request.viewer.seats}
    found = Supervision.objects.filter(post_id=post_id)
    rows = list((found if is_mine else found.filter(county_id__in=places)).order_by("-held_on", "-id")[:5])
    names = open_names(
        request, people=[row.supervisor_id for row in rows], more=[row.note for row in rows], purpose="supervision",
        route="supervision", part="staff",
    )
    return [
        {
            "held_on": row.held_on, "way": ways.get(row.way, ""), "by": names.person(row.supervisor_id),
            "note": note or "", "many": row.sessions.count(),
        }
        for row, note in zip(rows, names.more, strict=True)
    ]


@door("office.supervise", methods=("POST",))
def record_supervision(request: Request) -> HttpResponse:
    """A supervision meeting that was held."""
    sent = request.POST
    post_id = id_in(sent.get("post", ""))
    if post_id is None:
        raise Http404
    held_on = day_in(sent.get("held_on", ""))
    if held_on is None:
        return _show(request, post_id, [Problem("held_on", supervising.NO_DAY, True)], 422)
    try:
        supervising.record_supervision(
            post_id=post_id, entry_ids=[id for each in sent.getlist("entries") if (id := id_in(each))],
            held_on=held_on, way=sent.get("way", ""), note=sent.get("note", ""), actor=request.viewer, at=request.at,
            # What is no number is no length either.
            minutes=(number_in(sent["minutes"]) or 0) if sent.get("minutes", "").strip() else None,
        )
    except Refused as refused:
        return _show(request, post_id, refused.problems, 422)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("督导已登记。"))
    return HttpResponseRedirect(HOME)


@door("office.supervise", methods=("POST",))
def record_hours(request: Request) -> HttpResponse:
    """A supervision meeting of one or several posts that looked at no single session."""
    sent = request.POST
    try:
        supervised_hours.record_hours(
            meeting_id=id_for(sent.get("meeting", "")), held_on=day_in(sent.get("held_on", "")),
            posts=[id for each in sent.getlist("posts") if (id := id_in(each))], way=sent.get("way", ""),
            minutes=number_in(sent.get("minutes", "")), note=sent.get("note", ""), actor=request.viewer, at=request.at,
        )
    except Refused as refused:
        return _show(request, None, refused.problems, 422)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("督导已登记。"))
    return HttpResponseRedirect(HOME)


urlpatterns: list[URLPattern] = [
    path("supervision/hours/", record_hours),
    path("progress/", progress.progress),
    path("supervision/", supervision_page),
    path("supervision/record/", record_supervision),
]
