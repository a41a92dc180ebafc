"""Companions of children: registered, checked with dated evidence, met by nobody once a needed check ran out."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Organisation
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import pairing_known
from tongxin.flows.made_once import made_before
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.lib.numbers import day_in
from tongxin.notices import services as notices
from tongxin.pairings.models import Check, Companion
from tongxin.pairings.rules import Pairings, pairings_in
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.rulebook import rules

KEEP = "keep_companions"
CLEAR, BATCH, LONGEST_PROOF = "clear", 100, 200
NO_KIND = "没有保存：请选是哪一种陪伴者。"
NO_CHECK = "没有保存：请选哪一项审查和结果。"
NO_DAY = "没有保存：审查的日期不能晚于今天，也不能早过它的有效期。"
NO_PROOF = "没有保存：请写凭据（谁出具、编号），最多 200 个字。"
REFUSED_BEFORE = (
    "没有登记：这个人 {day} 登记过，审查不合格或有不合适的言行，已退出。"
    "要再登记，请由没有办过那一次的另一位同事核实后登记。"
)
HAS_LEFT = "没有保存：这位陪伴者已经退出。"
NO_REASON = "没有改动：请选原因。"
STILL_PAIRED = "没有改动：还有没结束的结对，请先逐个结束。"


def county_of(viewer: Viewer) -> int:
    """The county somebody works in."""
    places = [viewer.seat.division_id] if viewer.seat else []
    found = Division.objects.filter(id__in=places).values_list("county_id", flat=True).first()
    if found is None:
        raise NotAllowed
    return found


def rules_in(county_id: int | None, *, at: datetime) -> Pairings:
    """The rules of a county."""
    return pairings_in(region=rules.region_of(county_id) if county_id else "", at=at)


def must(viewer: Viewer, action: str, *, at: datetime) -> UUID:
    """The person who acts, when one of their posts may."""
    if viewer.person_id is None or viewer.post_id is None or not access.may_do(viewer=viewer, action=action, at=at):
        raise NotAllowed
    return viewer.person_id


def post_of(viewer: Viewer) -> UUID:
    """The post somebody acts from."""
    if viewer.post_id is None:
        raise NotAllowed
    return viewer.post_id


def companions_for(viewer: Viewer, *, at: datetime) -> QuerySet[Companion]:
    """The companions of the viewer's county, for those who keep them."""
    must(viewer, KEEP, at=at)
    return Companion.objects.filter(county_id=county_of(viewer)).select_related("organisation")


def companion_for(*, companion_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False) -> Companion:
    """One companion, for those who keep it."""
    rows = companions_for(viewer, at=at).filter(id=companion_id)
    found = rows.select_for_update(of=("self",)).first() if for_update else rows.first()
    if found is None:
        raise NotAllowed
    return found


@transaction.atomic
def register(
    *, kind: str, organisation_id: int | None, town_id: int | None, given: Given, actor: Viewer, at: datetime,
    new_id: UUID | None = None,
) -> Companion:
    """Somebody who would accompany children, written down once under `new_id`; nobody's yet, for nothing is
    checked."""
    person_id, county_id = must(actor, KEEP, at=at), county_of(actor)
    # Two at once wait here, so that no number is given twice.
    Division.objects.select_for_update().get(id=county_id)
    if before := made_before(Companion, new_id, county_id=county_id, registered_by=person_id):
        return before
    found = rules_in(county_id, at=at)
    read = answers.read(found.asked["companion"], given, at=at)
    problems = [*([] if kind in found.kinds else [Problem("kind", NO_KIND, True)]), *read.problems]
    if problems:
        raise Refused(problems)
    for earlier in pairing_known.refused_before(read.words, at=at):
        if person_id in pairing_known.keepers_of(earlier):
            on = earlier.registered_at.astimezone(CHINA).date()
            day = f"{on.year}年{on.month}月{on.day}日"
            raise Refused([Problem("name", REFUSED_BEFORE.format(day=day), True)])
    last = Companion.objects.filter(county_id=county_id).aggregate(last=Max("number"))["last"] or 0
    town = Division.objects.filter(id=town_id, level="town", county_id=county_id).first() if town_id else None
    body = Organisation.objects.filter(id=organisation_id or 0, division__county_id=county_id).first()
    companion = Companion(
        id=new_id or ids.new_id(), county_id=county_id, town_id=town.id if town else None, number=last + 1, kind=kind,
        organisation=body,
        clear=read.clear, registered_at=at, registered_by=person_id, post_id=post_of(actor),
    )
    vault.create_keys([companion.key_owner], at=at)
    vault.put(companion, {"words": json.dumps(read.words, ensure_ascii=False)})
    companion.save(force_insert=True)
    tell("companion.registered", companion, actor, at, kind=kind)
    return companion


