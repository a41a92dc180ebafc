"""Referrals as pages show them: between whom, where they stand, how late and how far up, where they went on to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.accounts.models import Organisation
from tongxin.referrals import selectors as referrals
from tongxin.referrals.models import Referral
from tongxin.web import words
from tongxin.web.console.names import post_titles
from tongxin.web.console.options import words_of
from tongxin.web.doors import Request

LIVE = ("sent", "received", "accepted", "contacted", "in_service")
# What the other side is asked for now.
ASKED = {
    "sent": "应答", "received": "答复能不能接收", "accepted": "第一次联系孩子", "contacted": "告诉办理情况",
    "in_service": "告诉办理情况",
}
STATES = {"sent": "已转出，等待签收", "contacted": "已联系", "revoked": "已撤回", "accepted": "已接收"}
LEVELS = ("已逾期", "已逾期，上报了 1 级", "已逾期，上报了 2 级", "已逾期，上报到最高一级")


def level_zh(row: Referral, request: Request) -> str:
    """How late, as a level in words; nothing while there is time."""
    if row.state not in LIVE or row.due_at >= request.at:
        return ""
    return LEVELS[min(row.climbed, len(LEVELS) - 1)]


def rows_of(request: Request, rows: Sequence[Referral], names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """The rows of a list of referrals, each with what the other side is asked for and until when."""
    if not rows:
        return []
    kinds, urgencies, states = (words_of(request, name) for name in ("referral_kind", "urgency", "referral_answer"))
    onward = _onward(request, rows)
    bodies = names_of([row.to_organisation_id for row in (*rows, *onward)])
    titles = post_titles(row.from_post_id for row in rows)
    may_answer = access.may_record(viewer=request.viewer, form_id="referral_answer", at=request.at)
    states = {**states, **STATES}
    return [
        {
            "id": row.entry_id, "url": f"/children/{row.child_id}/referrals/{row.entry_id}/",
            "name": names.get(row.child_id, ""), "kind": kinds.get(row.kind, "转介"),
            "urgency": urgencies.get(row.urgency, ""), "state": states.get(row.state, ""),
            "to": bodies.get(row.to_organisation_id, ""),
            "from": titles.get(row.from_post_id, "") if row.from_post_id else "", "sent_at": row.sent_at,
            "level_zh": level_zh(row, request), "asked_zh": ASKED.get(row.state, ""),
            "late_zh": words.late_zh(row.due_at, at=request.at) if level_zh(row, request) else "",
            "due_zh": words.due_zh(row.due_at, at=request.at) if row.state in LIVE else "",
            "onward": [
                f"{bodies.get(each.to_organisation_id, '')}（{states.get(each.state, '')}）"
                for each in onward if each.after_id == row.entry_id
            ],
            "is_onward": row.after_id is not None,
            "answer_url": f"/children/{row.child_id}/forms/referral_answer/?about={row.entry_id}"
            if row.state in LIVE and may_answer else "",
        }
        for row in rows
    ]


def names_of(organisations: Iterable[int]) -> dict[int, str]:
    return dict(Organisation.objects.filter(id__in=set(organisations)).values_list("id", "name"))


def _onward(request: Request, rows: Sequence[Referral]) -> list[Referral]:
    """Where the other side passed the child on to, as far as the viewer may read it."""
    found = Referral.objects.filter(after_id__in=[row.entry_id for row in rows])
    seen = access.visible(found, viewer=request.viewer, part="referral", at=request.at)
    return list(referrals.own(seen, viewer=request.viewer, at=request.at).order_by("sent_at", "entry_id"))
