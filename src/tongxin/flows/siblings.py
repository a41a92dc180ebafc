"""Children who live together are put into one household, each with a part of the same entry (B3)."""

from datetime import datetime
from uuid import uuid5

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.core.forms import Problem
from tongxin.core.pathway import WITHDRAWN
from tongxin.flows.derive import derive_again
from tongxin.flows.households import PARTS
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft
from tongxin.ledger.models import Entry
from tongxin.people import services as people
from tongxin.people.models import Child

KIND = "household_members"
PLACE = "sibling_file_no"


def named_in(draft: Draft, *, child: Child, actor: Viewer, at: datetime) -> Child | None:
    """The other child that a household entry names; one the actor may not see is as good as none."""
    if draft.kind != KIND or draft.correction_kind in WITHDRAWN:
        return None
    wanted = str(draft.answers.get(PLACE, "")).strip().upper()
    found = access.visible(Child.objects.filter(file_no=wanted), viewer=actor, part="family", at=at).first()
    if found is None:
        raise Refused([Problem(PLACE, "没有找到这个档案编号，请核对后重填。", True)])
    if found.id == child.id:
        raise Refused([Problem(PLACE, "这是本档案自己的编号，请填另一名儿童的。", True)])
    return found


def join(*, child: Child, sibling: Child, entry: Entry, lives_together: bool, actor: Viewer, at: datetime) -> None:
    """Put both into one household, or let the named child leave it; the sibling's file gets its part."""
    if lives_together:
        people.join_household(
            children=[child, sibling], actor=actor, at=at, household=child.household or sibling.household
        )
    else:
        people.leave_household(child=sibling, actor=actor, at=at)
    keys = vault.keyring([sibling.key_owner])
    part = Draft(
        entry_id=uuid5(PARTS, f"{entry.id}:{sibling.id}"), subject=sibling.key_owner, kind="household_part",
        form_hash="", occurred_at=entry.occurred_at, clear={"form": ""}, answers={PLACE: child.file_no},
    )
    kept = ledger.keep_entries([part], recorded_at=at, actor=actor, keyring=keys)[0]
    if kept.is_new:
        Result.objects.create(
            entry_id=kept.entry.id, child_id=sibling.id, kind="household_part", form_hash="", data={}, definitions={}
        )
        derive_again(child=sibling, actor=actor, at=at, keyring=keys)
