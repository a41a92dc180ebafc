"""A danger about the home concerns every child who lives there (spine A10)."""

from datetime import datetime
from uuid import UUID, uuid5

from tongxin import ledger, vault
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.core.pathway import CaseState
from tongxin.flows import joined
from tongxin.flows.derive import derive_again
from tongxin.ledger import Draft, subjects
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.people.siblings import housemates, living_with

# Names the sibling's part of an entry after the entry, so that a rebuild finds the same one.
PARTS = UUID("5b2a4c9e-6f0d-5a54-9a2e-0f6f6a0c7d11")


def lock(child: Child) -> None:
    """Lock a household's children and all files of a child together and in one order, so that two alarms at once
    can't wait for each other."""
    siblings = [each.key_owner for each in housemates(child) if each.id != child.id]
    files = joined.owners_with(child.id)
    if siblings or len(files) > 1:
        subjects.lock([*files, *siblings])


def spread(*, child: Child, entry: Entry, state: CaseState, actor: Viewer, at: datetime) -> None:
    """Open a check for each sibling when an alarm says that the home itself is in question."""
    raised = (alarm for alarm in state.alarms.alarms.values() if alarm.entry == str(entry.id))
    if not any(alarm.household for alarm in raised):
        return
    for sibling in living_with(child):
        keys = vault.keyring([sibling.key_owner])
        draft = Draft(
            entry_id=uuid5(PARTS, f"{entry.id}:{sibling.id}"), subject=sibling.key_owner, kind="household_alarm",
            form_hash="", occurred_at=entry.occurred_at, clear={"form": ""}, answers={},
        )
        kept = ledger.keep_entries([draft], recorded_at=at, actor=actor, keyring=keys)[0]
        if kept.is_new:
            Result.objects.create(
                entry_id=kept.entry.id, child_id=sibling.id, kind="household_alarm", form_hash="", data={},
                definitions={},
            )
            derive_again(child=sibling, actor=actor, at=at, keyring=keys)
