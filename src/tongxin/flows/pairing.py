"""A child and a companion: begun only while checks hold, every contact written down, ended with a reason."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import pairing_known
from tongxin.flows.made_once import made_before
from tongxin.flows.pairing_companions import county_of, is_checked, must, post_of, rules_in
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import day_in
from tongxin.pairings.models import Companion, Contact, Pairing
from tongxin.pairings.rules import Pairings
from tongxin.people.models import Child
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.vault import Owner

LOG, PAIR, PART, FLAG = "log_pairings", "keep_companions", "care", "flag"
UNCHECKED = "没有保存：这位陪伴者的审查没有做齐或已过期，不能和孩子见面。请先补审查。"
FULL = "没有保存：这位陪伴者已经带满 {most} 名孩子。"
NOT_WILLING = "没有保存：孩子愿意、监护人同意，缺一样都不能结对。"
OWN_CARER = "没有保存：这位陪伴者和孩子的照料人同名或同电话。照料人不做自己孩子的陪伴者，请换一位。"
TWICE = "没有保存：这名孩子已和这位陪伴者结对。"
NO_COMPANION = "没有保存：请选一位陪伴者。"
IS_OVER = "没有保存：这次结对已经结束。"
TOO_EARLY = "没有保存：日期早于结对开始的日期。"
NO_END = "没有改动：请选结束的原因，日期在开始以后、今天以前。"
WORRY = "结对联系中有让人担心的地方，请看“结对”里最近一次记录，尽快联系孩子。"
SIGNED = "系统按结对联系记录"


def child_for(child_id: UUID, viewer: Viewer, *, at: datetime) -> Child:
    """The child, for somebody who reads its care."""
    child: Child | None = access.child_if_visible(viewer=viewer, child_id=child_id, part=PART, at=at)
    if child is None:
        raise NotAllowed
    return child


def fitting(child: Child, *, at: datetime) -> list[Companion]:
    """Companions of the child's county whose checks hold and who may take another child: near ones first."""
    found, today = rules_in(child.county_id, at=at), at.astimezone(CHINA).date()
    live = Count("pairings", filter=Q(pairings__to_on__isnull=True))
    rows = Companion.objects.filter(
        county_id=child.county_id or 0, ended_at__isnull=True, checked_until__gte=today
    ).select_related("organisation")
    many = dict(rows.annotate(many=live).values_list("id", "many"))
    free = [each for each in rows if each.kind in found.kinds and many[each.id] < found.kinds[each.kind].most]
    mine = set(Pairing.objects.filter(child_id=child.id, to_on__isnull=True).values_list("companion_id", flat=True))
    return sorted(
        (each for each in free if each.id not in mine),
        key=lambda each: (each.town_id != child.town_id, many[each.id], each.number),
    )


@transaction.atomic
def begin(*, child_id: UUID, companion_id: UUID | None, given: Given, actor: Viewer, at: datetime) -> Pairing:
    """The pairing, from today on."""
    person_id, child = must(actor, PAIR, at=at), child_for(child_id, actor, at=at)
    found, today = rules_in(child.county_id, at=at), at.astimezone(CHINA).date()
    mine = Companion.objects.select_for_update(of=("self",)).filter(county_id=child.county_id or 0)
    companion = mine.filter(id=companion_id).first() if companion_id else None
    read = answers.read(found.asked["begin"], given, at=at)
    if companion is None:
        raise Refused([Problem("companion", NO_COMPANION, True), *read.problems])
    if read.problems:
        raise Refused(read.problems)
    _refuse(companion, child, found, read.clear, today)
    if pairing_known.is_carer(companion, child, at=at):
        raise Refused([Problem("companion", OWN_CARER, True)])
    pairing = Pairing.objects.create(
        child_id=child.id, companion=companion, clear=read.clear, from_on=today, begun_at=at, begun_by=person_id,
        post_id=post_of(actor),
    )
    _tell("pairing.started", pairing, actor, at)
    return pairing


def _refuse(companion: Companion, child: Child, found: Pairings, clear: dict[str, Any], today: date) -> None:
    if not is_checked(companion, on=today):
        raise Refused([Problem("companion", UNCHECKED, True)])
    live = companion.pairings.filter(to_on__isnull=True)
    most = found.kinds[companion.kind].most if companion.kind in found.kinds else 0
    if live.filter(child_id=child.id).exists():
        raise Refused([Problem("companion", TWICE, True)])
    if live.count() >= most:
        raise Refused([Problem("companion", FULL.format(most=most), True)])
    if "no" in (clear.get("child_agrees"), clear.get("guardian_agrees")):
        raise Refused([Problem("child_agrees", NOT_WILLING, True)])


