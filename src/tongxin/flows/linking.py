"""Which account of the province's sign-in is whose: said by the desk that manages accounts, never by the province."""

from datetime import datetime

from django.db import IntegrityError, transaction

from tongxin import ledger
from tongxin.access.offices import people_for
from tongxin.accounts import outside
from tongxin.accounts.models import OutsideIdentity, Person
from tongxin.accounts.outside import Province
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.signing_out import sign_out

MANAGE, LONGEST = "manage_staff", 200


@transaction.atomic
def link(*, person: Person, there: Province, subject: str, actor: Viewer, at: datetime) -> None:
    """That account comes in as this person from now on; an empty one ends it, and signs them out."""
    if not people_for(viewer=actor, action=MANAGE, at=at).filter(id=person.id).exists():
        raise NotAllowed
    if len(subject) > LONGEST or not subject.isprintable():
        raise Refused([Problem("subject", f"标识最多 {LONGEST} 个字符，请照统一身份平台给的原样填写。", True)])
    was = OutsideIdentity.objects.filter(person=person).delete()[0]
    if was:
        _tell("identity.unlinked", person, actor, at)
        sign_out(people=[person.id], why="unlinked", actor=actor, at=at)
    if not subject:
        return
    try:
        with transaction.atomic():
            OutsideIdentity.objects.create(
                person=person, digest=outside.digest_of(there, subject), linked_at=at
            )
    except IntegrityError:
        raise Refused([Problem("subject", "没有关联：这个标识已关联另一个人，请核对。", True)]) from None
    _tell("identity.linked", person, actor, at)


def _tell(kind: str, person: Person, actor: Viewer, at: datetime) -> None:
    ledger.record(kind=kind, subject=person.key_owner, actor=actor, at=at, clear={}, is_fact=True)
