"""Two files that are one child's, joined and parted again: no id is rewritten, no entry moved, nothing lost.

Joining is an entry in both files and, for what the kept file takes over, a correction there. Both keep their own
record; what follows for the child is thought from both and led by the kept one (`joined`). Undoing takes the entries
back, so that both stand as before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from tongxin import ledger, linkage, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case, Decision, Task
from tongxin.cases.tasks import LIVE
from tongxin.comparisons.models import Apart, Joining
from tongxin.comparisons.rules import rules_at
from tongxin.flows import comparing_undoing, joined, moving, shelved
from tongxin.flows.comparing import SETTLE
from tongxin.flows.comparing_asking import name_of
from tongxin.flows.comparing_files import in_words
from tongxin.flows.comparing_judging import of_file
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger import subjects
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.lib.identity_numbers import is_well_formed
from tongxin.people.models import Alias, Child
from tongxin.rulebook import rules

FORM, CORRECTION, PART, PURPOSE = "same_child", "detail_correction", "identity", "list_comparison"
SEALED = {"name": "name", "id_no": "id_no", "birth": "birth", "phone": "phone", "residence_address": "address"}
ITSELF = "两份是同一份档案。没有保存。"
STORED = "其中一份只保存或已删除，不能合为一人。请先在“删除与保存”里取回。没有保存。"
TWO_NUMBERS = "两份档案的身份证号码都成立而且不同，是两名儿童，不能合为一人。号码写错的，先在档案里补正。没有保存。"
TWINS = "两个孩子同住一户、出生日期相同而姓名不同，可能是双胞胎，不能合为一人。姓名写错的，先在档案里补正。没有保存。"
NOT_ONE = "不能合为一人。写错的，先在档案里补正。没有保存。"
SAID_APART = "以前核对过：不是同一名儿童。没有保存。"
IN_ANOTHER = "其中一份已经与别的档案登记为同一名儿童，请先撤销那一次。没有保存。"
ALONE = "其中一份在危机中或已定等级，要由另一个人确认。您提出的，请另一位有权的同事确认。没有改动。"
OVER = "这一项已经办过，没有再改。请看最新的情况。"
BASIS = "两份档案核对为同一名儿童，采用另一份所写"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files before somebody who may read and write both."""

    kept: Child
    other: Child


def pair_for(*, kept_id: UUID, other_id: UUID, viewer: Viewer, at: datetime) -> Pair:
    """Both files, for whoever settles such questions and may see and write both; else there is no such page."""
    if not access.may_do(viewer=viewer, action=SETTLE, at=at):
        raise NotAllowed
    found = {
        each: access.child_if_visible(viewer=viewer, child_id=each, part=PART, at=at) for each in (kept_id, other_id)
    }
    kept, other = found[kept_id], found[other_id]
    if kept is None or other is None or not all(
        access.may(viewer=viewer, child_id=each, part="", action=f"record.{FORM}", at=at) for each in found
    ):
        raise NotAllowed
    return Pair(kept, other)


def joining_of(kept_id: UUID, other_id: UUID) -> Joining | None:
    """What stands, or is proposed, between two files, whichever of them is kept."""
    either = Q(kept_id=kept_id, other_id=other_id) | Q(kept_id=other_id, other_id=kept_id)
    return Joining.objects.filter(either, state__in=(Joining.PROPOSED, Joining.STANDING)).first()


def joined_with(child_id: UUID) -> list[Joining]:
    """What stands of a file: those that go on in it, and the one in which it goes on."""
    rows = Joining.objects.filter(Q(kept_id=child_id) | Q(other_id=child_id), state=Joining.STANDING)
    return list(rows.order_by("decided_at", "id"))


def asks_two(pair: Pair, *, at: datetime) -> bool:
    """Whether a second person has to agree: one of the two is in a crisis or has a grade."""
    region = rules.region_of(pair.kept.county_id)
    ungraded = next(iter(rules.pathway_in(region=region, at=at)[1].levels))
    cases = Case.objects.filter(id__in=(pair.kept.id, pair.other.id))
    return any(case.in_crisis or {case.standing, case.level} - {ungraded} for case in cases)


def against(pair: Pair, *, viewer: Viewer, at: datetime) -> list[str]:
    """What stands against joining the two, a sentence each."""
    said = []
    if pair.kept.id == pair.other.id:
        return [ITSELF]
    if shelved.among([pair.kept.id, pair.other.id]):
        said.append(STORED)
    left, right = words_of([pair.kept, pair.other], viewer=viewer, at=at)
    numbers = {each["id_no"] for each in (left, right) if each["id_no"] and is_well_formed(str(each["id_no"]))}
    if len(numbers) == 2:
        said.append(TWO_NUMBERS)
    elif _are_twins(pair, left, right):
        said.append(TWINS)
    said += _apart_by_rule(pair, viewer=viewer, at=at) if not said else []
    if apart_between(pair.kept.id, pair.other.id):
        said.append(SAID_APART)
    if _in_another(pair):
        said.append(IN_ANOTHER)
    return said


