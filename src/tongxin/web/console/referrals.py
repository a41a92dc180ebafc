"""Referrals to and from the viewer's organisations, and the board of all referrals of an area."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, path

from tongxin.access import selectors as access
from tongxin.accounts.models import Organisation
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE as OPEN_TASKS
from tongxin.people.models import Child
from tongxin.referrals.figures import Span, timings
from tongxin.referrals.models import Referral
from tongxin.referrals.rules import rules_in
from tongxin.web.console.figure_links import figure_links
from tongxin.web.console.names import open_names
from tongxin.web.console.options import region_of_viewer, words_of
from tongxin.web.console.referral_rows import LIVE, rows_of
from tongxin.web.console.task_rows import task_rows
from tongxin.web.doors import Request, door, may_do_any
from tongxin.web.pages import show

SHOWN = 50
# Below so many minutes a span is told in minutes, below so many hours in hours.
MINUTES, HOURS = 120, 72
BOARD = "see_referrals"
# By the span on the page the indicator that says it of an area.
MEANT = {"accepted": "accept_hours", "contacted": "contact_hours"}
# The groups of the board: which states, and which of them are late and how far up.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "waiting": ("等答复", ("sent", "received")), "accepted": ("已接收，等第一次联系", ("accepted",)),
    "service": ("服务中", ("contacted", "in_service")), "back": ("没有接收、退回", ("declined", "returned")),
    "done": ("已办结", ("done",)), "revoked": ("已撤回", ("revoked",)),
}
LATE: dict[str, tuple[str, int]] = {"late": ("逾期", 0), "up1": ("上报 1 级以上", 1), "up2": ("上报 2 级以上", 2)}


@door("work")
def referral_lists(request: Request) -> HttpResponse:
    """What came in and what went out, open ones first."""
    everything = request.GET.get("only") == "all"
    received = _some(
        request, Referral.objects.filter(to_organisation_id__in=request.viewer.organisation_ids), everything
    )
    sent = _some(request, Referral.objects.filter(from_post_id__in=request.viewer.post_ids), everything)
    names = _names(request, [*received, *sent])
    return show(request, "console/referrals.html", {
        "received": rows_of(request, received, names), "sent": rows_of(request, sent, names),
        "everything": everything, "may_board": may_do_any(request, BOARD),
        "may_ask": may_do_any(request, "ask_children|answer_asks"), "moves": _moves(request),
    })


@door(f"office.{BOARD}")
def referral_board(request: Request) -> HttpResponse:
    """All referrals of the viewer's area, by state, kind and lateness; each count is the length of its list."""
    group, kind, late = _wanted(request)
    seen = access.visible(Referral.objects.all(), viewer=request.viewer, part="referral", at=request.at)
    numbers = _numbers(request, seen)
    rows = seen.filter(state__in=GROUPS[group][1]) if group else seen.filter(state__in=LIVE)
    if late:
        rows = rows.filter(state__in=LIVE, due_at__lt=request.at, climbed__gte=LATE[late][1])
    by_kind = Counter(rows.order_by().values_list("kind", flat=True))
    if kind:
        rows = rows.filter(kind=kind)
    shown = list(rows.order_by("due_at", "entry_id")[:SHOWN])
    kinds = words_of(request, "referral_kind")
    return show(request, "console/referral_board.html", {
        "rows": rows_of(request, shown, _names(request, shown)), "total": by_kind[kind] if kind else by_kind.total(),
        "shown": len(shown),
        "groups": [_link(request, "state", code, zh, numbers[code], code == group) for code, (zh, _) in GROUPS.items()],
        "lates": [_link(request, "late", code, zh, numbers[code], code == late) for code, (zh, _) in LATE.items()],
        "kinds": [_link(request, "kind", code, kinds.get(code, "转介"), number, code == kind)
                  for code, number in sorted(by_kind.items())],
        **_times(request, seen, kinds), "is_narrowed": bool(group or kind or late),
    })


