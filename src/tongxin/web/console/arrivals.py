"""What phones brought and could not be recorded at once: who decides sees both sides in words, and decides."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from tongxin.assessments.forms import Asked
from tongxin.flows import arriving_settling as settling
from tongxin.flows.arriving_holding import sent_in
from tongxin.flows.arriving_reading import Sent
from tongxin.flows.arriving_sides import Contested, Side, sides_of
from tongxin.flows.arriving_words import SHORT
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people import search
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Arrival
from tongxin.web import words
from tongxin.web.console import arrival_files
from tongxin.web.console.entry_text import sections_of
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.doors import Request, door, id_for
from tongxin.web.pages import show

SHOWN = 60
ROUTE, PURPOSE = "arrivals", "decide"
LIST = "/arrivals/"
LONGEST_NOTE, LONGEST_SEARCH = 500, 60
# These can stand as they were written; what doesn't fit its form is opened instead.
RECORDABLE = frozenset({
    "conflict", "old_app", "wrong_clock", "moved_child", "not_allowed", "revoked", "handed_on", "duplicate_child",
})
DUPLICATE = "duplicate_child"


@door("office.decide_arrivals")
def arrival_list(request: Request) -> HttpResponse:
    """What waits for the viewer's decision, the first due first; no word of it is opened but names."""
    rows = list(settling.waiting_for(viewer=request.viewer, at=request.at)[: SHOWN + 1])
    shown = rows[:SHOWN]
    children = {child.id: child for child in Child.objects.filter(id__in=[row.child_id for row in shown])}
    names = open_names(
        request, children=children.values(), people=[row.person_id for row in shown], purpose=PURPOSE, route=ROUTE
    )
    titles = post_titles(post for row in shown for post in (row.post_id, row.decider_id))
    return show(request, "console/arrivals.html", {
        "rows": [_row(request, row, names, titles) for row in shown], "has_more": len(rows) > SHOWN,
        "files": arrival_files.file_rows(request),
    })


def _row(request: Request, row: Arrival, names: Names, titles: dict[UUID, str]) -> dict[str, Any]:
    return {
        "url": f"{LIST}{row.id}/", "name": names.children.get(row.child_id, "") if row.child_id else _("还没有档案"),
        "form_zh": _form_zh(row.form_id, request), "why_zh": SHORT[row.receipt.reason],
        "writer_zh": f"{titles.get(row.post_id, '')}　{names.person(row.person_id)}", "received_at": row.received_at,
        "is_danger": row.is_danger, "due_zh": words.due_zh(row.due_at, at=request.at),
        "late_zh": words.late_zh(row.due_at, at=request.at), "number": row.receipt.number,
        "decider_zh": titles.get(row.decider_id, "") if row.decider_id else _("没有可以办理的岗位"),
        "is_mine": row.decider_id in request.viewer.post_ids,
    }


def _form_zh(form_id: str, request: Request) -> str:
    try:
        return str(rules.resolve("forms", form_id, at=request.at).content["zh"]) if form_id else _("看不懂的内容")
    except rules.NotAdopted:
        return _("已停用的表")


@door("office.decide_arrivals", methods=("GET", "POST"))
def arrival_page(request: Request, arrival_id: UUID) -> HttpResponse:
    """One of them with all its words, and what can be done about it."""
    arrival = settling.waiting_for(viewer=request.viewer, at=request.at).filter(id=arrival_id).first()
    if arrival is None:
        if request.method == "POST" and Arrival.objects.filter(id=arrival_id, settled_at__isnull=False).exists():
            messages.warning(request, settling.GONE)
            return HttpResponseRedirect(LIST)
        raise Http404
    if request.method == "POST":
        return _decide(request, arrival)
    return _shown(request, arrival)


def _shown(request: Request, arrival: Arrival, problems: tuple[str, ...] = (), status: int = 200) -> HttpResponse:
    reads = settling.may_read(arrival, viewer=request.viewer, at=request.at)
    sent = sent_in(
        arrival, viewer=request.viewer, at=request.at, part=settling.part_of(arrival, at=request.at)
    ) if reads else None
    child = (
        settling.meant(arrival, sent, viewer=request.viewer, at=request.at) if sent else settling.child_of(arrival)
    )
    asked, answers = settling.answers_shown(arrival, sent, at=request.at) if sent else (None, {})
    sides = _sides(request, arrival, sent, child) if sent and child and arrival.fields else []
    people = [arrival.person_id, *(each.office.person_id for each in sides)]
    names = open_names(
        request, children=[child] if child else [], people=people, purpose=PURPOSE, route=ROUTE
    )
    titles = post_titles([arrival.post_id, *(each.office.post_id for each in sides)])
    reason = arrival.receipt.reason
    return show(request, "console/arrival.html", {
        "arrival": arrival, "child": child, "name": names.children.get(child.id, "") if child else _("还没有档案"),
        "form_zh": _form_zh(arrival.form_id, request), "why_zh": SHORT[reason], "reason": reason,
        "writer_zh": f"{titles.get(arrival.post_id, '')}　{names.person(arrival.person_id)}",
        "occurred_at": sent.occurred_at if sent else None, "reads": reads, "number": arrival.receipt.number,
        "found": [zh for _path, zh in settling.problems_of(arrival, viewer=request.viewer, at=request.at)]
        if reads and not (reason == DUPLICATE and child) else [],
        "sides": [_contested(each, names, titles, request) for each in sides],
        "sections": sections_of(asked.form, answers) if isinstance(asked, Asked) else [],
        "loose": _loose(sent) if sent and asked is None else [],
        "can_record": reads and reason in RECORDABLE and sent is not None and sent.is_readable,
        "can_open": reads and settling.can_open(arrival, at=request.at) and sent is not None and sent.is_readable,
        "is_duplicate": reason == DUPLICATE and child is not None, "can_part": not arrival.fields,
        "aside": limits_at(request.at).aside_reasons, "problems": problems,
        "is_homeless": child is None and settling.is_homeless(arrival), "text": _text(request), "like": _like(request),
        "due_zh": words.due_zh(arrival.due_at, at=request.at), "late_zh": words.late_zh(arrival.due_at, at=request.at),
    }, status=status)