@transaction.atomic
def check(
    *, companion_id: UUID, kind: str, result: str, done_on: str, proof: str, actor: Viewer, at: datetime
) -> Check:
    """Evidence with its day. A check that failed ends at once what stood before."""
    companion = companion_for(companion_id=companion_id, viewer=actor, at=at, for_update=True)
    person_id, found = must(actor, KEEP, at=at), rules_in(companion.county_id, at=at)
    if companion.ended_at is not None:
        raise Refused.because(HAS_LEFT)
    asked, today, day = found.checks.get(kind), at.astimezone(CHINA).date(), day_in(done_on)
    problems = []
    if asked is None or result not in found.results:
        problems.append(Problem("check", NO_CHECK, True))
    if day is None or asked is None or not today - asked.valid <= day <= today:
        problems.append(Problem("done_on", NO_DAY, True))
    if not proof.strip() or len(proof.strip()) > LONGEST_PROOF:
        problems.append(Problem("proof", NO_PROOF, True))
    if problems or asked is None or day is None:
        raise Refused(problems)
    row = Check(
        companion=companion, kind=kind, result=result, done_on=day, at=at, person_id=person_id, post_id=post_of(actor),
        valid_until=day + asked.valid if result == CLEAR else None,
    )
    vault.put(row, {"words": proof.strip()})
    row.save()
    companion.checked_until = until_of(companion, found)
    companion.save(update_fields=["checked_until"])
    tell("companion.checked", companion, actor, at, check=kind, result=result)
    return row


def until_of(companion: Companion, found: Pairings) -> date | None:
    """Until when everything that is needed holds; the newest word on each check counts, none lacking."""
    newest: dict[str, Check] = {}
    for row in companion.checks.order_by("done_on", "at"):
        newest[row.kind] = row
    needed = [each.id for each in found.checks.values() if each.is_required]
    if found.needs_identity and companion.confirmed_at is None:
        return None
    if any(row.result != CLEAR for row in newest.values()) or any(each not in newest for each in needed):
        return None
    days = [newest[each].valid_until for each in needed]
    return min((each for each in days if each is not None), default=None)


def is_checked(companion: Companion, *, on: date) -> bool:
    """Whether children may be met on a day."""
    return companion.ended_at is None and companion.checked_until is not None and on <= companion.checked_until


@transaction.atomic
def leave(*, companion_id: UUID, reason: str, actor: Viewer, at: datetime) -> Companion:
    """No companion any more; every pairing has ended before."""
    companion = companion_for(companion_id=companion_id, viewer=actor, at=at, for_update=True)
    if companion.ended_at is not None:
        raise Refused.because(HAS_LEFT)
    if reason not in rules_in(companion.county_id, at=at).leaves:
        raise Refused([Problem("reason", NO_REASON, True)])
    if companion.pairings.filter(to_on__isnull=True).exists():
        raise Refused.because(STILL_PAIRED)
    companion.ended_at, companion.end_reason = at, reason
    companion.save(update_fields=["ended_at", "end_reason"])
    tell("companion.released", companion, actor, at, reason=reason)
    return companion


def follow_companions(now: datetime, *, limit: int = BATCH) -> int:
    """How many keepers were told that a check runs out soon, or that it has: each once."""
    today, count = now.astimezone(CHINA).date(), 0
    soon = today + rules_in(None, at=now).remind_before
    rows = Companion.objects.filter(ended_at__isnull=True, checked_until__lte=soon).select_related("organisation")
    for companion in [each for each in rows.order_by("checked_until")[:limit] if _is_untold(each, today)]:
        with transaction.atomic():
            marked = today if companion.checked_until and companion.checked_until < today else companion.checked_until
            Companion.objects.filter(id=companion.id).update(told_until=marked)
            is_over = companion.checked_until is not None and companion.checked_until < today
            event = ledger.record(
                kind="companion.reminded", subject=companion.key_owner, actor=WORKER, at=now, is_fact=False,
                clear={"companion": str(companion.id), "over": "yes" if is_over else "no"},
            )
            notices.tell_posts(posts=[companion.post_id], event=event, at=now)
        count += 1
    return count


def _is_untold(companion: Companion, today: date) -> bool:
    """Told once before a check runs out, and once more when it has."""
    until, told = companion.checked_until, companion.told_until
    if until is None or (told is not None and told > until):
        return False
    return until < today or told != until


def tell(kind: str, companion: Companion, actor: Viewer, at: datetime, /, **more: str) -> None:
    """What happened to a companion, on record."""
    clear: Mapping[str, Any] = {"companion": str(companion.id), **more}
    ledger.record(kind=kind, subject=companion.key_owner, actor=actor, at=at, is_fact=True, clear=clear)
