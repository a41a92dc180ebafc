"""Files that the law keeps, stored only: in nobody's daily work, opened with a reason, brought back when needed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.models import places_of
from tongxin.accounts.viewers import Viewer, held
from tongxin.core.pathway import CaseState
from tongxin.flows import barred, shelved
from tongxin.flows.derive import derive_again, state_of
from tongxin.flows.erasing import GONE, in_use
from tongxin.flows.facts import facts_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rights import rules_for
from tongxin.instances import services as instances
from tongxin.looking import services as looks
from tongxin.looking.models import Glass
from tongxin.people.models import Child
from tongxin.rights import shelf
from tongxin.rights.models import ShelfLook, Shelved, Tombstone
from tongxin.rights.shelf import Turn

SHELVED, UNSHELVED, OPENED = "file.shelved", "file.unshelved", "shelf.opened"
OPEN_STORED, AGAIN = "open_stored", "stored_again"
ALREADY = "这份档案已经是只保存。没有改动。"
UNREVIEWED = "有人紧急调阅过这份档案，还没有复核。请先在“查看核实”里复核。"
WHY_FIRST = "没有打开：请选用途，并写明理由和依据。"


def shelve(
    *, child_id: UUID, basis: str, proposed_by: UUID, actor: Viewer, at: datetime, until_on: date | None = None,
    request_id: UUID | None = None,
) -> Shelved:
    """A file put away by two people: no list, search, count or phone has it from now on."""
    shelved_by = barred.refuse_alone(child_id, actor=actor, proposed_by=proposed_by, at=at)
    with transaction.atomic():
        child = _locked(child_id)
        if shelved.of(child_id) is not None:
            raise Refused.because(ALREADY)
        facts, _ = facts_of(child.id)
        if said := against(child, state_of(child, facts=facts, at=at), request_id=request_id):
            raise Refused.because(*said)
        row = _put(
            child, at, basis=basis, request_id=request_id, until_on=until_on, proposed_by=proposed_by,
            shelved_by=shelved_by,
        )
        transaction.on_commit(lambda: shelf.note(Turn(child_id, at, is_stored=True, until_on=until_on)))
        ledger.record(
            kind=SHELVED, subject=child.key_owner, actor=actor, at=at, is_fact=True,
            clear={"basis": basis, "proposed_by": str(proposed_by)},
        )
    return row


def _put(child: Child, at: datetime, **more: Any) -> Shelved:
    row = Shelved.objects.create(
        child_id=child.id, file_no=child.file_no, **places_of(child), shelved_at=at, **more
    )
    shelved.put_away(child)
    looks.end_questions(child.id, at=at)
    instances.forget_sent(child.id)
    Relation.objects.filter(held(at), child_id=child.id).exclude(relation=Relation.RECUSED).update(to_at=at)
    return row


def again(turns: Iterable[Turn], *, at: datetime) -> tuple[int, int]:
    """How many files that an older backup had brought back are stored again, and how many are in use in it."""
    done = in_use_there = 0
    for turn in shelf.stored(turns):
        child = Child.objects.filter(id=turn.child_id).first()
        gone = child is None or Tombstone.objects.filter(child_id=turn.child_id).exists()
        if child is None or gone or vault.destroyed([child.key_owner]) or shelved.of(child.id) is not None:
            continue
        facts, _ = facts_of(child.id)
        # What is still to be done for a child is hidden from nobody, whatever was decided after the backup.
        if against(child, state_of(child, facts=facts, at=at)):
            in_use_there += 1
            continue
        with transaction.atomic():
            _put(child, at, basis=AGAIN, until_on=turn.until_on)
        done += 1
    return done, in_use_there


def against(child: Child, state: CaseState, *, request_id: UUID | None = None) -> list[str]:
    """Why a file can't be stored only now, a sentence each: who reviews an emergency has to see the child."""
    waits = Glass.objects.filter(child_id=child.id, reviewed_at__isnull=True).exists()
    return [*in_use(child, state, request_id=request_id), *([UNREVIEWED] if waits else [])]


def bring_back(*, child_id: UUID, actor: Viewer, at: datetime) -> None:
    """A file that is needed again, in use where the child lived, with its plan thought anew."""
    with transaction.atomic():
        child = _locked(child_id)
        if shelved.reached(child_id, viewer=actor, action=OPEN_STORED, at=at) is None:
            raise NotAllowed
        shelved.end(child, at=at, by=actor.person_id)
        ledger.record(kind=UNSHELVED, subject=child.key_owner, actor=actor, at=at, is_fact=True, clear={})
        derive_again(child=child, actor=actor, at=at)


def open_stored(*, child_id: UUID, purpose: str, words: str, actor: Viewer, at: datetime) -> datetime:
    """Until when one person may read a stored file, after saying why; the reason is kept sealed."""
    row = shelved.reached(child_id, viewer=actor, action=OPEN_STORED, at=at)
    if row is None or actor.person_id is None:
        raise NotAllowed
    with transaction.atomic():
        # Behind the second wall a stored child is seen by nobody but a writing transaction.
        child = shelved.as_lived(_locked(child_id))
        found = rules_for(child, at=at)
        if purpose not in found.purposes or not words.strip():
            raise Refused.because(WHY_FIRST)
        until = at + found.opened_for
        look = ShelfLook(
            child_id=child_id, county_id=row.county_id, person_id=actor.person_id, post_id=actor.post_id,
            purpose=purpose, at=at, until_at=until,
        )
        vault.put(look, {"words": words.strip()}, keyring=vault.keyring([child.key_owner]))
        look.save(force_insert=True)
        Relation.objects.create(
            child_id=child_id, relation=Relation.ARCHIVED, person_id=actor.person_id, from_at=at, to_at=until,
            source_id=look.id,
        )
        ledger.record(
            kind=OPENED, subject=child.key_owner, actor=actor, at=at, is_fact=True, clear={"purpose": purpose}
        )
    return until


def may_open(*, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer's role opens stored files; which, their county decides."""
    return access.may_do(viewer=viewer, action=OPEN_STORED, at=at)


def _locked(child_id: UUID) -> Child:
    child = Child.objects.filter(id=child_id).first()
    if child is None:
        raise NotAllowed
    ledger.lock_subject(child.key_owner)
    if Tombstone.objects.filter(child_id=child_id).exists():
        raise Refused.because(GONE)
    return Child.objects.get(id=child_id)
