"""Children who live together are put into one household, each with a part of the same entry (B3)."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER, Viewer
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

KIND, PART = "household_members", "household_part"
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


def take_back(*, child: Child, entry: Entry, actor: Viewer, at: datetime) -> None:
    """Undo what an entry said that this one takes back; the sibling's part of it is withdrawn with it.

    Checks that a danger opened for the sibling stay (spine A8).
    """
    taken_back = Entry.objects.filter(kind=KIND).select_related("subject")
    said = taken_back.filter(id=entry.supersedes_id).first() if entry.supersedes_id else None
    if said is None:
        return
    people.undo(entry_id=said.id)
    child.refresh_from_db(fields=["household"])
    answers = ledger.open_entries([said], viewer=WORKER, purpose="correct", at=at)[0] or {}
    sibling = Child.objects.filter(file_no=str(answers.get(PLACE, "")).strip().upper()).first()
    part = Entry.objects.filter(id=_part_id(said, sibling)).first() if sibling else None
    if sibling and part:
        _keep_part(sibling, entry, actor, at, answers={}, supersedes=part.id, correction_kind="retract")


def join(*, child: Child, sibling: Child, entry: Entry, lives_together: bool, actor: Viewer, at: datetime) -> None:
    """Put both into one household, or let the named child leave it; the sibling's file gets its part."""
    if lives_together:
        people.join_household(
            children=[child, sibling], actor=actor, at=at, household=child.household or sibling.household,
            entry_id=entry.id,
        )
    else:
        people.leave_household(child=sibling, actor=actor, at=at, entry_id=entry.id)
    _keep_part(sibling, entry, actor, at, answers={PLACE: child.file_no})


def _part_id(entry: Entry, sibling: Child, turn: str = "") -> UUID:
    return uuid5(PARTS, f"{entry.id}:{sibling.id}{turn}")


def _keep_part(sibling: Child, entry: Entry, actor: Viewer, at: datetime, **said: Any) -> None:
    """The sibling's own part of an entry, so that both files tell of it (B3)."""
    keys = vault.keyring([sibling.key_owner])
    turn = ":back" if "supersedes" in said else ""
    part = Draft(
        entry_id=_part_id(entry, sibling, turn), subject=sibling.key_owner, kind=PART, form_hash="",
        occurred_at=entry.occurred_at, clear={"form": ""}, **said,
    )
    kept = ledger.keep_entries([part], recorded_at=at, actor=actor, keyring=keys)[0]
    if kept.is_new:
        Result.objects.create(
            entry_id=kept.entry.id, child_id=sibling.id, kind=PART, form_hash="", data={}, definitions={}
        )
        derive_again(child=sibling, actor=actor, at=at, keyring=keys)