def _apart_by_rule(pair: Pair, *, viewer: Viewer, at: datetime) -> list[str]:
    """What the engine holds for certain of two children: twins, brothers and sisters who share a telephone."""
    sides = [of_file(each) for each in in_words([pair.kept, pair.other], viewer=viewer, at=at, route="same")]
    certain = {f"hard.{each.id}" for each in linkage.rules_in_force().hard if each.verdict == "apart"}
    found = linkage.compare_two(sides[0], sides[1])
    return [f"{each.zh}。{NOT_ONE}" for each in found.reasons if each.code in certain]


def _are_twins(pair: Pair, left: dict[str, Any], right: dict[str, Any]) -> bool:
    lives_together = pair.kept.household_id is not None and pair.kept.household_id == pair.other.household_id
    same_birth = bool(left["birth"]) and left["birth"] == right["birth"]
    return lives_together and same_birth and bool(left["name"] and right["name"] and left["name"] != right["name"])


def _in_another(pair: Pair) -> bool:
    """A file goes on in one other at most, and what goes on elsewhere takes no further one in."""
    live = Joining.objects.filter(state__in=(Joining.PROPOSED, Joining.STANDING))
    mine = Q(kept_id=pair.kept.id, other_id=pair.other.id) | Q(kept_id=pair.other.id, other_id=pair.kept.id)
    others = Q(other_id__in=(pair.kept.id, pair.other.id)) | Q(kept_id=pair.other.id)
    return live.filter(others).exclude(mine).exists()


def apart_between(one: UUID, other: UUID) -> Apart | None:
    """That somebody said the two are not one child."""
    either = Q(child_id=one, other_id=other) | Q(child_id=other, other_id=one)
    return Apart.objects.filter(either, undone_at__isnull=True).first()


def words_of(children: Sequence[Child], *, viewer: Viewer, at: datetime) -> list[dict[str, Any]]:
    """Who each child is, in words, by one look: what a person chooses between."""
    columns = list(SEALED.values())
    sealed = [getattr(each, column) for each in children for column in columns]
    opened = vault.open(sealed, viewer=viewer, purpose=PURPOSE, at=at, part=PART, route="same")
    return [
        {**dict(zip(SEALED, opened[start : start + len(columns)], strict=True)), "sex": each.sex}
        for start, each in zip(range(0, len(opened), len(columns)), children, strict=True)
    ]


