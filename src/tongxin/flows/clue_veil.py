"""What a clue about staff left in a child's file is read from above that level only, whenever it was lifted."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from tongxin.accounts.viewers import Viewer
from tongxin.clues.models import Clue, Step
from tongxin.flows.clue_owners import is_above
from tongxin.ledger.models import Entry

FORM = "clue"
SPACE = UUID("5a0f4c0e-2d0c-4d0f-9a57-6b6b1d8b41e7")
KEPT_ABOVE = "有一条线索，说的内容由上一级保管"
WANTED = "wanted"
# Who told it, whom it is about and what was said; signs and moments stay, since they act.
WORDS = frozenset({"place", "told_by", "child_name", "child_looks", "family", "signature"})


def entry_of(clue: Clue, child_id: UUID, danger: str = "") -> UUID:
    """The number of the entry that a clue leaves in a file: once when it is matched, once when it is raised there."""
    return uuid5(SPACE, f"{clue.id}:{child_id}" + (f":{danger}" if danger else ""))


def is_kept_above(entry: Entry, *, viewer: Viewer) -> bool:
    """Whether an entry, or what it corrects, came from a clue that somebody on the viewer's level may be meant by."""
    if entry.form_id != FORM or viewer.is_worker:
        return False
    clues = list(Clue.objects.filter(child_id=entry.subject_id).exclude(above_level=""))
    hidden = [
        clue for clue in clues
        if not any(is_above(seat.division_level, clue.above_level) for seat in viewer.seats)
    ]
    if not hidden:
        return False
    rows = Step.objects.filter(clue__in=hidden, clear__has_key="entry").values_list("clear", flat=True)
    ids = {str(clue.entry_id) for clue in hidden} | {clear["entry"] for clear in rows}
    ids |= {str(entry_of(clue, entry.subject_id)) for clue in hidden}
    return not ids.isdisjoint(_versions(entry))


def without(answers: Mapping[str, Any], *, entry: Entry, viewer: Viewer) -> dict[str, Any]:
    """The answers without the words that are kept above the viewer's level."""
    if not is_kept_above(entry, viewer=viewer):
        return dict(answers)
    return {name: value for name, value in answers.items() if name not in WORDS} | {WANTED: KEPT_ABOVE}


def _versions(entry: Entry) -> set[str]:
    """An entry and all that it corrects."""
    before = dict(Entry.objects.filter(subject_id=entry.subject_id).values_list("id", "supersedes_id"))
    found, current = {str(entry.id)}, entry.supersedes_id
    while current and str(current) not in found:
        found.add(str(current))
        current = before.get(current)
    return found
