"""Whether a draft may stand in the record now: the pathway's requirements, asked before anything follows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.accounts.viewers import Viewer
from tongxin.cases.derivation import Derived, Ground
from tongxin.core.forms import Problem
from tongxin.core.pathway import WITHDRAWN, Fact, Pathway, flag_refusals, fold, refusals, waiting_refusals
from tongxin.flows import conferring, entrusting, joined, referring, transfers
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft
from tongxin.ledger.models import Entry

# Says why a task of the plan waits.
POSTPONES = "task_reason"


def may_take_back(entry: Entry, *, pathway: Pathway, actor: Viewer) -> bool:
    """Whether somebody may take a record back: whoever wrote it, or who oversees the line."""
    _, overseers = pathway.lowering
    return entry.person_id == actor.person_id or actor.is_worker or actor.role in overseers


def _refuse_taking_back_others(draft: Draft, ground: Ground, actor: Viewer) -> None:
    """What somebody recorded is taken back by them, or by who oversees the line."""
    entry = Entry.objects.filter(id=draft.supersedes).first() if draft.supersedes else None
    if entry is not None and not may_take_back(entry, pathway=ground.pathway, actor=actor):
        raise Refused.because("这条记录是别人填写的，请由填写人或督导员、个案管理员撤回。没有保存。")


def before(child_id: UUID, facts: tuple[Fact, ...], *, ground: Ground, at: datetime) -> Derived:
    """The state before the last fact, with the plan where that is asked for.

    What it corrects counts as taken back, so it is asked anew.
    """
    *earlier, last = facts
    if last.correction == "correct":
        earlier.append(replace(last, correction="retract", data={}))
    stood = tuple(earlier)
    if last.kind == POSTPONES or joined.group_of(child_id, stood):
        return joined.think(child_id, stood, ground=ground, at=at)
    return Derived(fold(stood, pathway=ground.pathway, calendar=ground.calendar, on=at), ())


def standing(child_id: UUID, facts: tuple[Fact, ...], before: Derived, *, ground: Ground, at: datetime) -> str:
    """The grade that stood by this file alone before the last fact: what is made of an answer can be found again from
    the file in which it stands."""
    if joined.group_of(child_id, facts) is None:
        return before.state.grades.standing
    return fold(facts[:-1], pathway=ground.pathway, calendar=ground.calendar, on=at).grades.standing


def refuse(
    before: Derived, *, draft: Draft, data: Mapping[str, Any], ground: Ground, actor: Viewer, at: datetime
) -> None:
    """Nothing, when the draft may be recorded; taking something back and telling of a danger are always allowed."""
    if draft.correction_kind in WITHDRAWN:
        _refuse_taking_back_others(draft, ground, actor)
        return
    if data.get("alarms"):
        # A danger never waits in a draft (spine A1). Forms that tell of one decide nothing, and what they would begin
        # (a mediation) does not begin in a danger.
        return
    said = refusals(before.state, kind=draft.kind, data=data, person=str(actor.person_id), role=actor.role)
    if draft.kind == POSTPONES:
        said += waiting_refusals(
            before.steps, task=str(data.get("task", "")), until=str(data.get("until", "")), at=at,
            calendar=ground.calendar,
        )
    if said:
        raise Refused.because(*said)
    if draft.kind == "flag":
        too_late = flag_refusals(ground.pathway, due_on=data.get("due_on"), at=at, calendar=ground.calendar)
        if too_late:
            raise Refused([Problem("due_on", zh, True) for zh in too_late])
    if draft.kind in conferring.KINDS:
        conferring.refuse(
            child_id=draft.subject.id, state=before.state, draft=draft, data=data, actor=actor, at=at
        )
    if draft.kind in entrusting.KINDS:
        entrusting.refuse(child_id=draft.subject.id, state=before.state, draft=draft, data=data, at=at)
    if draft.kind in referring.KINDS:
        referring.refuse(state=before.state, draft=draft, data=data, actor=actor, at=at)
    if draft.kind in joined.LEAVES:
        joined.refuse_leaving(draft.subject.id)
    if draft.kind == "transfer_out":
        transfers.refuse_nowhere(child_id=draft.subject.id, data=data)
    if draft.kind == "transfer_in":
        transfers.refuse_self_acceptance(state=before.state, actor=actor)
