"""Referrals to and from the viewer's organisations, with only the fields that an answer needs."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from tongxin.access import selectors as access
from tongxin.accounts.models import Organisation
from tongxin.people.models import Child
from tongxin.referrals.models import Referral
from tongxin.web import words
from tongxin.web.console.names import Names, open_names, post_titles
from tongxin.web.console.options import words_of
from tongxin.web.doors import Request, door
from tongxin.web.pages import show

SHOWN = 50
WAITS = "sent"
LIVE = ("sent", "accepted", "contacted", "in_service")


@door("work")
def referral_lists(request: Request) -> HttpResponse:
    """What came in and what went out, open ones first."""
    everything = request.GET.get("only") == "all"
    received = _some(
        request, Referral.objects.filter(to_organisation_id__in=request.viewer.organisation_ids), everything
    )
    sent = _some(request, Referral.objects.filter(from_post_id__in=request.viewer.post_ids), everything)
    children = Child.objects.filter(id__in={row.child_id for row in [*received, *sent]})
    names = open_names(request, listed=children, purpose="referrals", route="referrals", part="referral")
    return show(request, "console/referrals.html", {
        "received": _rows(request, received, names), "sent": _rows(request, sent, names), "everything": everything,
    })


def _some(request: Request, rows: QuerySet[Referral], everything: bool) -> list[Referral]:
    if not everything:
        rows = rows.filter(state__in=LIVE)
    visible = access.visible(rows, viewer=request.viewer, part="referral", at=request.at)
    return list(visible.order_by("due_at", "entry_id")[:SHOWN])


def _rows(request: Request, rows: Sequence[Referral], names: Names) -> list[dict[str, Any]]:
    if not rows:
        return []
    kinds, urgencies, states = (words_of(request, name) for name in ("referral_kind", "urgency", "referral_answer"))
    bodies = dict(
        Organisation.objects.filter(id__in={row.to_organisation_id for row in rows}).values_list("id", "name")
    )
    titles = post_titles(row.from_post_id for row in rows)
    may_answer = access.may_record(viewer=request.viewer, form_id="referral_answer", at=request.at)
    return [
        {
            "url": f"/children/{row.child_id}/", "name": names.children.get(row.child_id, ""),
            "kind": kinds.get(row.kind, "转介"), "urgency": urgencies.get(row.urgency, ""),
            "state": states.get(row.state, "已转出，等待答复"), "to": bodies.get(row.to_organisation_id, ""),
            "from": titles.get(row.from_post_id, "") if row.from_post_id else "", "sent_at": row.sent_at,
            "late_zh": words.late_zh(row.due_at, at=request.at) if row.state == WAITS else "",
            "due_zh": words.due_zh(row.due_at, at=request.at) if row.state == WAITS else "",
            "answer_url": f"/children/{row.child_id}/forms/referral_answer/?about={row.entry_id}"
            if row.state in LIVE and may_answer else "",
        }
        for row in rows
    ]

