"""Visits asked about again: this week's draw, one of them with what to ask, and what whoever visited may read."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.access import selectors as access
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import rechecks
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.lib.ids import id_in
from tongxin.people.models import Carer, Child
from tongxin.rechecks.models import Check, Draw, Said
from tongxin.rechecks.rules import RecheckRules
from tongxin.web.console.names import open_names, post_titles
from tongxin.web.console.register_forms import drawn, given_in, shown, told_problems
from tongxin.web.doors import Request, door
from tongxin.web.pages import show
from tongxin.web.paging import paged

HOME, ROUTE, PURPOSE, PART, TOLD = "/rechecks/", "rechecks", "rechecks", "roster", "told"
NOTES = "notes"


@door("office.recheck")
def recheck_list(request: Request) -> HttpResponse:
    """What waits to be asked, this week's draw, and what came of the others."""
    return _list(request)


def _list(request: Request, problems: Iterable[Problem] = (), status: int = 200) -> HttpResponse:
    rules, is_done = rechecks.rules_for(request.viewer, at=request.at), request.GET.get("done") == "yes"
    every = rechecks.seen_by(request.viewer, at=request.at).select_related("visitor_post", "draw")
    rows, pager = paged(
        request, every.filter(settled_at__isnull=not is_done).order_by("due_on", "number", "id"), size=30, unit="份"
    )
    since = every.filter(settled_at__gt=request.at - rules.back).order_by()
    counts = dict(since.values_list("result").annotate(many=Count("id")))
    own = rechecks.drawn_this_week(request.viewer, at=request.at)
    return show(request, "rechecks/list.html", {
        "rows": _lines(request, rows, rules), "pager": pager, "rules": rules, "is_done": is_done, "own": own,
        "draws": _draws(request), "problems": told_problems(problems),
        "counts": [{"zh": zh, "n": counts.get(id, 0)} for id, zh in rules.results.items()],
    }, status=status)


def _draws(request: Request) -> list[dict[str, Any]]:
    """The newest draws of the viewer's own post, each drawn again."""
    rows = Draw.objects.filter(post_id__in=request.viewer.post_ids[:1]).order_by("-week")[:8]
    names = open_names(request, people=[each.person_id for each in rows], purpose=PURPOSE, route=ROUTE, part="staff")
    return [
        {
            "row": each, "of": len(each.pool), "agrees": rechecks.agrees(each),
            "by": names.person(each.person_id) if each.person_id else _("系统，每周一"),
        }
        for each in rows
    ]


def _lines(request: Request, rows: list[Check], rules: RecheckRules) -> list[dict[str, Any]]:
    children = Child.objects.in_bulk({each.child_id for each in rows})
    names = open_names(request, listed=children.values(), purpose=PURPOSE, route=ROUTE)
    today, titles = request.at.astimezone(CHINA).date(), post_titles([each.owner_post_id for each in rows])
    return [
        {
            "row": each, "name": names.children.get(each.child_id, ""), "url": f"{HOME}{each.id}/",
            "owner": titles.get(each.owner_post_id, "") if each.owner_post_id else "",
            "result": rules.results.get(each.result, ""), "is_late": not each.settled_at and each.due_on < today,
        }
        for each in rows
    ]


@door("office.recheck", methods=("POST",))
def draw(request: Request) -> HttpResponse:
    """This week's visits to be asked about."""
    try:
        row = rechecks.draw_week(actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _list(request, refused.problems, status=422)
    messages.success(request, _("这一周抽到 {n} 份。").format(n=row.checks.count()))
    return HttpResponseRedirect(HOME)


@door("office.recheck")
def recheck_page(request: Request, check_id: UUID) -> HttpResponse:
    """One visit that came up: what to ask, what was said."""
    return _page(request, check_id)


def _page(
    request: Request, check_id: UUID, given: Mapping[str, list[str]] | None = None, problems: Iterable[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    row = rechecks.seen_by(request.viewer, at=request.at).filter(id=check_id).select_related("visitor_post").first()
    if row is None:
        raise Http404
    rules, wrong = rechecks.rules_for(request.viewer, at=request.at), list(problems)
    child = Child.objects.get(id=row.child_id)
    concern = Carer.objects.filter(child_id=child.id, is_concern=True, to_on__isnull=True).exists()
    return show(request, "rechecks/check.html", {
        "row": row, "rules": rules, "problems": told_problems(wrong), "child": child,
        "name": open_names(request, children=[child], purpose=PURPOSE, route=ROUTE).children.get(child.id, ""),
        "said": _said(request, list(row.said.order_by("-at")), rules), "said_id": ids.new_id(), "concern": concern,
        "fields": drawn(rules.fields, given or {}, wrong), "result": rules.results.get(row.result, ""),
    }, status=status)


def _said(request: Request, rows: list[Said], rules: RecheckRules) -> list[dict[str, Any]]:
    names = open_names(
        request, people=[each.person_id for each in rows], purpose=PURPOSE, route=ROUTE, part=PART,
        more=[words for each in rows for words in (each.notes, each.told)],
    )
    pairs = zip(names.more[::2], names.more[1::2], strict=True)
    return [
        {"row": each, "by": names.person(each.person_id), "lines": shown(
            [field for field in rules.fields if field.id != "result"], each.clear,
            {NOTES: notes or "", TOLD: told or ""},
        ), "result": rules.results.get(each.result, "")}
        for each, (notes, told) in zip(rows, pairs, strict=True)
    ]


@door("office.recheck", methods=("POST",))
def say(request: Request, check_id: UUID) -> HttpResponse:
    """What the family said."""
    given, said_id = given_in(request), id_in(request.POST.get("said", ""))
    if said_id is None:
        return _page(request, check_id, given, [Problem("", _("没有保存：请回到这一页重新填。"), True)], 422)
    try:
        rechecks.say(check_id=check_id, said_id=said_id, given=given, actor=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        return _page(request, check_id, given, refused.problems, status=422)
    messages.success(request, _("已记下。走访的人会看到结果和您对他说的话。"))
    return HttpResponseRedirect(HOME)


@door("work")
def mine(request: Request) -> HttpResponse:
    """What was asked about the viewer's own visits, with what was said to them; never who said what."""
    rules = rechecks.rules_for(request.viewer, at=request.at)
    rows, pager = paged(request, rechecks.of_mine(request.viewer), size=30, unit="份")
    newest = {each.recheck_id: each for each in Said.objects.filter(recheck__in=rows).order_by("at")}
    seen = access.visible(
        Child.objects.filter(id__in=[each.child_id for each in rows]), viewer=request.viewer, part=PART, at=request.at
    )
    names = open_names(
        request, listed=list(seen), purpose=PURPOSE, route=ROUTE,
        more=[newest[each.id].told for each in rows],
    )
    return show(request, "rechecks/mine.html", {"rules": rules, "pager": pager, "rows": [
        {"row": each, "name": names.children.get(each.child_id, ""), "told": told or "",
         "result": rules.results.get(each.result, "")}
        for each, told in zip(rows, names.more, strict=True)
    ]})


ONE = "rechecks/<uuid:check_id>/"
urlpatterns: list[URLPattern] = [
    path("rechecks/", recheck_list), path("rechecks/draw/", draw), path("rechecks/mine/", mine),
    path(ONE, recheck_page), path(f"{ONE}say/", say),
]
