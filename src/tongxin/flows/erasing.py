"""Erasing a file (spine B4): its keys are destroyed, what stands in clear about the child goes, a tombstone stays.

Everything but the ledger's own rows is stripped in one transaction; keys go once that is kept, and again after each
restore of an older backup.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.pathway import CaseState
from tongxin.flows import barred, brought, holding, shelved, stripping
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rights import rules_for
from tongxin.intake.models import HeldRow
from tongxin.ledger.models import Entry
from tongxin.people.models import Alias, Child
from tongxin.people.token_table import ChildToken
from tongxin.rights.models import Tombstone
from tongxin.rights.rules import Keeps
from tongxin.screening.models import Participant, Round
from tongxin.vault import Owner, destructions

ERASED = "file.erased"
REQUEST, RETENTION, RESTORED = "request", "retention", "restored"
ANSWERS = "answer_right"
GONE = "这份档案已经删除。没有改动。"
# What of the pathway keeps a file in use, each with why.
IN_USE = {
    "in_crisis": "危机还没有解除。", "safety_check_open": "当面安全核实还没有完成。",
    "report_open": "强制报告还没有办结。", "household_check_open": "同户儿童的当面查看还没有完成。",
    "referral_open": "转介还没有办结。", "transfer_open": "迁出还没有被接收。",
    "held_open": "有两份内容不同的记录还没有核对。",
}


def erase(
    *, child_id: UUID, basis: str, proposed_by: UUID, actor: Viewer, at: datetime, request_id: UUID | None = None,
    proposed_post: UUID | None = None,
) -> Tombstone:
    """The tombstone of a file that two people erased; Refused says what stands against it."""
    confirmed_by = barred.refuse_alone(child_id, actor=actor, proposed_by=proposed_by, at=at)
    with transaction.atomic():
        child = Child.objects.filter(id=child_id).first()
        if child is None:
            raise NotAllowed
        ledger.lock_subject(child.key_owner)
        if Tombstone.objects.filter(child_id=child_id).exists():
            raise Refused.because(GONE)
        child = shelved.as_lived(child)
        if said := refusals(child, basis=basis, at=at, request_id=request_id):
            raise Refused.because(*said)
        # Under the child's key while there is one: the last that the record says of the child.
        ledger.record(
            kind=ERASED, subject=child.key_owner, actor=actor, at=at, is_fact=True,
            clear={"basis": basis, "proposed_by": str(proposed_by)},
        )
        stone = _tombstone(child, basis=basis, at=at)
        stone.request_id, stone.proposed_by, stone.confirmed_by = request_id, proposed_by, confirmed_by
        stone.proposed_post, stone.confirmed_post = proposed_post, actor.post_id
        stone.owners = [[owner.kind, str(owner.id)] for owner in stripping.owners_of(child)]
        stone.gone = stripping.strip(child, at=at)
        stone.save(force_insert=True)
        transaction.on_commit(lambda: finish(at=at))
    return stone


def refusals(child: Child, *, basis: str, at: datetime, request_id: UUID | None = None) -> list[str]:
    """Why a file can't be erased now, a sentence each; empty when it can."""
    facts, _ = facts_of(child.id)
    state = state_of(child, facts=facts, at=at)
    said = [] if not holding.holds_on(child.id) else [holding.IS_HELD]
    said += in_use(child, state, request_id=request_id)
    return said + kept_by_law(child, at=at)


