"""The one door through which anybody records anything about a child.

Entry, event, results, case, alarms, tasks and clocks are written in one transaction (spine A1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import UUIDField

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import Asked, age_on, form_in, lists_named
from tongxin.assessments.models import Result
from tongxin.assessments.outcomes import Outcome
from tongxin.cases.derivation import Derived
from tongxin.core.forms import Review, offered, review
from tongxin.core.pathway import CHINA, WITHDRAWN, CaseState, Fact
from tongxin.drafts import services as drafts
from tongxin.flows import (
    admission,
    ages,
    asking_over,
    checking,
    counselling,
    crises,
    drafting,
    exchange_telling,
    households,
    links,
    lists,
    parting,
    recusal,
    reporters,
    rights,
    setting_apart,
    shelved,
    siblings,
    taking_up,
    transfers,
)
from tongxin.flows.derive import derive_again, ground_for, tell
from tongxin.flows.facts import facts_of, remember
from tongxin.flows.meanwhile import meanwhile_of
from tongxin.flows.outcome import HELD, outcome_for
from tongxin.flows.refusals import Held, NotAllowed, Refused
from tongxin.flows.supervision.marking import mark_note
from tongxin.flows.workforce import gates
from tongxin.ledger import DifferentCopy, Draft
from tongxin.ledger.models import Entry, HeldEntry, SetAside
from tongxin.lib import bulk, together
from tongxin.lib.prepared import Prepared
from tongxin.people import services as people
from tongxin.people.models import Child
from tongxin.people.standing import TOLD
from tongxin.rulebook import rules
from tongxin.vault import Keyring

CHILD = Prepared(lambda child: Child.objects.filter(id=child), child=UUIDField())
# Gives a child to a post by name.
ASSIGNMENT = "assignment"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A filled form as it arrives from an office page or a phone."""

    entry_id: UUID
    form_id: str
    answers: Mapping[str, Any]
    occurred_at: datetime
    device: str = ""
    supersedes: UUID | None = None
    correction_kind: str = ""
    about: str = ""
    # By how many seconds a phone's wrong clock was put right.
    shifted: int = 0
    # The entry to which this is a part that went off by itself.
    sitting: UUID | None = None
    # What stood in the form already and was left as it stood.
    echoes: frozenset[str] = frozenset()


@dataclass(slots=True)
class Recorded:
    """The entry, whether this call put it there, and what follows from it."""

    entry: Entry
    is_new: bool
    derived: Derived | None = field(default=None)


def record(*, child_id: UUID, sheet: Sheet, actor: Viewer, at: datetime) -> Recorded:
    """Record one form about one child, with everything that follows at once.

    Refused: what can't stand as written. NotAllowed: the actor has no part in it.
    Held: another copy under the same id says something else.
    """
    child = CHILD.row(child=child_id)
    if child is None:
        raise NotAllowed
    asked, keys = asked_of(child, form_id=sheet.form_id, at=at), vault.keyring([child.key_owner])
    return record_about(child=child, asked=asked, sheet=sheet, actor=actor, at=at, keys=keys)


def record_about(
    *, child: Child, asked: Asked, sheet: Sheet, actor: Viewer, at: datetime, keys: Keyring
) -> Recorded:
    """As `record`, for whoever has read the child, the form and the keys already."""
    if not access.may(viewer=actor, child_id=child.id, part="", action=asked.action, at=at):
        raise NotAllowed
    if sheet.supersedes is None and not actor.is_worker:
        asked = offered_to(asked, child, actor=actor, on=sheet.occurred_at.astimezone(CHINA).date())
    draft, seen = _draft(child, asked, sheet, at)
    try:
        with together.atomic():
            return _keep(
                child=child, asked=asked, sheet=sheet, draft=draft, seen=seen, actor=actor, at=at, keys=keys
            )
    except DifferentCopy:
        together.apart()
        with transaction.atomic():
            hold(child=child, asked=asked, draft=draft, actor=actor, at=at, keys=keys)
        raise Held from None


