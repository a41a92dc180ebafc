"""One activity as its page shows it: what next, the plan, each time it was held, the list, photos, feedback."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse

from tongxin.activities.models import Activity, Came
from tongxin.activities.rules import Activities, rules_in
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows.activities import figures, leading, listing, outcomes, outings, photos, placing, reach
from tongxin.flows.refusals import NotAllowed
from tongxin.lib import ids
from tongxin.web.console.activities.overview import EITHER, PART, PURPOSE, ROUTE
from tongxin.web.console.activities.planning import sure
from tongxin.web.console.names import Names, open_names
from tongxin.web.console.register_forms import drawn, shown, told_problems, words_in
from tongxin.web.doors import Request, child_for, door, may_do_any
from tongxin.web.pages import show

Given = dict[str, list[str]]


@door(EITHER)
def activity_page(request: Request, activity_id: UUID) -> HttpResponse:
    """One activity."""
    return page(request, activity_id)


def page(
    request: Request, activity_id: UUID, given: Given | None = None, problems: Iterable[Problem] = (),
    where: str = "", status: int = 200,
) -> HttpResponse:
    """The page, with what was written into one of its forms and what is wrong there."""
    try:
        row = reach.activity_for(activity_id=activity_id, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    rules, wrong, said = rules_in(row.county_id, at=request.at), list(problems), given or {}
    pairs, hidden = listing.listed_for(row, request.viewer, at=request.at)
    names = open_names(
        request, purpose=PURPOSE, route=ROUTE, part=PART, listed=[child for _, child in pairs], more=[row.words],
        people=[row.person_id, row.decided_by, *(UUID(each["person"]) for each in leading.leaders_of(row))],
    )
    words = words_in(names.more[0])
    kind, writes = rules.kinds[row.kind], reach.may_write(row, request.viewer, at=request.at)
    is_open = writes and row.state == Activity.APPROVED

    def form(name: str) -> list[Any]:
        mine = where == name
        return drawn(rules.asked[name], said if mine else {}, wrong if mine else (), before=f"{name}-")

    return show(request, "activities/page.html", {
        "row": row, "kind": kind, "title": words.get("title", ""), "state": row.get_state_display(),
        "problems": told_problems(wrong, before=f"{where}-" if where in rules.asked else ""),
        "reason": rules.returns.get(row.reason) or rules.cancels.get(row.reason, ""),
        "plan": shown(rules.asked["plan"], row.clear, words),
        "closing": shown(rules.asked["closing"], row.clear, words),
        "leaders": _leaders(row, names), "site": placing.site_of(row),
        "sees_places": may_do_any(request, "see_places"),
        "by": names.person(row.person_id), "decided_by": names.person(row.decided_by) if row.decided_by else "",
        "writes": writes, "is_open": is_open, "is_early": request.at.astimezone(CHINA).date() < row.first_day,
        "may_decide": row.state == Activity.PLANNED and reach.may_approve(row, request.viewer, at=request.at),
        "may_change": row.state == Activity.RETURNED and row.post_id in request.viewer.post_ids,
        "may_cancel": writes and row.state not in (Activity.CLOSED, Activity.CANCELLED),
        "may_list": writes and kind.lists_children and row.state not in (Activity.CLOSED, Activity.CANCELLED),
        "returns": list(rules.returns.items()), "cancels": list(rules.cancels.items()),
        "listed": [_child(each, names.children[child.id], rules) for each, child in pairs], "hidden": hidden,
        "groups": len({each.group for each, _ in pairs}), "consent_fields": form("consent"),
        "follows": outings.follows(row, rules), "still_out": len(outings.still_out(row)),
        "back_fields": form(outings.FORM),
        "count_fields": form("occasion"), "closing_fields": form("closing"), "fresh": ids.new_id(),
        "fresh_photo": ids.new_id(), "asks_count": where == "occasion", **sure(said, wrong),
        **_held(row, rules), **_said(row, rules), **_since(request, row, rules),
        "photos": photos.shown_for(row, request.viewer, at=request.at),
        "given": {name: "".join(value) for name, value in said.items()},
    }, status=status)


def _leaders(row: Activity, names: Names) -> list[str]:
    known = leading.leaders_of(row)
    titles = leading.titles(each["post"] for each in known)
    return [f"{titles.get(each['post'], '')}　{names.person(UUID(each['person']))}" for each in known]


def _child(line: Any, name: str, rules: Activities) -> dict[str, Any]:
    answer = line.consent.get("answer")
    zh = "还没有监护人的答复" if not answer else rules.shown("consent", "answer", answer)
    if answer == "yes" and line.consent.get("child_wants") == "no":
        zh = "监护人同意，孩子不愿意"
    relation = rules.shown("consent", "relation", line.consent.get("relation"))
    return {
        "back": rules.shown(outings.FORM, "relation", line.returned.get("relation")),
        "is_unwell": line.returned.get("well") == "no",
        "line": line, "name": name, "consent": zh, "relation": relation, "agreed": outings.has_agreed(line),
        "times": line.times.filter(
            cancelled_at__isnull=True, occasion__withdrawn_at__isnull=True
        ).count(), "url": f"/children/{line.child_id}/",
    }


def _held(row: Activity, rules: Activities) -> dict[str, Any]:
    told, attended = figures.of_activity(row)
    ticked: dict[UUID, set[UUID]] = {}
    there = Came.objects.filter(occasion__activity=row, cancelled_at__isnull=True)
    for occasion_id, listed_id in there.values_list("occasion_id", "listed_id"):
        ticked.setdefault(occasion_id, set()).add(listed_id)
    rows = list(row.occasions.prefetch_related("sign_ins").order_by("held_on", "at"))
    return {
        "figures": [{"zh": each.zh, "n": getattr(told, each.id), "unit": each.unit, "means": each.means}
                    for each in rules.counts],
        "occasions": [
            {"row": each, "attended": attended.get(each.id), "ticked": ticked.get(each.id, set()),
             "signed": sum(one.many for one in each.sign_ins.all())} for each in rows
        ],
    }


def _said(row: Activity, rules: Activities) -> dict[str, Any]:
    many, told = figures.feedback_of(row, rules)
    return {
        "feedback_many": many, "feedback_least": rules.feedback_least, "feedback": [
            {"zh": field.zh, "choices": [
                {"zh": zh, "n": told[field.id][id]} for id, zh in field.options.items() if told[field.id][id]
            ]} for field in rules.asked["feedback"] if field.id in told
        ],
    }


def _since(request: Request, row: Activity, rules: Activities) -> dict[str, Any]:
    told = outcomes.since(row, rules, viewer=request.viewer, at=request.at)
    return {"changes": [{"zh": zh, "n": told[id]} for id, zh in outcomes.CHANGES.items() if id in told]}


@door("office.plan_activities|approve_activities")
def of_child(request: Request, child_id: UUID) -> HttpResponse:
    """The activities that a child was at."""
    child = child_for(request, child_id, part=outcomes.PART)
    try:
        rows = outcomes.of_child(child, viewer=request.viewer, at=request.at)
    except NotAllowed:
        raise Http404 from None
    names = open_names(
        request, children=[child], purpose=PURPOSE, route=ROUTE, part=outcomes.PART,
        more=[each.activity.words for each, _ in rows],
    )
    rules = rules_in(child.county_id, at=request.at)
    return show(request, "activities/child.html", {
        "child": child, "name": names.children[child.id], "rows": [
            {"row": each.activity, "title": words_in(said).get("title", ""), "times": times,
             "kind": rules.kinds[each.activity.kind].zh, "has_left": each.left_at is not None}
            for (each, times), said in zip(rows, names.more, strict=True)
        ],
    })
