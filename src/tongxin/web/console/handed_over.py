"""What is open about a child who moves: both sides read the same list before one lets go and the other takes over."""

from typing import Any

from tongxin.access import selectors as access
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.referrals.models import Referral
from tongxin.web.console.file import entry_zh
from tongxin.web.console.names import post_titles
from tongxin.web.console.referral_rows import LIVE as OPEN_REFERRALS
from tongxin.web.console.referral_rows import names_of
from tongxin.web.console.task_rows import task_rows
from tongxin.web.doors import Request

FORMS = frozenset({"transfer_in", "transfer_out"})
PLAN = "care_plan"
SHOWN = 30


def open_items(request: Request, child: Child, form_id: str) -> dict[str, Any] | None:
    """Crisis, tasks, plan and referrals of a child, as far as the viewer reads each; nothing on other forms."""
    if form_id not in FORMS:
        return None
    parts = access.parts_of(viewer=request.viewer, child_id=child.id, at=request.at)
    tasks = list(Task.objects.filter(case_id=child.id, state__in=LIVE).order_by("due_at", "key")[:SHOWN])
    case = Case.objects.filter(id=child.id).first()
    return {
        "in_crisis": bool(case and case.in_crisis and "crisis" in parts),
        "tasks": task_rows(
            request, tasks, names={}, titles=post_titles(p for t in tasks for p in (t.owner_post_id, t.post_id)),
            parts=parts,
        ),
        "plan": _plan(child) if "psychological" in parts else None,
        "referrals": _referrals(child) if "referral" in parts else [],
    }


def _plan(child: Child) -> dict[str, Any] | None:
    entry = Entry.objects.filter(subject_id=child.id, kind="plan").order_by("-subject_seq").first()
    if entry is None:
        return None
    return {"url": f"/children/{child.id}/entries/{entry.id}/", "zh": entry_zh(entry), "at": entry.occurred_at}


def _referrals(child: Child) -> list[dict[str, Any]]:
    rows = list(Referral.objects.filter(child_id=child.id, state__in=OPEN_REFERRALS).order_by("due_at"))
    bodies = names_of(row.to_organisation_id for row in rows)
    return [
        {"url": f"/children/{child.id}/referrals/{row.entry_id}/", "zh": bodies.get(row.to_organisation_id, "")}
        for row in rows
    ]