def hold(
    *, child: Child, asked: Asked, draft: Draft, actor: Viewer, at: datetime, keys: Keyring,
    reason: str = "different_copy",
) -> HeldEntry:
    """Keep a version for a person, in the child's record too: its dangers and what is safer stand now (A1, A8)."""
    handed = drafts.hand_in(entry_id=draft.entry_id, actor=actor, at=at)
    held = ledger.hold(draft, reason=reason, at=at, actor=actor, keyring=keys)
    stands = meanwhile_of(child=child, asked=asked, answers=draft.answers, at=at)
    part = replace(
        draft, entry_id=held.id, kind=HELD, supersedes=None, correction_kind="",
        clear={**draft.clear, **({"meanwhile": stands} if stands else {})},
    )
    kept = ledger.keep_entries([part], recorded_at=at, actor=actor, keyring=keys)[0]
    made = outcome_for(child=child, asked=asked, draft=part, post_id=actor.post_id, standing="", at=at)
    drafting.tell_cleared(handed, alarms=made.data.get("alarms"), actor=actor, at=at)
    Result.objects.create(
        entry_id=kept.entry.id, child_id=child.id, kind=HELD, form_hash=part.form_hash, data=made.data,
        definitions=made.definitions,
    )
    tell(child=child, changes=[("entry.held", dict(part.clear))], actor=actor, at=at, keyring=keys)
    derive_again(child=child, actor=actor, at=at, keyring=keys)
    return held


def asked_of(child: Child, *, form_id: str, at: datetime) -> Asked:
    """The form as it holds where a child lives."""
    region = rules.region_of(child.county_id)
    named = lists_named(rules.resolve("forms", form_id, region=region, at=at).hash)
    choices = lists.choices_in(child.county_id) if named else {}
    if form_id == ASSIGNMENT:
        choices = {**choices, "assignable_post": lists.posts_near(child)}
    if form_id in recusal.FORMS:
        choices = {**choices, "line_post": lists.posts_around(child, at=at)}
    return form_in(form_id=form_id, region=region, at=at, lists=choices)


def offered_to(asked: Asked, child: Child, *, actor: Viewer, on: date) -> Asked:
    """The form with those questionnaires only that the actor may put to this child on that day."""
    return replace(asked, form=offered(asked.form, age=age_on(child.birth_month, on), roles=actor.roles, on=on))


def _said(asked: Asked, found: Review) -> dict[str, Any]:
    """The answers without those that the file carried into a field that nobody saw."""
    unseen = {field.id for field in asked.form.fields if field.prefill and field.show_if} - found.shown
    return {name: value for name, value in found.answers.items() if name not in unseen}


def _draft(child: Child, asked: Asked, sheet: Sheet, at: datetime) -> tuple[Draft, Review]:
    on = sheet.occurred_at.astimezone(CHINA).date()
    found = review(asked.form, sheet.answers, on=on, age=age_on(child.birth_month, on))
    if found.problems and sheet.correction_kind not in WITHDRAWN:
        raise Refused(found.problems)
    if sheet.correction_kind and sheet.supersedes is None:
        raise Refused.because("没有写明更正哪一条记录，没有保存。请从原记录的页面打开更正。")
    if sheet.correction_kind not in WITHDRAWN:
        ages.refuse(child=child, form=asked.form, answers=found.answers, on=on, at=at)
    if sheet.occurred_at > at:
        raise Refused.because("填写时间晚于现在，请核对设备的日期和时间。")
    _refuse_strange_correction(child, asked, sheet)
    return Draft(
        entry_id=sheet.entry_id, subject=child.key_owner, kind=asked.form.kind, form_hash=asked.form_hash,
        occurred_at=sheet.occurred_at, clear=_clear(sheet), answers=_said(asked, found), device=sheet.device,
        supersedes=sheet.supersedes, correction_kind=sheet.correction_kind,
    ), found


def _clear(sheet: Sheet) -> dict[str, Any]:
    clear: dict[str, Any] = {"form": sheet.form_id, "about": sheet.about}
    clear |= {"sitting": str(sheet.sitting)} if sheet.sitting else {}
    return clear | ({"shifted": sheet.shifted} if sheet.shifted else {})


