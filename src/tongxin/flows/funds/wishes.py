"""Small wishes: noted in the child's words, published without a name, taken up, delivered, told how it was."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import taking_up
from tongxin.flows.funds.booking import lock_county, rules_of
from tongxin.flows.made_once import made_before
from tongxin.flows.pairing_companions import must, post_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.funds.models import Grant, Wish
from tongxin.lib.numbers import day_in
from tongxin.pairings.models import Wanted
from tongxin.people.models import Child
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.vault import Owner

NOTE, PART, KIND = "note_wishes", "benefits", "wish"
IS_OUT = "没有改动：这个心愿已经发布或送到。"
NOT_TAKEN = "没有改动：还没有同意哪家单位认领，请先在“接单”里答复。"
NO_DAY = "没有改动：请写哪天送到的、孩子喜欢吗；日期不能晚于今天。"
IS_BROUGHT = "没有改动：这个心愿已经送到了。"
NO_REASON = "没有改动：请选为什么不要了。"
LONG, LONGEST = "没有改动：孩子的话最多 500 个字。", 500
STATES = {
    Wanted.CHECKING: Wish.PUBLISHED, Wanted.OPEN: Wish.PUBLISHED, Wanted.TAKEN: Wish.TAKEN,
    Wanted.CARRIED: Wish.DELIVERED, Wanted.WITHDRAWN: Wish.NOTED,
}


def child_for(child_id: UUID, viewer: Viewer, *, at: datetime) -> Child:
    """The child, for somebody who reads its benefits."""
    child: Child | None = access.child_if_visible(viewer=viewer, child_id=child_id, part=PART, at=at)
    if child is None or child.county_id is None:
        raise NotAllowed
    return child


def wishes_of(child: Child) -> QuerySet[Wish]:
    """A child's wishes, the newest first."""
    return Wish.objects.filter(child_id=child.id).order_by("-noted_at", "-id")


def state_of(wish: Wish) -> str:
    """Where a wish stands: what bodies do with it is said by what was published."""
    if wish.state != Wish.PUBLISHED or wish.wanted_id is None:
        return wish.state
    state = Wanted.objects.filter(id=wish.wanted_id).values_list("state", flat=True).first()
    return STATES.get(state or "", Wish.NOTED)


@transaction.atomic
def note(*, child_id: UUID, wish_id: UUID, given: Given, actor: Viewer, at: datetime) -> Wish:
    """What a child wishes for, as it said it; once however often it is sent."""
    person_id, child = must(actor, NOTE, at=at), child_for(child_id, actor, at=at)
    lock_county(child.county_id or 0)
    known = made_before(Wish, wish_id, child_id=child.id)
    if known is not None:
        return known
    read = answers.read(rules_of(child.county_id, at=at).asked["wish"], given, at=at)
    if read.problems:
        raise Refused(read.problems)
    wish = Wish(
        id=wish_id, county_id=child.county_id or 0, child_id=child.id, noted_at=at, noted_by=person_id,
        post_id=post_of(actor),
    )
    vault.put(wish, {"words": read.words["said"]})
    wish.save(force_insert=True)
    _tell("wish.noted", wish, actor, at)
    return wish


def _wish(wish_id: UUID, viewer: Viewer, at: datetime) -> Wish:
    wish = Wish.objects.select_for_update().filter(id=wish_id).first()
    if wish is None:
        raise NotAllowed
    child_for(wish.child_id, viewer, at=at)
    return wish


@transaction.atomic
def publish(*, wish_id: UUID, given: Given, actor: Viewer, at: datetime) -> Wanted:
    """The wish in other words, by which nobody knows the child; bodies take it up like any other need."""
    must(actor, taking_up.PUBLISH, at=at)
    wish = _wish(wish_id, actor, at)
    if state_of(wish) != Wish.NOTED:
        raise Refused.because(IS_OUT)
    said = {**given, "kind": [KIND]}
    wanted = taking_up.publish(child_id=wish.child_id, given=said, actor=actor, at=at)
    wish.state, wish.wanted_id = Wish.PUBLISHED, wanted.id
    wish.save(update_fields=["state", "wanted_id"])
    return wanted


@transaction.atomic
def deliver(*, wish_id: UUID, on: str, liked: str, said: str, actor: Viewer, at: datetime) -> Wish:
    """The office brought the child what the body gave; how it was, in the child's words."""
    must(actor, NOTE, at=at)
    wish, day = _wish(wish_id, actor, at), day_in(on)
    if state_of(wish) != Wish.TAKEN or wish.wanted_id is None:
        raise Refused.because(NOT_TAKEN)
    if len(said) > LONGEST:
        raise Refused([Problem("said", LONG, True)])
    if liked not in rules_of(wish.county_id, at=at).lists["liked"] or day is None or not (
        wish.noted_at.astimezone(CHINA).date() <= day <= at.astimezone(CHINA).date()
    ):
        raise Refused([Problem("on", NO_DAY, True)])
    wish.state, wish.delivered_on, wish.liked = Wish.DELIVERED, day, liked
    if said.strip():
        vault.put(wish, {"said": said.strip()})
    wish.save()
    Wanted.objects.filter(id=wish.wanted_id, state=Wanted.TAKEN).update(state=Wanted.CARRIED, ended_at=at)
    _tell("wish.delivered", wish, actor, at, liked=liked)
    return wish


@transaction.atomic
def drop(*, wish_id: UUID, reason: str, actor: Viewer, at: datetime) -> Wish:
    """Nobody wants it any more, and why; what bodies read of it is withdrawn. Said twice it is said once."""
    person_id = must(actor, NOTE, at=at)
    wish = _wish(wish_id, actor, at)
    state = state_of(wish)
    if state == Wish.DROPPED:
        return wish
    if state == Wish.DELIVERED:
        raise Refused.because(IS_BROUGHT)
    if reason not in rules_of(wish.county_id, at=at).lists["wish_drops"]:
        raise Refused([Problem("reason", NO_REASON, True)])
    if state != Wish.NOTED and wish.wanted_id is not None:
        taking_up.withdraw(wanted_id=wish.wanted_id, actor=actor, at=at)
    wish.state, wish.dropped_at, wish.dropped_by, wish.drop_reason = Wish.DROPPED, at, person_id, reason
    wish.save(update_fields=["state", "dropped_at", "dropped_by", "drop_reason"])
    _tell("wish.dropped", wish, actor, at, reason=reason)
    return wish


def erase(child: Child) -> int:
    """How many wishes and grants of an erased child lost their words; what was paid stays in the book."""
    Grant.objects.filter(child_id=child.id).update(words=None)
    return Wish.objects.filter(child_id=child.id).update(words=None, said=None)


def _tell(kind: str, wish: Wish, actor: Viewer, at: datetime, **more: str) -> None:
    ledger.record(
        kind=kind, subject=Owner("child", wish.child_id), actor=actor, at=at, is_fact=True,
        clear={"wish": str(wish.id), **more},
    )
