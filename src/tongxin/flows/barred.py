"""Whoever is kept from a child has no part in ending or storing its file, and finds it in no list of that work."""

from datetime import datetime
from uuid import UUID

from tongxin.access import relations
from tongxin.accounts.viewers import Viewer
from tongxin.flows.refusals import NotAllowed, Refused

ALONE = "要由两个人办：确认的人不能是提出的人。没有改动。"
PROPOSER = "没有办理：提出的人现在要回避这名儿童。请撤回，由别的同事重新提出。没有改动。"


def children_for(viewer: Viewer, *, at: datetime) -> frozenset[UUID]:
    """The children from whom a viewer is kept."""
    return relations.barred_children(people=viewer.people, at=at)


def refuse_alone(child_id: UUID, *, actor: Viewer, proposed_by: UUID, at: datetime) -> UUID:
    """The second person who confirms: somebody else than who proposed, and neither kept from the child."""
    if actor.person_id is None or actor.person_id == proposed_by:
        raise Refused.because(ALONE)
    refuse(child_id, actor=actor, proposed_by=proposed_by, at=at)
    return actor.person_id


def refuse(child_id: UUID, *, actor: Viewer, at: datetime, proposed_by: UUID | None = None) -> None:
    """Nothing, while neither who acts nor who proposed is kept from the child."""
    found = relations.recused_from(child_id=child_id, at=at)
    if actor.people & found:
        raise NotAllowed
    if proposed_by in found:
        raise Refused.because(PROPOSER)