def _tell_who(child: Child, draft: Draft, at: datetime) -> None:
    """Who the child is and where: as the entry says, or after a correction as all in force say."""
    if not draft.correction_kind:
        people.apply(child=child, kind=draft.kind, answers=draft.answers, entry_id=draft.entry_id, at=at)
    elif draft.kind in TOLD:
        shelved.tell_again(child, at=at)


def _keep(
    *, child: Child, asked: Asked, sheet: Sheet, draft: Draft, seen: Review, actor: Viewer, at: datetime,
    keys: Keyring,
) -> Recorded:
    households.lock(child)
    kept = ledger.keep_entries([draft], recorded_at=at, actor=actor, keyring=keys)[0]
    handed = drafts.hand_in(entry_id=draft.entry_id, actor=actor, at=at)
    if not kept.is_new:
        return Recorded(kept.entry, False)
    remember(kept.entry, role=actor.role)
    _refuse_third_version(sheet)
    sibling = siblings.named_in(draft, child=child, actor=actor, at=at)
    linked = links.named_in(draft, child=child, actor=actor, at=at)
    facts, results = facts_of(child.id)
    ground = ground_for(child, at=at)
    before = admission.before(child.id, facts, ground=ground, at=at)
    made = outcome_for(
        child=child, asked=asked, draft=draft, post_id=actor.post_id, at=at, seen=seen,
        standing=admission.standing(child.id, facts, before, ground=ground, at=at),
    )
    drafting.tell_cleared(handed, alarms=made.data.get("alarms"), actor=actor, at=at)
    admission.refuse(before, draft=draft, data=made.data, ground=ground, actor=actor, at=at)
    _refuse_by_area(child=child, state=before.state, draft=draft, data=made.data, actor=actor, at=at)
    rights.refuse(child=child, facts=facts, state=before.state, draft=draft, data=made.data, at=at)
    recusal.refuse_one_alone(child=child, draft=draft, data=made.data, actor=actor, at=at)
    _store_result(kept.entry, made, child=child, actor=actor)
    mark_note(child=child, kind=draft.kind, entry_id=kept.entry.id, answers=draft.answers, at=at)
    ledger.record(
        kind="entry.recorded", subject=child.key_owner, actor=actor, at=at, entry=kept.entry, is_fact=True,
        clear=_clear(sheet), keyring=keys,
    )
    county = child.county_id
    _tell_who(child, draft, at)
    recusal.follow(child=child, draft=draft, data=made.data, actor=actor, at=at, keys=keys)
    read = _with_result(facts, made.data), {**results, str(kept.entry.id): made.data}
    derived = derive_again(child=child, actor=actor, at=at, keyring=keys, read=read)
    if transfers.follow(
        child=child, kind=draft.kind, state=derived.state, entry_id=kept.entry.id, actor=actor, at=at
    ):
        derived = derive_again(child=child, actor=actor, at=at, keyring=keys)
    _follow_leaving(child, before.state, derived.state, county=county, actor=actor, at=at)
    households.spread(child=child, entry=kept.entry, state=derived.state, actor=actor, at=at)
    _follow_ties(child, draft, kept.entry, sibling=sibling, actor=actor, at=at)
    _tell_bodies(child, kept.entry, made.data, actor=actor, at=at)
    reporters.tell_back(child=child, draft=draft, actor=actor, at=at, keys=keys)
    links.follow(child=child, other=linked, draft=draft, entry=kept.entry, actor=actor, at=at)
    changed = checking.changed_contacts(child=child, asked=asked, draft=draft, echoes=sheet.echoes, at=at)
    if changed and not checking.may_write(child=child, actor=actor, at=at):
        derived = checking.leave_to_owner(
            child=child, changed=changed, draft=draft, known=derived.state.details, actor=actor, at=at, keys=keys
        ) or derived
    elif changed:
        owned = Sheet(answers=changed, occurred_at=draft.occurred_at, device=draft.device, **checking.owner_of(draft))
        derived = _correct_owner(child, owned, actor=actor, at=at, keys=keys).derived or derived
    return Recorded(kept.entry, True, derived)


