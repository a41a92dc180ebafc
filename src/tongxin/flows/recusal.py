"""A relative or an accused is kept from a child: sees nothing, gets no task, the next level owns (spine A10)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.access.models import Relation
from tongxin.accounts.models import Holding, places_of
from tongxin.accounts.posts import roster_for
from tongxin.accounts.viewers import Viewer, held
from tongxin.assessments.models import Result
from tongxin.cases.models import Case
from tongxin.cases.tasks import roles_without_owner
from tongxin.core.forms import Problem
from tongxin.flows.derive import derive_again, ground_for
from tongxin.flows.lists import STANDS_IN
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger import Draft, subjects
from tongxin.ledger.models import Event
from tongxin.people.models import Child
from tongxin.vault import Keyring

BAR, READMIT = "recusal", "recusal_end"
FORMS = frozenset({BAR, READMIT})


@transaction.atomic
def recuse(*, child_id: UUID, person_id: UUID, actor: Viewer, at: datetime) -> None:
    """Keep somebody from a child from now on; anybody may step back, the county's desk may set others aside."""
    if actor.person_id != person_id:
        _refuse_others(child_id, actor, at)
    subjects.lock([Child(id=child_id).key_owner])
    _refuse_gap(Child.objects.get(id=child_id), frozenset({person_id}), at)
    if relations.recuse(child_id=child_id, person_id=person_id, at=at):
        _follow("person.recused", child_id, person_id, actor, at)


@transaction.atomic
def admit_again(*, child_id: UUID, person_id: UUID, actor: Viewer, at: datetime) -> None:
    """Let somebody act for a child again; neither they nor who set them aside decides this."""
    if actor.person_id in {person_id, _barred_by(child_id, person_id)}:
        raise NotAllowed
    _refuse_others(child_id, actor, at)
    subjects.lock([Child(id=child_id).key_owner])
    if _end(child_id, person_id, at):
        _follow("person.admitted", child_id, person_id, actor, at)


def _refuse_others(child_id: UUID, actor: Viewer, at: datetime) -> None:
    """The desk that hands over posts also sets people aside, for the children it sees."""
    if not access.may_do(viewer=actor, action="hand_over", at=at) or not access.may(
        viewer=actor, child_id=child_id, part="roster", at=at
    ):
        raise NotAllowed


def refuse_one_alone(*, child: Child, draft: Draft, data: Mapping[str, Any], at: datetime, actor: Viewer) -> None:
    """Nothing, when a filled form names somebody to set aside, or somebody whom another person set aside."""
    if draft.kind not in FORMS:
        return
    if draft.correction_kind:
        raise Refused.because("回避不能撤回或更正。不再需要的，请由另一位有权的人填写“解除回避”。没有保存。")
    found = _people_named(child, draft.kind, data, at)
    if not found:
        zh = "这个岗位现在没有任职的人，或已经回避。" if draft.kind == BAR else "这个岗位没有正在回避的人。"
        raise Refused([Problem("post", f"{zh}请重新选择岗位。", True)])
    if draft.kind == BAR:
        _refuse_gap(child, frozenset(found), at)
    if draft.kind == READMIT and actor.person_id in {*found, *(_barred_by(child.id, each) for each in found)}:
        raise Refused.because("解除回避要由另一位有权的人填写，不能由当初填写回避的人自己解除。没有保存。")


def _refuse_gap(child: Child, people: frozenset[UUID], at: datetime) -> None:
    """Nothing, while somebody else could do what these people do for a child, a crisis too."""
    roster = roster_for(ancestors=places_of(child), at=at)
    barred = relations.recused_from(child_id=child.id, at=at)
    case, pathway = Case(id=child.id, **places_of(child)), ground_for(child, at=at).pathway
    before = roles_without_owner(case=case, pathway=pathway, roster=roster, recused=barred)
    if roles_without_owner(case=case, pathway=pathway, roster=roster, recused=barred | people) - before:
        zh = "这个人回避以后，这名儿童的任务就没有人负责。请先安排代班的人，再填写回避。没有保存。"
        raise Refused([Problem("post", zh, True)])


def follow(
    *, child: Child, draft: Draft, data: Mapping[str, Any], actor: Viewer, at: datetime, keys: Keyring
) -> None:
    """Bar or admit the people of the post that a form names; the case is derived right after."""
    if draft.kind not in FORMS:
        return
    for person_id in _people_named(child, draft.kind, data, at):
        if draft.kind == BAR:
            relations.recuse(child_id=child.id, person_id=person_id, at=at, source_id=draft.entry_id)
        else:
            _end(child.id, person_id, at)
        kind = "person.recused" if draft.kind == BAR else "person.admitted"
        _tell(kind, child, person_id, actor, at, keys)


def _people_named(child: Child, kind: str, data: Mapping[str, Any], at: datetime) -> list[UUID]:
    """Who holds the post or stands in and acts, or whoever was last set aside in it."""
    code = str(data["post"])
    way = Holding.STAND_IN if code.endswith(STANDS_IN) else Holding.HOLDER
    holdings = Holding.objects.filter(held(at), post_id=UUID(code.removesuffix(STANDS_IN)), kind=way)
    now = list(holdings.order_by("id").values_list("person_id", flat=True))
    if kind == BAR:
        barred = relations.recused_from(child_id=child.id, at=at)
        return [each for each in now if each not in barred]
    return _set_aside(child, code, now, at)


def _set_aside(child: Child, code: str, now: list[UUID], at: datetime) -> list[UUID]:
    """Whom the newest recusal of a post that still holds keeps away; without one, who has the post and stepped back.

    Whoever was set aside in the same post before stays away: they may be the accused.
    """
    rows = Relation.objects.filter(held(at), child_id=child.id, relation=Relation.RECUSED).order_by("-from_at", "-id")
    barred = list(rows.values_list("source_id", "person_id"))
    told = Result.objects.filter(child_id=child.id, kind=BAR, entry_id__in=[source for source, _ in barred if source])
    about = {row.entry_id for row in told if row.data.get("post") == code}
    newest = next((source for source, _ in barred if source in about), None)
    return sorted(
        person for source, person in barred
        if person and source == newest and (newest is not None or person in now)
    )


def _barred_by(child_id: UUID, person_id: UUID) -> UUID | None:
    """Who last set a person aside."""
    told = Event.objects.filter(subject_id=child_id, kind="person.recused").order_by("at", "id")
    return next((each.person_id for each in reversed(told) if each.clear.get("person") == str(person_id)), None)


def _end(child_id: UUID, person_id: UUID, at: datetime) -> int:
    rows = Relation.objects.filter(child_id=child_id, relation=Relation.RECUSED, person_id=person_id)
    return rows.exclude(to_at__lte=at).update(to_at=at)


def _follow(kind: str, child_id: UUID, person_id: UUID, actor: Viewer, at: datetime) -> None:
    child = Child.objects.get(id=child_id)
    keys = vault.keyring([child.key_owner])
    _tell(kind, child, person_id, actor, at, keys)
    derive_again(child=child, actor=actor, at=at, keyring=keys)


def _tell(kind: str, child: Child, person_id: UUID, actor: Viewer, at: datetime, keys: Keyring) -> None:
    ledger.record(
        kind=kind, subject=child.key_owner, actor=actor, at=at, clear={"person": str(person_id)}, is_fact=True,
        keyring=keys,
    )
