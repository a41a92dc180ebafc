"""Keeping what somebody writes until it is handed in, and putting it away."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.assessments import outcomes
from tongxin.assessments.forms import Asked
from tongxin.assessments.rulings import shown_scheme
from tongxin.core.pathway import CHINA
from tongxin.drafts.deadlines import moments_of
from tongxin.drafts.models import FormDraft
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules

FAR = datetime(9999, 1, 1, tzinfo=UTC)


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

    `is_other`: somebody saved over the same base elsewhere, so both are kept.
    """

    draft: FormDraft | None
    is_other: bool = False


class NotMine(Exception):
    """The draft is somebody else's, or of a post that the person no longer holds."""


def save(*, child: Child | None, asked: Asked, writing: Writing, actor: Viewer, at: datetime) -> Saved:
    """Keep what a page holds; what another page saved meanwhile is never written over."""
    if Entry.objects.filter(id=writing.entry_id).exists():
        return Saved(None)
    draft = _row(child, asked, writing, actor, at)
    if child is None:
        vault.create_keys([draft.key_owner], at=at)
    vault.put(draft, {"answers": json.dumps(writing.answers, ensure_ascii=False)})
    stands = FormDraft.objects.filter(id=draft.id).first()
    if stands is None and _created(draft):
        return Saved(draft)
    stands = stands or FormDraft.objects.get(id=draft.id)
    _refuse_strangers(stands, draft, actor)
    if _replaced(stands, draft, writing):
        return Saved(FormDraft.objects.get(id=draft.id))
    if stands.tab == writing.tab:
        return Saved(stands)
    return _beside(child, asked, writing, actor, at)


def _beside(child: Child | None, asked: Asked, writing: Writing, actor: Viewer, at: datetime) -> Saved:
    """The same page's writing as a draft of its own; sent again, it is the same one."""
    own = uuid5(writing.entry_id, str(writing.tab))
    other = Writing(
        entry_id=own, form_hash=writing.form_hash, answers=writing.answers, tab=writing.tab, turn=writing.turn,
        base=0, about=writing.about, corrects=writing.corrects,
    )
    return Saved(save(child=child, asked=asked, writing=other, actor=actor, at=at).draft, is_other=True)


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


def _replaced(stands: FormDraft, draft: FormDraft, writing: Writing) -> bool:
    """Whether the writing took the place of what stood, in one step that no other page can come between."""
    goes_on = Q(tab=writing.tab, turn__lt=writing.turn) | (~Q(tab=writing.tab) & Q(revision=writing.base))
    changes: dict[str, Any] = {
        "answers": draft.__dict__["answers"], "form_hash": draft.form_hash, "tab": draft.tab, "turn": draft.turn,
        "saved_at": draft.saved_at, "revision": F("revision") + 1,
    }
    if stands.danger_at is None or draft.danger_at is None:
        changes |= {"danger_at": draft.danger_at, "told": 0, "look_again_at": draft.look_again_at}
    return FormDraft.objects.filter(goes_on, id=draft.id).update(**changes) > 0


def hand_in(*, entry_id: UUID, actor: Viewer, at: datetime) -> None:
    """What its writer has handed in is no draft any more."""
    draft = FormDraft.objects.filter(id=entry_id).only("id", "child_id", "person_id").first()
    if draft is not None and draft.person_id == actor.person_id:
        forget(draft, at=at)


def forget(draft: FormDraft, *, at: datetime) -> None:
    """The draft is gone, and with it the key that only it had."""
    owner, has_own_key = draft.key_owner, draft.child_id is None
    draft.delete()
    if has_own_key:
        transaction.on_commit(lambda: vault.destroy(owner, at=at))