def in_use(child: Child, state: CaseState, *, request_id: UUID | None = None) -> list[str]:
    """What is still done for or about the child."""
    names = state.names()
    said = [zh for name, zh in IN_USE.items() if names.get(name)]
    if state.is_open:
        said.append("个案还在办理，依法定职责需要这份档案。请先结案。")
    if set(state.rights) - {str(request_id)}:
        said.append("还有别的权利请求没有答复。")
    live = Task.objects.filter(case_id=child.id, state__in=LIVE).exclude(step=ANSWERS).values_list("zh", flat=True)
    if not state.is_open and not said and (waiting := list(dict.fromkeys(live))):
        said.append(f"还有没办完的任务：{'、'.join(waiting)}。")
    if Alias.objects.filter(child=child, undone_by__isnull=True).exists() or (
        Alias.objects.filter(same_as=child, undone_by__isnull=True).exists()
    ):
        said.append("这份档案与另一份登记为同一名儿童。请先核对合并，两份一起办。")
    if brought.waits(child.id):
        said.append("手机送来的记录还没有核对。请先在“手机送来的记录”里处理。")
    if HeldRow.objects.filter(child_id=child.id, state=HeldRow.OPEN).exists():
        said.append("花名册里还有一行疑似是这名孩子，没有核对。请先在“花名册”里处理。")
    rounds = Participant.objects.filter(child_id=child.id, round__state__in=(Round.PLANNED, Round.RUNNING))
    if rounds.exists():
        said.append("孩子还在一次没有结束的筛查里。请先结束这次筛查，或把孩子移出名单。")
    return said


@dataclass(frozen=True, slots=True)
class Kept:
    """Records of a file that the law wants kept until a moment."""

    keeps: Keeps
    until: datetime

    def zh(self) -> str:
        return (
            f"{self.keeps.zh}要保存到{self.until.year}年{self.until.month}月，现在只能改为“只保存”。"
            f"依据：{self.keeps.source}。"
        )


def kept(child: Child, *, at: datetime) -> list[Kept]:
    """What the law wants kept of this file for some years yet: the file is then only stored."""
    return [each for each in bounds(child, at=at) if each.until > at]


def bounds(child: Child, *, at: datetime) -> list[Kept]:
    """Until when the law in force wants records of this file kept, or wanted: never erased before, on any basis."""
    found = []
    for keeps in rules_for(shelved.as_lived(copy(child)), at=at).keeps:
        newest = Entry.objects.filter(subject_id=child.id, kind__in=keeps.kinds).order_by("-occurred_at").first()
        if newest is not None:
            found.append(Kept(keeps, _years_after(newest.occurred_at, keeps.years)))
    return found


def kept_by_law(child: Child, *, at: datetime) -> list[str]:
    """The same as sentences."""
    return [each.zh() for each in kept(child, at=at)]


def _years_after(moment: datetime, years: int) -> datetime:
    day = moment.day if (moment.month, moment.day) != (2, 29) else 28
    return moment.replace(year=moment.year + years, day=day)


def finish(*, at: datetime) -> int:
    """How many keys were destroyed: those of erased files, also when a crash came in between."""
    done = 0
    for stone in Tombstone.objects.exclude(owners=[]):
        for kind, owner in stone.owners:
            done += vault.destroy(Owner(kind, UUID(owner)), at=at)
        Tombstone.objects.filter(child_id=stone.child_id).update(owners=[])
    return done


def again(*, at: datetime) -> int:
    """How many files an older backup had brought back: those whose key is on the list of the destroyed go once more."""
    from_list = [each.owner.id for each in destructions.listed() if each.owner.kind == "child"]
    count = 0
    for child in _back(from_list):
        with transaction.atomic():
            stone = Tombstone.objects.filter(child_id=child.id).first() or _tombstone(
                shelved.as_lived(child), basis=RESTORED, at=at
            )
            stone.owners = [[owner.kind, str(owner.id)] for owner in stripping.owners_of(child)]
            stone.gone, stone.again_at = stripping.strip(child, at=at), at
            stone.save()
        count += 1
    finish(at=at)
    return count


def _back(ids: list[UUID]) -> Iterable[Child]:
    """The children of erased files of whom something stands that an erasure takes away."""
    cases = set(Case.objects.filter(id__in=ids).values_list("id", flat=True))
    marks = set(ChildToken.objects.filter(child_id__in=ids).values_list("child_id", flat=True))
    stored = shelved.among(ids)
    for child in Child.objects.filter(id__in=ids).order_by("id"):
        if child.id in cases | marks | stored or child.county_id is not None or child.birth_month is not None:
            yield child


def _tombstone(child: Child, *, basis: str, at: datetime) -> Tombstone:
    return Tombstone(
        child_id=child.id, file_no=child.file_no, county_id=child.county_id, basis=basis,
        birth_year=child.birth_month.year if child.birth_month else None, sex=child.sex,
        opened_year=child.created_at.year, erased_at=at,
    )
