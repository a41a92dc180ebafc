"""Answers that wait for a person: side by side, decided the same, different or to be asked about; all remembered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When

from tongxin import ledger, vault
from tongxin.access import relations
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.comparisons.models import Answer, Apart, Comparison
from tongxin.flows import comparing_asking, comparing_undoing
from tongxin.flows.comparing import PART, PURPOSE, SETTLE
from tongxin.flows.comparing_files import OnFile, in_words
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.intake.lines import from_text
from tongxin.intake.reading import Row
from tongxin.people.models import Child
from tongxin.rulebook import rules

SAME, DIFFERENT, ASK, OPENED, CLUE, FOUND_OUT = "same", "different", "ask", "opened", "clue", "found_out"
WHY_MISSING = ("moved", "grown", "not_in_scope", "list_wrong", "file_wrong", "other")
CLOSED = "这一行已经处理过，没有再改。请看最新的结果。"
GONE = "这份名单已到期销毁，这一行不能再处理。"
ASKED_BEFORE = "已经请村里核实，标记在孩子的档案里。核实以后再来判断。"
NO_CHILD = "没有可以对上的档案，不能选“同一名儿童”。"
# What a person may say of each verdict.
OPEN_TO: Mapping[str, tuple[str, ...]] = {
    Answer.PROBABLE: (SAME, DIFFERENT, ASK), Answer.CONTRADICTORY: (SAME, DIFFERENT, ASK),
    Answer.NEW: (CLUE,), Answer.MISSING: (ASK, *WHY_MISSING),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What one answer says: the row as read (none for a child who is missing from the list), and why."""

    row: Row | None
    reasons: tuple[str, ...]


def queue(*, viewer: Viewer, at: datetime, settled: bool = False) -> QuerySet[Answer]:
    """What the viewer may settle, what contradicts itself first, then by due moment; with `settled` what is done too.

    An answer about a child whom the viewer may not see is not in it.
    """
    if not access.may_do(viewer=viewer, action=SETTLE, at=at):
        return Answer.objects.none()
    found = rules.access_rules(at=at)
    mine = Q(owner_post_id__in=viewer.post_ids)
    for seat in viewer.seats:
        if not found.may_do(role=seat.role, action=SETTLE):
            continue
        if seat.division_level == "county":
            mine |= Q(comparison__county_id=seat.division_id)
        elif seat.division_level == "town":
            mine |= Q(town_id=seat.division_id)
    seen = access.visible(Child.objects.all(), viewer=viewer, part=PART, at=at)
    reach = Q(child_id__isnull=True) | Q(child_id__in=seen.values("id"))
    order = Case(
        When(verdict=Answer.CONTRADICTORY, then=Value(0)), When(verdict=Answer.PROBABLE, then=Value(1)),
        When(verdict=Answer.NEW, then=Value(2)), default=Value(3), output_field=IntegerField(),
    )
    rows = Answer.objects.filter(mine & reach, comparison__state=Comparison.DONE)
    rows = rows if settled else rows.exclude(state=Answer.SETTLED)
    return rows.select_related("comparison").order_by(order, F("due_at").asc(nulls_last=True), "id")


def answer_for(*, answer_id: UUID, viewer: Viewer, at: datetime, settled: bool = False) -> Answer:
    """The answer, if it waits for this viewer, or with `settled` did; else there is no such page."""
    found = queue(viewer=viewer, at=at, settled=settled).filter(id=answer_id).first()
    kept_back = relations.barred_children(people=viewer.people, at=at)
    if found is None or found.settlings.filter(child_id__in=kept_back).exists():
        raise NotAllowed
    return found


def said_by(answers: Sequence[Answer], *, viewer: Viewer, at: datetime, route: str = "comparisons") -> list[Said]:
    """What some answers say, by one look; a row whose list was disposed of says nothing."""
    texts = vault.open(
        [each.content for each in answers], viewer=viewer, purpose=PURPOSE, at=at, part=PART, route=route
    )
    return [_said(text) for text in texts]


def _said(text: str | None) -> Said:
    if not text:
        return Said(None, ())
    content: Mapping[str, Any] = json.loads(text)
    return Said(from_text(content["row"]), tuple(zh for _, zh in content["reasons"]))


def file_of(answer: Answer, *, viewer: Viewer, at: datetime) -> OnFile | None:
    """The file that an answer names, in words, for somebody who may read it."""
    children = Child.objects.filter(id=answer.child_id) if answer.child_id else Child.objects.none()
    child = access.visible(children, viewer=viewer, part="identity", at=at).first()
    return in_words([child], viewer=viewer, at=at, route="comparisons/review")[0] if child else None


@transaction.atomic
def settle(
    *, answer_id: UUID, decision: str, actor: Viewer, at: datetime, child_id: UUID | None = None, reason: str = ""
) -> Answer:
    """The answer as a person decided it. 不是同一名 is remembered: the pair is never asked about again."""
    answer_for(answer_id=answer_id, viewer=actor, at=at, settled=True)
    answer = Answer.objects.select_for_update().select_related("comparison").get(id=answer_id)
    if answer.state == Answer.SETTLED:
        raise Refused.because(CLOSED)
    if decision not in (*OPEN_TO.get(answer.verdict, ()), *((OPENED,) if child_id else ())):
        raise Refused.because("请先选一种处理。没有保存。")
    if decision == ASK and answer.state == Answer.ASKED:
        raise Refused.because(ASKED_BEFORE)
    if decision == SAME and answer.child_id is None:
        raise Refused.because(NO_CHILD)
    comparing_undoing.note(answer, decision=decision, reason=reason, actor=actor, at=at)
    if decision == DIFFERENT and answer.child_id is not None and answer.mark is not None:
        Apart.objects.get_or_create(
            child_id=answer.child_id, mark=bytes(answer.mark), undone_at__isnull=True,
            defaults={"decided_at": at, "person_id": actor.person_id, "post_id": actor.post_id},
        )
        # Nobody on file is meant by the row: it is a child without a file from now on.
        answer.verdict, answer.child_id = Answer.NEW, None
    if decision == CLUE:
        comparing_asking.tell_village(answer, row=_row_of(answer, actor, at), actor=actor, at=at)
    if decision == ASK:
        comparing_asking.ask(answer, actor=actor, at=at)
    answer.decision = decision
    answer.state = Answer.ASKED if decision == ASK else Answer.OPEN if decision == DIFFERENT else Answer.SETTLED
    if child_id is not None:
        answer.child_id = child_id
    answer.settled_at = at if answer.state == Answer.SETTLED else None
    answer.settled_by = actor.person_id
    answer.save(update_fields=["decision", "state", "verdict", "child_id", "settled_at", "settled_by"])
    ledger.record(
        kind="answer.settled", subject=answer.key_owner, actor=actor, at=at, is_fact=True,
        clear={"decision": decision, "verdict": answer.verdict, "answer": str(answer.id)},
    )
    return answer


def _row_of(answer: Answer, actor: Viewer, at: datetime) -> Row:
    (said,) = said_by([answer], viewer=actor, at=at)
    if said.row is None:
        raise Refused.because(GONE)
    return said.row