def _times(request: Request, seen: QuerySet[Referral], kinds: dict[str, str]) -> dict[str, Any]:
    """How soon each receiver takes a kind of referral and meets the child; too few are not told."""
    found = rules_in(region=region_of_viewer(request), at=request.at)
    told = timings(seen, since=request.at - found.counts_back, at_least=found.at_least)
    bodies = dict(
        Organisation.objects.filter(id__in=[each.organisation_id for each in told]).values_list("id", "name")
    )
    return {
        "times": [
            {
                "zh": kinds.get(each.kind, "转介"), "to": bodies.get(each.organisation_id, ""), "sent": each.sent,
                "spans": [_span(each.accepted), _span(each.contacted)],
            }
            for each in told
        ],
        "at_least": found.at_least, "days": found.counts_back.days, "definitions": figure_links(request, MEANT),
    }


def _span(span: Span | None) -> dict[str, Any] | None:
    return {"count": span.count, "median": _long(span.median), "most": _long(span.most)} if span else None


def _long(span: timedelta) -> str:
    """A span in the unit that suits it."""
    minutes = int(span.total_seconds()) // 60
    if minutes < MINUTES:
        return f"{minutes} 分钟"
    return f"{minutes / 60:.1f} 小时" if minutes < 60 * HOURS else f"{minutes / 1440:.1f} 天"


def _wanted(request: Request) -> tuple[str, str, str]:
    group, kind, late = (request.GET.get(name, "") for name in ("state", "kind", "late"))
    return group if group in GROUPS else "", kind if kind in words_of(request, "referral_kind") else "", (
        late if late in LATE else ""
    )


def _numbers(request: Request, seen: QuerySet[Referral]) -> dict[str, int]:
    states = Counter(seen.order_by().values_list("state", flat=True))
    late = list(seen.filter(state__in=LIVE, due_at__lt=request.at).order_by().values_list("climbed", flat=True))
    return {code: sum(states[state] for state in found) for code, (_, found) in GROUPS.items()} | {
        code: sum(climbed >= least for climbed in late) for code, (_, least) in LATE.items()
    }


def _link(request: Request, name: str, code: str, zh: str, number: int, is_on: bool) -> dict[str, Any]:
    """A filter with its number; pressed again it is taken off. State and lateness stand for themselves."""
    kept = {each: request.GET[each] for each in ("state", "late") if name == "kind" and request.GET.get(each)}
    query = urlencode(kept | ({} if is_on else {name: code}))
    return {"url": "/referrals/board/" + (f"?{query}" if query else ""), "zh": zh, "number": number, "is_on": is_on}


def _some(request: Request, rows: QuerySet[Referral], everything: bool) -> list[Referral]:
    if not everything:
        rows = rows.filter(state__in=LIVE)
    visible = access.visible(rows, viewer=request.viewer, part="referral", at=request.at)
    return list(visible.order_by("due_at", "entry_id")[:SHOWN])


def _moves(request: Request) -> list[dict[str, Any]]:
    """Children who wait to be taken over by another place: those that leave and those that come."""
    waiting = Task.objects.filter(step="accept_transfer", state__in=OPEN_TASKS)
    seen = access.visible(waiting, viewer=request.viewer, part="care", at=request.at)
    tasks = list(seen.order_by("due_at", "id")[:SHOWN])
    children = Child.objects.filter(id__in=[task.case_id for task in tasks])
    names = open_names(request, listed=children, purpose="referrals", route="referrals", part="care") if tasks else None
    return task_rows(request, tasks, names=names.children) if names else []


def _names(request: Request, rows: Sequence[Referral]) -> dict[Any, str]:
    children = Child.objects.filter(id__in={row.child_id for row in rows})
    found = open_names(request, listed=children, purpose="referrals", route="referrals", part="referral")
    return dict(found.children)


urlpatterns: list[URLPattern] = [path("referrals/", referral_lists), path("referrals/board/", referral_board)]