def pairings_of(child: Child, *, live_only: bool = False) -> QuerySet[Pairing]:
    """A child's pairings, the newest first."""
    rows = Pairing.objects.filter(child_id=child.id).select_related("companion__organisation")
    return (rows.filter(to_on__isnull=True) if live_only else rows).order_by("to_on", "-from_on", "-begun_at")


def pairing_for(*, pairing_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False) -> Pairing:
    """One pairing, for somebody who reads that child's care."""
    rows = Pairing.objects.select_related("companion").filter(id=pairing_id)
    pairing = rows.select_for_update(of=("self",)).first() if for_update else rows.first()
    if pairing is None:
        raise NotAllowed
    child_for(pairing.child_id, viewer, at=at)
    return pairing


@transaction.atomic
def log(*, pairing_id: UUID, contact_id: UUID, given: Given, actor: Viewer, at: datetime) -> Contact:
    """One contact, once however often it is sent; a worry is a flag in the child's file in the same transaction."""
    person_id = must(actor, LOG, at=at)
    pairing = pairing_for(pairing_id=pairing_id, viewer=actor, at=at, for_update=True)
    known = made_before(Contact, contact_id, pairing_id=pairing.id)
    if known is not None:
        return known
    child = Child.objects.get(id=pairing.child_id)
    read = answers.read(rules_in(child.county_id, at=at).asked["contact"], given, at=at)
    if read.problems:
        raise Refused(read.problems)
    met_on = day_in(str(read.clear["met_on"]))
    if met_on is None or met_on < pairing.from_on:
        raise Refused([Problem("met_on", TOO_EARLY, True)])
    if pairing.to_on is not None and met_on > pairing.to_on:
        raise Refused([Problem("met_on", IS_OVER, True)])
    contact = Contact(
        id=contact_id, pairing=pairing, met_on=met_on, clear=read.clear, at=at, person_id=person_id,
        post_id=post_of(actor), is_checked=is_checked(pairing.companion, on=met_on),
    )
    vault.put(contact, {"words": json.dumps(read.words, ensure_ascii=False)})
    contact.save()
    _tell("pairing.contacted", pairing, actor, at, checked="yes" if contact.is_checked else "no")
    if read.clear.get("worry") == "yes":
        _raise_flag(child, contact, actor, at)
    return contact


def _raise_flag(child: Child, contact: Contact, actor: Viewer, at: datetime) -> None:
    found = rules_in(child.county_id, at=at)
    due = at.astimezone(CHINA).date() + found.worry_within
    given = {
        "flag_kind": "attention", "wanted": WORRY, "resolver": found.worry_to, "due_on": due.isoformat(),
        "signature": SIGNED,
    }
    record(child_id=child.id, sheet=Sheet(contact.id, FLAG, given, at), actor=actor, at=at)


@transaction.atomic
def end(*, pairing_id: UUID, to_on: str, reason: str, actor: Viewer, at: datetime) -> Pairing:
    """The pairing is over, and why."""
    person_id = must(actor, PAIR, at=at)
    pairing = pairing_for(pairing_id=pairing_id, viewer=actor, at=at, for_update=True)
    if pairing.to_on is not None:
        raise Refused.because(IS_OVER)
    day, found = day_in(to_on), rules_in(county_of(actor), at=at)
    if day is None or not pairing.from_on <= day <= at.astimezone(CHINA).date() or reason not in found.ends:
        raise Refused([Problem("reason", NO_END, True)])
    pairing.to_on, pairing.end_reason, pairing.ended_at, pairing.ended_by = day, reason, at, person_id
    pairing.save()
    _tell("pairing.ended", pairing, actor, at, reason=reason)
    return pairing


def late(pairings: Iterable[Pairing], *, found: Pairings, on: date) -> set[UUID]:
    """Those live pairings in which nobody has met the child for longer than the kind says."""
    gone = set()
    for each in pairings:
        last = each.contacts.order_by("-met_on").values_list("met_on", flat=True).first() or each.from_on
        kind = found.kinds.get(each.companion.kind)
        if each.to_on is None and kind is not None and on - last > kind.every:
            gone.add(each.id)
    return gone


def erase(child: Child) -> int:
    """How many contacts of an erased child lost their words; figures stay."""
    return Contact.objects.filter(pairing__child_id=child.id).update(words=None, clear={})


def _tell(kind: str, pairing: Pairing, actor: Viewer, at: datetime, **more: str) -> None:
    ledger.record(
        kind=kind, subject=Owner("child", pairing.child_id), actor=actor, at=at, is_fact=True,
        clear={"pairing": str(pairing.id), "kind": pairing.companion.kind, **more},
    )
