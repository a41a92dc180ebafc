"""What somebody reads before deciding: the record that waits for the decision, the reasons of a proposed grade."""

from typing import Any
from uuid import UUID

from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.core.pathway import in_force
from tongxin.people.models import Child
from tongxin.referrals import selectors as referrals
from tongxin.rulebook import rules
from tongxin.vault import Owner
from tongxin.web.console.file import File, entry_zh
from tongxin.web.doors import Request

DECIDES = "grade_decision"
READ_FIRST = {
    "plan_approval": "care_plan", "plan_review": "care_plan",
    "closure_decision": "case_closure", "referral_answer": "referral",
    "report_answer": "mandatory_report", "transfer_in": "transfer_out", "transfer_out": "transfer_in",
    "rights_answer": "rights_request",
}
# Answers a record of whatever form.
OF_ANY = "heard_answer"


def read_first(request: Request, child: Child, form_id: str) -> dict[str, Any] | None:
    """The record that a form answers, where the viewer may read it: the one named, else the newest."""
    wanted, about = READ_FIRST.get(form_id), request.GET.get("about", "")
    others = referrals.of_others(child_id=child.id, viewer=request.viewer, at=request.at)
    entries = [
        entry for entry in referrals.without(ledger.facts(Owner("child", child.id)), others)
        if entry.form_id == wanted or (form_id == OF_ANY and str(entry.id) == about)
    ]
    if not entries:
        return None
    entry = next((each for each in entries if str(each.id) == about), entries[-1])
    part = rules.access_rules(at=request.at).part_of(entry.form_id)
    if not access.may(viewer=request.viewer, child_id=child.id, part=part, at=request.at):
        return None
    url = f"/children/{child.id}/entries/{entry.id}/"
    return {"url": url, "zh": entry_zh(entry), "at": entry.occurred_at}


def deciders(file: File) -> tuple[list[UUID], list[UUID]]:
    """The people and posts whose decisions the reasons of a grade name."""
    found = [fact for fact in in_force(file.facts) if fact.kind == DECIDES]
    return [UUID(fact.person) for fact in found if fact.person], [UUID(fact.post) for fact in found if fact.post]
