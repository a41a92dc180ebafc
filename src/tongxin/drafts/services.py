"""Keeping what somebody writes until it is handed in, and putting it away."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, UUIDField, Value, When
from django.db.models.functions import Coalesce

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.assessments import outcomes
from tongxin.assessments.forms import Asked
from tongxin.assessments.rulings import shown_scheme
from tongxin.core.pathway import CHINA
from tongxin.drafts.deadlines import moments_of
from tongxin.drafts.models import FormDraft
from tongxin.ledger.models import Entry, SetAside
from tongxin.lib import together
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child
from tongxin.rulebook import rules

FAR = datetime(9999, 1, 1, tzinfo=UTC)
DRAFT = Prepared(lambda draft: FormDraft.objects.filter(id=draft), draft=UUIDField())


@dataclass(frozen=True, slots=True)
class Writing:
    """What an open page sends while somebody writes: `base` is the revision it began from."""

    entry_id: UUID
    form_hash: str
    answers: Mapping[str, Any]
    tab: UUID
    turn: int
    base: int
    about: str = ""
    corrects: UUID | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """The draft that holds the writing; none when it has become an entry meanwhile.

    `is_other`: somebody saved over the same base elsewhere, so both are kept. `is_cleared`: this saving took a sign of
    danger out of the answers. `is_apart`: the entry, or the one that it corrects, was set apart, and nothing is kept.
    """

    draft: FormDraft | None
    is_other: bool = False
    is_cleared: bool = False
    is_apart: bool = False
    # Nothing was written yet that would be worth keeping.
    is_empty: bool = False


class NotMine(Exception):
    """The draft is somebody else's, or of a post that the person no longer holds."""


class ThrownAway(Exception):
    """The draft was thrown away elsewhere, and its own key with it."""


def save(
    *, child: Child | None, asked: Asked, writing: Writing, actor: Viewer, at: datetime, is_beside: bool = False
) -> Saved:
    """Keep what a page holds; what another page of the same draft saved meanwhile is never written over.

    A form begun anew takes the place of the one that the same person left before.
    """
    if Entry.objects.filter(id=writing.entry_id).exists():
        return Saved(None)
    if child is not None and _belongs(writing.entry_id, writing.corrects, writing.tab, _apart(child.id)):
        return Saved(None, is_apart=True)
    if _is_empty(writing.answers) and not FormDraft.objects.filter(id=writing.entry_id).exists():
        return Saved(None, is_empty=True)
    draft = _row(child, asked, writing, actor, at)
    if child is None:
        vault.create_keys([draft.key_owner], at=at)
    try:
        vault.put(draft, {"answers": json.dumps(writing.answers, ensure_ascii=False)})
    except vault.Destroyed:
        raise ThrownAway from None
    stands = FormDraft.objects.filter(id=draft.id).first()
    if stands is None and _created(draft):
        if not is_beside:
            _replace_older(draft)
        return Saved(draft)
    stands = stands or FormDraft.objects.get(id=draft.id)
    _refuse_strangers(stands, draft, actor)
    if _replaced(draft, writing):
        is_cleared = _settled(draft, at)
        return Saved(FormDraft.objects.get(id=draft.id), is_cleared=is_cleared)
    if stands.tab == writing.tab:
        return Saved(stands)
    return _beside(child, asked, writing, actor, at)


def _apart(child_id: UUID) -> list[UUID]:
    """The records about a child that were set apart."""
    is_apart = Exists(SetAside.objects.filter(row_id=OuterRef("id")))
    return list(Entry.everything.filter(is_apart, subject_id=child_id).values_list("id", flat=True))


def _belongs(draft_id: UUID, corrects: UUID | None, tab: UUID, entries: Collection[UUID]) -> bool:
    """Whether a draft is one of these entries, the same form written beside it, or a correction of it."""
    return draft_id in entries or corrects in entries or draft_id in {uuid5(each, str(tab)) for each in entries}


def drafts_of(entries: Collection[UUID], *, child_id: UUID) -> list[FormDraft]:
    """What somebody still writes that belongs to these entries about a child."""
    rows = FormDraft.objects.filter(child_id=child_id).order_by("id")
    return [row for row in rows if _belongs(row.id, row.corrects, row.tab, entries)]


def _beside(child: Child | None, asked: Asked, writing: Writing, actor: Viewer, at: datetime) -> Saved:
    """The same page's writing as a draft of its own; sent again, it is the same one."""
    own = uuid5(writing.entry_id, str(writing.tab))
    other = Writing(
        entry_id=own, form_hash=writing.form_hash, answers=writing.answers, tab=writing.tab, turn=writing.turn,
        base=0, about=writing.about, corrects=writing.corrects,
    )
    saved = save(child=child, asked=asked, writing=other, actor=actor, at=at, is_beside=True)
    return Saved(saved.draft, is_other=True, is_cleared=saved.is_cleared)


def _is_empty(value: object) -> bool:
    """Whether nobody wrote anything in it: blanks, and rows of blanks."""
    if isinstance(value, Mapping):
        return all(_is_empty(each) for each in value.values())
    if isinstance(value, list):
        return all(_is_empty(each) for each in value)
    return value is None or (isinstance(value, str) and not value.strip())