def _text(request: Request) -> str:
    return request.POST.get("text", "").strip()[:LONGEST_SEARCH]


def _like(request: Request) -> list[dict[str, Any]]:
    """The children on file whom a clue may mean."""
    text = _text(request)
    found = search.find(text, viewer=request.viewer, at=request.at, route=ROUTE) if text else []
    return [
        {
            "id": each.child_id, "name": each.name, "sex": each.child.get_sex_display(), "file_no": each.child.file_no,
            "age": words.age_zh(each.child.birth_month, on=request.at.date()),
        }
        for each in found
    ]


def _sides(request: Request, arrival: Arrival, sent: Sent, child: Child) -> list[Contested]:
    return sides_of(arrival=arrival, sent=sent, child=child, viewer=request.viewer, at=request.at)


def _contested(each: Contested, names: Names, titles: dict[UUID, str], request: Request) -> dict[str, Any]:
    return {
        "zh": each.zh, "seen": each.seen, "phone": _side(each.phone, names, titles, request),
        "office": _side(each.office, names, titles, request), "stands_on_phone": each.stands_on_phone,
    }


def _side(side: Side, names: Names, titles: dict[UUID, str], request: Request) -> dict[str, Any]:
    who = f"{titles.get(side.post_id, '') if side.post_id else ''}　{names.person(side.person_id)}".strip()
    return {
        "zh": side.zh, "who_zh": who if side.at else _("建档时"), "at": side.at, "because": side.because,
        "form_zh": _form_zh(side.form_id, request) if side.form_id else "",
    }


def _loose(sent: Sent) -> list[str]:
    """The words of what no form stands behind, so that a person can read what was written."""
    found: list[str] = []
    rest: list[Any] = [dict(sent.answers) or dict(sent.payload)]
    while rest:
        value = rest.pop(0)
        if isinstance(value, dict):
            rest = [*value.values(), *rest]
        elif isinstance(value, list):
            rest = [*value, *rest]
        elif value not in (None, ""):
            found.append(str(value))
    return found[:SHOWN]


def _decide(request: Request, arrival: Arrival) -> HttpResponse:
    decision, at, actor = request.POST.get("decision", ""), request.at, request.viewer
    try:
        if decision == "find":
            return _shown(request, arrival)
        if decision == "file":
            return HttpResponseRedirect(settling.file_from(arrival_id=arrival.id, actor=actor, at=at))
        if decision == "open":
            return HttpResponseRedirect(settling.open_as_form(arrival_id=arrival.id, actor=actor, at=at))
        if decision == "record":
            settling.record_as_written(arrival_id=arrival.id, actor=actor, at=at)
        elif decision == "about":
            about = id_for(request.POST.get("child", ""))
            settling.about_child(arrival_id=arrival.id, child_id=about, actor=actor, at=at)
        elif decision in {"same", "same_newer"}:
            settling.same_child(arrival_id=arrival.id, takes_over=decision == "same_newer", actor=actor, at=at)
        elif decision == "aside":
            settling.put_aside(
                arrival_id=arrival.id, reason=request.POST.get("reason", ""),
                note=request.POST.get("note", "").strip()[:LONGEST_NOTE], actor=actor, at=at,
            )
        else:
            return _shown(request, arrival, (_("请选一种处理办法。"),), 422)
    except Refused as refused:
        return _shown(request, arrival, tuple(each.zh for each in refused.problems), 422)
    except NotAllowed:
        raise Http404 from None
    messages.success(request, _("已处理，手机下次同步时会看到结果。"))
    return HttpResponseRedirect(LIST)


urlpatterns: list[URLPattern] = [
    path("arrivals/", arrival_list),
    path("arrivals/<uuid:arrival_id>/", arrival_page),
    *arrival_files.urlpatterns,
]
