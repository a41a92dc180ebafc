"""A relative or an accused is kept from a child: sees nothing, gets no task, the next level owns (spine A10)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.viewers import Viewer
from tongxin.flows.derive import derive_again
from tongxin.flows.refusals import NotAllowed
from tongxin.ledger import subjects
from tongxin.people.models import Child


@transaction.atomic
def recuse(*, child_id: UUID, person_id: UUID, actor: Viewer, at: datetime) -> None:
    """Keep somebody from a child from now on; anybody may step back, the county's desk may set others aside."""
    if actor.person_id != person_id:
        _refuse_others(child_id, actor, at)
    subjects.lock([Child(id=child_id).key_owner])
    if relations.recuse(child_id=child_id, person_id=person_id, at=at):
        _follow("person.recused", child_id, person_id, actor, at)


@transaction.atomic
def admit_again(*, child_id: UUID, person_id: UUID, actor: Viewer, at: datetime) -> None:
    """Let somebody act for a child again; nobody decides this for themselves."""
    if actor.person_id == person_id:
        raise NotAllowed
    _refuse_others(child_id, actor, at)
    subjects.lock([Child(id=child_id).key_owner])
    rows = Relation.objects.filter(child_id=child_id, relation=Relation.RECUSED, person_id=person_id)
    if rows.exclude(to_at__lte=at).update(to_at=at):
        _follow("person.admitted", child_id, person_id, actor, at)


def _refuse_others(child_id: UUID, actor: Viewer, at: datetime) -> None:
    """The desk that hands over posts also sets people aside, for the children it sees."""
    if not access.may_do(viewer=actor, action="hand_over", at=at) or not access.may(
        viewer=actor, child_id=child_id, part="roster", at=at
    ):
        raise NotAllowed


def _follow(kind: str, child_id: UUID, person_id: UUID, actor: Viewer, at: datetime) -> None:
    child = Child.objects.get(id=child_id)
    keys = vault.keyring([child.key_owner])
    ledger.record(
        kind=kind, subject=child.key_owner, actor=actor, at=at, clear={"person": str(person_id)}, is_fact=True,
        keyring=keys,
    )
    derive_again(child=child, actor=actor, at=at, keyring=keys)