def _replace_older(draft: FormDraft) -> None:
    """One draft a form, a child and a person: the ones left before go, but none that ever held a sign of danger."""
    if draft.child_id is None:
        return
    FormDraft.objects.filter(
        child_id=draft.child_id, form_id=draft.form_id, about=draft.about, corrects=draft.corrects,
        person_id=draft.person_id, post_id=draft.post_id, danger_at__isnull=True,
    ).exclude(id=draft.id).delete()


def _row(child: Child | None, asked: Asked, writing: Writing, actor: Viewer, at: datetime) -> FormDraft:
    if actor.person_id is None or actor.post_id is None:
        raise NotMine
    is_danger = child is not None and _is_danger(child, asked, writing.answers, at)
    draft = FormDraft(
        id=writing.entry_id, child_id=child.id if child else None, form_id=asked.form.id, form_hash=writing.form_hash,
        about=writing.about, corrects=writing.corrects, person_id=actor.person_id, post_id=actor.post_id,
        tab=writing.tab, turn=writing.turn, begun_at=at, saved_at=at, danger_at=at if is_danger else None,
    )
    draft.look_again_at = next_look(draft, region=rules.region_of(child.county_id) if child else "", at=at)
    return draft


def _is_danger(child: Child, asked: Asked, answers: Mapping[str, Any], at: datetime) -> bool:
    """Whether these answers would raise an alarm if they were handed in as they are."""
    found = outcomes.outcome_of(
        asked=asked, answers=answers, child=child, on=at.astimezone(CHINA).date(),
        scheme=shown_scheme(region=rules.region_of(child.county_id), at=at),
    )
    return bool(found.data.get("alarms"))


def next_look(draft: FormDraft, *, region: str, at: datetime) -> datetime:
    """When the worker looks at a draft again."""
    left = moments_of(draft, rules.resolve("drafts", "drafts", region=region, at=at).content)[draft.told :]
    return left[0][0] if left else FAR


def _created(draft: FormDraft) -> bool:
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _refuse_strangers(stands: FormDraft, draft: FormDraft, actor: Viewer) -> None:
    same = (stands.child_id, stands.form_id, stands.person_id) == (draft.child_id, draft.form_id, draft.person_id)
    if not same or stands.post_id not in actor.post_ids:
        raise NotMine


def _replaced(draft: FormDraft, writing: Writing) -> bool:
    """Whether the writing took the place of what stood, in one step that no other page can come between.

    A moment of danger that stands goes on standing, and with it the clock that runs from it.
    """
    goes_on = Q(tab=writing.tab, turn__lt=writing.turn) | (~Q(tab=writing.tab) & Q(revision=writing.base))
    changes: dict[str, Any] = {
        "answers": draft.__dict__["answers"], "form_hash": draft.form_hash, "tab": draft.tab, "turn": draft.turn,
        "saved_at": draft.saved_at, "revision": F("revision") + 1,
        "danger_at": Coalesce(F("danger_at"), Value(draft.danger_at, DateTimeField())),
        "told": Case(When(danger_at__isnull=False, then=F("told")), default=Value(0)),
        "look_again_at": Case(
            When(danger_at__isnull=False, then=F("look_again_at")), default=Value(draft.look_again_at)
        ),
    }
    return FormDraft.objects.filter(goes_on, id=draft.id).update(**changes) > 0


def _settled(draft: FormDraft, at: datetime) -> bool:
    """Whether a sign of danger just left the answers; one that comes back is told of anew, at once."""
    row = FormDraft.objects.filter(id=draft.id)
    if draft.danger_at is None:
        return row.filter(danger_at__isnull=False, cleared_at__isnull=True).update(cleared_at=at) > 0
    row.filter(cleared_at__isnull=False).update(cleared_at=None, told=0, look_again_at=at)
    return False


def read_ahead(entries: Sequence[UUID]) -> None:
    """The drafts of all entries that are taken in together."""
    found = {draft.id: draft for draft in FormDraft.objects.filter(id__in=entries)}
    for entry_id in entries:
        together.learn(DRAFT.question(draft=entry_id), [found[entry_id]] if entry_id in found else [])


def hand_in(*, entry_id: UUID, actor: Viewer, at: datetime) -> FormDraft | None:
    """What its writer has handed in is no draft any more: the one that was, if there was one."""
    draft: FormDraft | None = DRAFT.row(draft=entry_id)
    if draft is None or draft.person_id != actor.person_id:
        return None
    forget(draft, at=at)
    return draft


def forget(draft: FormDraft, *, at: datetime) -> None:
    """The draft is gone, and with it the key that only it had."""
    owner, has_own_key = draft.key_owner, draft.child_id is None
    FormDraft.objects.filter(id=draft.id).delete()
    if has_own_key:
        transaction.on_commit(lambda: vault.destroy(owner, at=at))


def forget_about(child_id: UUID) -> int:
    """How many drafts about a child are gone: what somebody wrote of an erased file is erased with it."""
    return FormDraft.objects.filter(child_id=child_id).delete()[0]
