"""A clue turns out to be more dangerous than it seemed; of a child on file that is a danger in the file at once."""

import json
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.clues.models import CLOSED, Clue, Step
from tongxin.clues.rules import ClueRules, Danger
from tongxin.core.forms import Problem
from tongxin.core.pathway import due_at
from tongxin.flows import clue_flags, clue_matching, clue_veil
from tongxin.flows.clue_owners import rules_for, settle, tell
from tongxin.flows.clues import PART, ROUTE, add_step, clue_for, may_work, told_of
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child
from tongxin.rulebook import rules

NO_RAISE = "没有保存：危险程度只能调高，还要写明为什么。"
WHICH = "没有保存：这条线索已记到孩子的档案里，请选是哪一种危险；选了就马上进入危机处置。"
GOES_ON = "这条线索后来调高为有危险，另记在档案里。"


@transaction.atomic
def raise_danger(*, clue_id: UUID, danger: str, words: str, sign: str = "", actor: Viewer, at: datetime) -> Clue:
    """More dangerous than it seemed, never less; `sign` names the danger of a child on file."""
    clue = clue_for(clue_id=clue_id, viewer=actor, at=at, for_update=True)
    found = rules_for(clue, at=at)
    if not may_work(clue, viewer=actor, at=at):
        raise NotAllowed
    new, old = found.dangers.get(danger), found.dangers[clue.danger]
    if new is None or new.rank >= old.rank or not words.strip() or clue.state == CLOSED:
        raise Refused.because(NO_RAISE)
    clear = {"danger": new.id}
    if clue.child_id is not None and new.is_crisis:
        child = Child.objects.get(id=clue.child_id)
        clear["entry"] = str(_record(clue, child, found, new, words=words.strip(), sign=sign, actor=actor, at=at))
    clue.danger = new.id
    calendar = rules.calendar_at(at)
    clue.respond_by = min(clue.respond_by, due_at(new.spans["respond"], since=at, calendar=calendar))
    clue.handle_by = min(clue.handle_by, due_at(new.spans["handle"], since=at, calendar=calendar))
    add_step(clue, Step.RAISED, clear=clear, words={"note": words.strip()}, actor=actor, at=at)
    settle(clue, found, at=at)
    clue.save()
    tell("clue.raised", clue, actor=actor, at=at, posts=told_of(clue, new))
    return clue


def _record(
    clue: Clue, child: Child, found: ClueRules, danger: Danger, *, words: str, sign: str, actor: Viewer, at: datetime
) -> UUID:
    """The danger as an entry of its own in the child's file; what the clue left there before is answered by it."""
    if sign not in found.signs:
        raise Refused([Problem("sign", WHICH, True)])
    (text,) = vault.open([clue.words], viewer=actor, purpose="clue", part=PART, route=ROUTE, at=at)
    where = json.loads(text or "{}").get("where", "")
    said = {"what": clue_veil.KEPT_ABOVE} if clue.above_level else {"what": words, "where": where}
    answers = clue_matching.answers_of(clue, found, said, sign=sign, noticed_at=at, actor=actor, at=at)
    sheet = Sheet(clue_veil.entry_of(clue, child.id, danger.id), clue_matching.FORM, answers, at)
    action = f"record.{clue_matching.FORM}"
    may = access.may(viewer=actor, child_id=child.id, part="", action=action, at=at)
    clue_flags.answer(clue, result="", words=GOES_ON, actor=actor, at=at)
    clue.entry_id = record(child_id=child.id, sheet=sheet, actor=actor if may else WORKER, at=at).entry.id
    return clue.entry_id