def _follow_leaving(
    child: Child, before: CaseState, after: CaseState, *, county: int | None, actor: Viewer, at: datetime
) -> None:
    """Where a child lives no more, and where its case is over: who was there for it, what is kept apart."""
    has_moved = child.county_id not in {county, None}
    if has_moved:
        setting_apart.follow(child, actor, at)
    parting.follow(child=child, before=before, after=after, has_moved=has_moved, actor=actor, at=at)


def _refuse_by_area(
    *, child: Child, state: CaseState, draft: Draft, data: Mapping[str, Any], actor: Viewer, at: datetime
) -> None:
    crises.refuse(child=child, state=state, draft=draft, data=data, actor=actor, at=at)
    counselling.refuse(child=child, state=state, draft=draft, data=data, actor=actor, at=at)
    gates.refuse(child=child, state=state, draft=draft, data=data, actor=actor, at=at)


def _follow_ties(
    child: Child, draft: Draft, entry: Entry, *, sibling: Child | None, actor: Viewer, at: datetime
) -> None:
    """Brothers and sisters whom the entry names, or whom what it takes back had named."""
    if draft.supersedes is not None:
        siblings.take_back(child=child, entry=entry, actor=actor, at=at)
    if sibling is not None:
        sibling.refresh_from_db()
        siblings.join(
            child=child, sibling=sibling, entry=entry, actor=actor, at=at,
            lives_together=draft.answers.get("lives_together") == "yes",
        )


def _tell_bodies(child: Child, entry: Entry, data: dict[str, Any], *, actor: Viewer, at: datetime) -> None:
    """Who asked for the child, whose systems want news of it, who would take a need of the child up."""
    asking_over.follow(child=child, kind=entry.kind, data=data, actor=actor, at=at)
    exchange_telling.follow(child=child, entry=entry, data=data, at=at)
    taking_up.follow(child=child, entry=entry, data=data, actor=actor, at=at)


def _store_result(entry: Entry, made: Outcome, *, child: Child, actor: Viewer) -> None:
    bulk.store([Result(
        entry_id=entry.id, child_id=child.id, kind=entry.kind, form_hash=entry.form_hash, data=made.data,
        definitions=made.definitions,
    )])
    remember(entry, role=actor.role, data=made.data)


def _correct_owner(child: Child, sheet: Sheet, *, actor: Viewer, at: datetime, keys: Keyring) -> Recorded:
    """What a form found changed goes to the record that owns it, as an entry of its own."""
    asked = asked_of(child, form_id=sheet.form_id, at=at)
    draft, seen = _draft(child, asked, sheet, at)
    return _keep(child=child, asked=asked, sheet=sheet, draft=draft, seen=seen, actor=actor, at=at, keys=keys)


def _with_result(facts: tuple[Fact, ...], data: Mapping[str, Any]) -> tuple[Fact, ...]:
    return (*facts[:-1], replace(facts[-1], data=data))


def _refuse_strange_correction(child: Child, asked: Asked, sheet: Sheet) -> None:
    """A correction takes the place of an entry of the same form about the same child."""
    corrected = Entry.everything.filter(id=sheet.supersedes).first() if sheet.supersedes else None
    is_gone = corrected is not None and SetAside.objects.filter(row_id=corrected.id).exists()
    if is_gone or (corrected and (corrected.subject_id != child.id or corrected.kind != asked.form.kind)):
        raise Refused.because("要更正的记录不是这名儿童的同一种记录，没有保存。请从原记录的页面打开更正。")


def _refuse_third_version(sheet: Sheet) -> None:
    """Two corrections of one entry are held for a person (spine A8)."""
    if sheet.supersedes is None:
        return
    others = Entry.objects.filter(supersedes_id=sheet.supersedes).exclude(id=sheet.entry_id)
    if others.exists():
        raise DifferentCopy(sheet.entry_id)
