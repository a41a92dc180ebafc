"""Holds: while one stands, nothing of a child's file is erased or destroyed (spine B4); another person lifts it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows import shelved
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.keeping import outside
from tongxin.keeping.models import Hold
from tongxin.keeping.rules import rules_at
from tongxin.people.models import Child
from tongxin.rulebook import rules

ACTION = "hold_files"
IS_HELD = "这份档案正在保全（诉讼、调查或申诉需要），不能删除或销毁。请先在“保全”里由另一位有权的人解除。没有改动。"
NOT_WHOLE = "没有保存：请选原因，写明依据和文号，并填下次核对的日期。"
TOO_FAR = "没有保存：下次核对的日期要在今天以后、{days} 天以内。到期以后保全仍然有效，只是提醒再看一次。"
NOT_ALONE = "没有解除：保全要由提出人以外的另一位有权的人解除。"
NO_WORDS = "没有解除：请写明为什么可以解除。"


def holds_on(child_id: UUID) -> list[Hold]:
    """The holds that stand on a child's file, the oldest first; past its day to look again one still stands."""
    return list(Hold.objects.filter(child_id=child_id, lifted_at__isnull=True).order_by("placed_at"))


def held() -> set[UUID]:
    """The children on whose file a hold stands."""
    return set(Hold.objects.filter(lifted_at__isnull=True).values_list("child_id", flat=True))


def held_among(children: Iterable[UUID]) -> set[UUID]:
    """Those of some children on whose file a hold stands."""
    rows = Hold.objects.filter(child_id__in=list(children), lifted_at__isnull=True)
    return set(rows.values_list("child_id", flat=True))


def refuse_held(child_id: UUID) -> None:
    """Nothing, while no hold stands on the file."""
    if Hold.objects.filter(child_id=child_id, lifted_at__isnull=True).exists():
        raise Refused.because(IS_HELD)


@transaction.atomic
def place(
    *, child: Child, kind: str, basis: str, document: str, review_on: date | None, actor: Viewer, at: datetime
) -> Hold:
    """A hold, in force at once."""
    _refuse_others(child.id, actor, at)
    child, person = shelved.as_lived(child), person_of(actor)
    found = rules_at(at, region=rules.region_of(child.county_id))
    if kind not in found.holds or not basis.strip() or not document.strip() or review_on is None:
        raise Refused.because(NOT_WHOLE)
    today = at.astimezone(CHINA).date()
    if not today < review_on <= today + timedelta(days=found.longest_hold):
        raise Refused.because(TOO_FAR.format(days=found.longest_hold))
    if actor.post_id is None:
        raise NotAllowed
    row = Hold(
        child_id=child.id, county_id=child.county_id, kind=kind, review_on=review_on, placed_at=at, placed_by=person,
        post_id=actor.post_id,
    )
    vault.put(
        row, {"basis": basis.strip(), "document": document.strip()}, keyring=vault.keyring([row.key_owner])
    )
    row.save(force_insert=True)
    _note("hold.placed", row, actor, at)
    transaction.on_commit(lambda: outside.note([outside.line_of(row)]))
    return row


@transaction.atomic
def lift(*, hold_id: UUID, words: str, actor: Viewer, at: datetime) -> Hold:
    """A hold ended by somebody else than who placed it."""
    row = Hold.objects.select_for_update().filter(id=hold_id, lifted_at__isnull=True).first()
    if row is None:
        raise NotAllowed
    _refuse_others(row.child_id, actor, at)
    if actor.person_id == row.placed_by:
        raise Refused.because(NOT_ALONE)
    if not words.strip():
        raise Refused.because(NO_WORDS)
    vault.put(row, {"lifting": words.strip()}, keyring=vault.keyring([row.key_owner]))
    row.lifted_at, row.lifted_by = at, actor.person_id
    row.save(update_fields=["lifting", "lifted_at", "lifted_by"])
    _note("hold.lifted", row, actor, at)
    transaction.on_commit(lambda: outside.note([outside.line_of(row)]))
    return row


def visible_holds(*, viewer: Viewer, at: datetime) -> list[Hold]:
    """The holds on files that a viewer keeps, stored ones too, the first to look at again first."""
    if not access.may_do(viewer=viewer, action=ACTION, at=at):
        return []
    rows = list(Hold.objects.filter(lifted_at__isnull=True).order_by("review_on", "id"))
    children = Child.objects.filter(id__in={row.child_id for row in rows})
    seen = set(access.visible(children, viewer=viewer, part="roster", at=at).values_list("id", flat=True))
    seen |= {
        stored for stored in shelved.among({row.child_id for row in rows} - seen)
        if shelved.reached(stored, viewer=viewer, action=ACTION, at=at)
    }
    return [row for row in rows if row.child_id in seen]


def may_hold(*, viewer: Viewer, child_id: UUID, at: datetime) -> bool:
    """Whether somebody places and lifts holds on this file."""
    if not access.may_do(viewer=viewer, action=ACTION, at=at):
        return False
    return access.may(viewer=viewer, child_id=child_id, part="roster", at=at) or bool(
        shelved.reached(child_id, viewer=viewer, action=ACTION, at=at)
    )


def _refuse_others(child_id: UUID, actor: Viewer, at: datetime) -> None:
    if not may_hold(viewer=actor, child_id=child_id, at=at):
        raise NotAllowed


def _note(kind: str, row: Hold, actor: Viewer, at: datetime) -> None:
    ledger.record(kind=kind, subject=row.key_owner, actor=actor, at=at, clear={"hold": str(row.id)}, is_fact=True)