@transaction.atomic
def propose(
    *, kept_id: UUID, other_id: UUID, taken: Collection[str], actor: Viewer, at: datetime
) -> Joining:
    """The two joined at once, or proposed for a second person where one is in a crisis or graded."""
    pair = pair_for(kept_id=kept_id, other_id=other_id, viewer=actor, at=at)
    _lock(pair)
    known = joining_of(kept_id, other_id)
    if known is not None and known.kept_id == kept_id:
        return known
    if known is not None:
        raise Refused.because(IN_ANOTHER)
    if said := against(pair, viewer=actor, at=at):
        raise Refused.because(*said)
    choices = rules_at(at, region=rules.region_of(pair.kept.county_id)).choices
    row = Joining(
        kept_id=kept_id, other_id=other_id, taken=[each for each in choices if each in set(taken)],
        proposed_by=actor.person_id, proposed_post=actor.post_id, proposed_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused.because(IN_ANOTHER) from None
    if asks_two(pair, at=at):
        _tell("files.proposed", pair, row, actor, at)
        return row
    return _stand(row, pair, actor, at)


@transaction.atomic
def confirm(*, joining_id: UUID, actor: Viewer, at: datetime) -> Joining:
    """A second person agrees; the two are joined from now on."""
    row, pair = _open(joining_id, actor, at)
    if row.state != Joining.PROPOSED:
        raise Refused.because(OVER)
    if actor.person_id is None or actor.person_id == row.proposed_by:
        raise Refused.because(ALONE)
    if said := [each for each in against(pair, viewer=actor, at=at) if each != IN_ANOTHER]:
        raise Refused.because(*said)
    return _stand(row, pair, actor, at)


@transaction.atomic
def decline(*, joining_id: UUID, actor: Viewer, at: datetime) -> Joining:
    """Not joined: who proposed it takes it back, or somebody else says no."""
    row, pair = _open(joining_id, actor, at)
    if row.state != Joining.PROPOSED:
        raise Refused.because(OVER)
    row.state, row.decided_by, row.decided_post, row.decided_at = Joining.DECLINED, actor.person_id, actor.post_id, at
    row.save(update_fields=["state", "decided_by", "decided_post", "decided_at"])
    _tell("files.declined", pair, row, actor, at)
    return row


@transaction.atomic
def undo(*, joining_id: UUID, actor: Viewer, at: datetime) -> Joining:
    """Both files as they stood: what was taken over and that they are one is taken back, and stays readable."""
    row, pair = _open(joining_id, actor, at)
    if row.state != Joining.STANDING:
        raise Refused.because(OVER)
    stood = _live(row)
    row.state, row.undone_by, row.undone_at = Joining.UNDONE, actor.person_id, at
    row.save(update_fields=["state", "undone_by", "undone_at"])
    # What a decision meant for both together, it may not mean for one alone: written anew below.
    Decision.objects.filter(case_id__in=(row.kept_id, row.other_id)).delete()
    for entry_id in (row.correction_id, row.entry_id):
        entry = Entry.objects.filter(id=entry_id).first() if entry_id else None
        if entry is not None:
            moving.retract(entry=entry, reason="mistaken", actor=actor, at=at)
    event = _tell("files.parted", pair, row, actor, at)
    Alias.objects.filter(child=pair.other, same_as=pair.kept, undone_by__isnull=True).update(undone_by=event)
    _mark_moved(stood)
    return row


@transaction.atomic
def keep_apart(*, one_id: UUID, other_id: UUID, actor: Viewer, at: datetime) -> None:
    """The two are different children: remembered, and never asked about again."""
    pair = pair_for(kept_id=one_id, other_id=other_id, viewer=actor, at=at)
    _lock(pair)
    if joining_of(one_id, other_id):
        raise Refused.because(IN_ANOTHER)
    if apart_between(one_id, other_id) is None:
        Apart.objects.create(
            child_id=one_id, other_id=other_id, decided_at=at, person_id=actor.person_id, post_id=actor.post_id
        )


def ask_again(*, one_id: UUID, other_id: UUID, reason: str, actor: Viewer, at: datetime) -> None:
    """Somebody said too soon that the two are different children: taken back, with why."""
    pair = pair_for(kept_id=one_id, other_id=other_id, viewer=actor, at=at)
    comparing_undoing.undo_apart(pair=apart_between(pair.kept.id, pair.other.id), reason=reason, actor=actor, at=at)


def _open(joining_id: UUID, actor: Viewer, at: datetime) -> tuple[Joining, Pair]:
    found = Joining.objects.filter(id=joining_id).first()
    if found is None:
        raise NotAllowed
    pair = pair_for(kept_id=found.kept_id, other_id=found.other_id, viewer=actor, at=at)
    _lock(pair)
    return Joining.objects.select_for_update().get(id=joining_id), pair


def _lock(pair: Pair) -> None:
    """All files of both, in the same order for everybody."""
    subjects.lock([*joined.owners_with(pair.kept.id), *joined.owners_with(pair.other.id)])


def _live(row: Joining) -> list[int]:
    """The tasks that stand in either file."""
    rows = Task.objects.filter(case_id__in=(row.kept_id, row.other_id), state__in=LIVE)
    return list(rows.values_list("id", flat=True))


def _mark_moved(before: Collection[int]) -> None:
    """Nobody did what now stands in the other file, or is asked for there as well: it isn't counted as done."""
    Task.objects.filter(id__in=list(before), state=Task.DONE).update(state=Task.DROPPED)


def _stand(row: Joining, pair: Pair, actor: Viewer, at: datetime) -> Joining:
    stood = _live(row)
    row.state, row.decided_by, row.decided_post, row.decided_at = Joining.STANDING, actor.person_id, actor.post_id, at
    row.entry_id = ids.new_id()
    given = _given(row, pair, actor, at)
    row.correction_id = ids.new_id() if given else None
    row.save()
    signed = {"signature": name_of(actor, at=at)}
    answers = {"other_file_no": pair.other.file_no, "same": FORM, **signed}
    record(child_id=pair.kept.id, sheet=Sheet(row.entry_id, FORM, answers, at), actor=actor, at=at)
    if row.correction_id:
        sheet = Sheet(row.correction_id, CORRECTION, {**given, "basis": BASIS, **signed}, at)
        record(child_id=pair.kept.id, sheet=sheet, actor=actor, at=at)
    event = _tell("files.joined", pair, row, actor, at)
    Alias.objects.create(child=pair.other, same_as=pair.kept, event_id=event)
    _mark_moved(stood)
    return row


def _given(row: Joining, pair: Pair, actor: Viewer, at: datetime) -> dict[str, Any]:
    """What the other file says of the fields that are taken from it."""
    if not row.taken:
        return {}
    (words,) = words_of([pair.other], viewer=actor, at=at)
    given = {name: words[name] for name in row.taken if words.get(name)}
    if "residence_address" in given and (place := _place(pair.other)):
        given["residence_division"] = place
    return given


def _place(child: Child) -> str | None:
    places = Division.objects.filter(id=child.village_id or child.town_id or 0)
    return places.values_list("code", flat=True).first()


def _tell(kind: str, pair: Pair, row: Joining, actor: Viewer, at: datetime) -> UUID:
    """Both records say so; the event of the other file stands for it."""
    events = [
        ledger.record(
            kind=kind, subject=each.key_owner, actor=actor, at=at, clear={"joining": str(row.id)}, is_fact=True
        )
        for each in (pair.kept, pair.other)
    ]
    return UUID(str(events[1].id))
