"""After an older backup was put back: holds stand again, and what the law had set apart is set apart again."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.documents import selectors as documents
from tongxin.flows import repair, setting_apart, shelved
from tongxin.flows.refusals import Refused
from tongxin.keeping import outside
from tongxin.keeping.models import Custody, Hold
from tongxin.keeping.outside import APART, HOLD, Line
from tongxin.ledger import apart
from tongxin.ledger.models import Entry, SetAside
from tongxin.lib import ids
from tongxin.people.models import CategorySpan, Child
from tongxin.rights.models import Tombstone

# A custody that was made again has no person behind it, and its notice is the paper only.
NOBODY = UUID(int=0)
PAPER = "恢复备份后重建，机关和文号见原通知"


@dataclass(slots=True)
class Again:
    """How many holds stand again or were lifted again; how many children's records were set apart again, or not."""

    held: int = 0
    lifted: int = 0
    apart: int = 0
    not_apart: int = 0
    still_apart: int = 0


def again(lines: Iterable[Line], *, at: datetime) -> Again:
    """What the newest lines of a list ask for, done where the backup has it otherwise."""
    done, rows = Again(), outside.last(lines)
    for line in rows:
        if line.kind == HOLD:
            _hold(line, done)
    named = {line.id: line.stands for line in rows if line.kind == APART}
    there = set(SetAside.objects.filter(row_id__in=list(named)).values_list("row_id", flat=True))
    done.still_apart = sum(not named[row] for row in there)
    for child_id, missing in sorted(_children_of({row for row in named if named[row]} - there).items()):
        child = _alive(child_id)
        if child is None:
            continue
        if _set_apart(child, missing, at):
            done.apart += 1
        else:
            done.not_apart += 1
    return done


def _hold(line: Line, done: Again) -> None:
    row = Hold.objects.filter(id=line.id).first()
    if row is None and line.stands and _alive((hold := outside.hold_in(line)).child_id) is not None:
        hold.save(force_insert=True)
        done.held += 1
    if row is not None and row.lifted_at is None and not line.stands:
        by = dict(line.more)["lifted_by"]
        Hold.objects.filter(id=line.id).update(lifted_at=line.at, lifted_by=UUID(by) if by else None)
        done.lifted += 1


def _alive(child_id: UUID) -> Child | None:
    child = Child.objects.filter(id=child_id).first()
    if child is None or Tombstone.objects.filter(child_id=child_id).exists() or vault.destroyed([child.key_owner]):
        return None
    return shelved.as_lived(child)


@dataclass(slots=True)
class Rows:
    """What of one child is to be set apart."""

    entries: list[Entry]
    files: list[UUID]
    categories: list[str]


def _children_of(missing: set[UUID]) -> dict[UUID, Rows]:
    """Whose these rows are; rows that the backup doesn't have need nothing."""
    found: dict[UUID, Rows] = {}
    if not missing:
        return found

    def of(child_id: UUID) -> Rows:
        return found.setdefault(child_id, Rows([], [], []))

    for entry in Entry.everything.filter(id__in=missing).order_by("subject_seq"):
        of(entry.subject_id).entries.append(entry)
    for file_id, child_id in documents.children_of(missing).items():
        of(child_id).files.append(file_id)
    for child_id, code in CategorySpan.objects.values_list("child_id", "category").distinct():
        if apart.row_id(child_id, code) in missing:
            of(child_id).categories.append(code)
    return found


def _set_apart(child: Child, rows: Rows, at: datetime) -> bool:
    """False where the child's safety rests on them in this backup: then nothing of the child's is hidden."""
    try:
        with transaction.atomic():
            setting_apart.leave_out(child, rows.entries, rows.files, rows.categories, WORKER, at)
            repair.derive_silently(Child.objects.get(id=child.id), at=at)
            _custody(child, rows, at)
    except Refused:
        return False
    return True


def _custody(child: Child, rows: Rows, at: datetime) -> None:
    """Kept by the county's desk again, who may look and lift by the same rules."""
    row = Custody(
        id=ids.new_id(), mark=setting_apart.mark_of(child), county_id=child.county_id, begun_at=at, begun_by=NOBODY,
        post_id=NOBODY,
    )
    keys = vault.create_keys([row.key_owner], at=at)
    vault.put(row, {"content": json.dumps({
        "child": str(child.id), "organ": "", "document": PAPER, "on": at.date().isoformat(), "words": "",
        "entries": [str(entry.id) for entry in rows.entries], "attachments": [str(each) for each in rows.files],
        "rows": [str(apart.row_id(child.id, each)) for each in rows.categories],
    })}, keyring=keys)
    row.save(force_insert=True)
