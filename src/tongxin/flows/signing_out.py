"""Browsers that are signed out by what happens to their person: a post gone, a leave begun, an account closed."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.access.offices import people_for
from tongxin.accounts.models import Person
from tongxin.accounts.signed_in import end_sessions
from tongxin.accounts.viewers import Viewer
from tongxin.flows.refusals import NotAllowed
from tongxin.vault import Owner

MANAGE = "manage_staff"
HANDED_OVER, AWAY, CLOSED, RENEWED, BY_DESK = "handed_over", "away", "closed", "renewed", "desk"


@transaction.atomic
def sign_out(*, people: Iterable[UUID], why: str, actor: Viewer, at: datetime) -> int:
    """How many browsers of these people are signed out: their next click is nobody's."""
    ended = {person: end_sessions(people=[person]) for person in dict.fromkeys(people)}
    for person, many in ended.items():
        if many:
            ledger.record(
                kind="session.ended", subject=Owner("staff", person), actor=actor, at=at,
                clear={"why": why, "many": many}, is_fact=True,
            )
    return sum(ended.values())


def sign_out_colleague(*, person: Person, actor: Viewer, at: datetime) -> int:
    """The same by the desk, for somebody whose account it manages."""
    if not people_for(viewer=actor, action=MANAGE, at=at).filter(id=person.id).exists():
        raise NotAllowed
    return sign_out(people=[person.id], why=BY_DESK, actor=actor, at=at)
