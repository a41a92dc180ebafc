"""What time does to unfinished forms: reminders, a word to the child's line, and the end.

Nothing here reads what was written: whether it holds a sign of danger was settled when it was saved.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.assessments.forms import Asked
from tongxin.drafts import deadlines, selectors, services
from tongxin.drafts.models import FormDraft
from tongxin.drafts.services import Saved, Writing
from tongxin.flows.handlers import later_handlers
from tongxin.ledger import EventDraft
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.vault import Owner

BATCH = 100


class NoReason(Exception):
    """A draft with a sign of danger is thrown away only with a reason from the list."""


@transaction.atomic
def keep(*, child: Child | None, asked: Asked, writing: Writing, actor: Viewer, at: datetime) -> Saved:
    """Keep what a page holds; a sign of danger that is taken out again is told to the child's line."""
    saved = services.save(child=child, asked=asked, writing=writing, actor=actor, at=at)
    if saved.draft is not None and saved.is_cleared:
        _tell("draft.cleared", saved.draft, actor, at)
    return saved


def tell_cleared(draft: FormDraft | None, *, alarms: object, actor: Viewer, at: datetime) -> None:
    """A form was handed in without the sign of danger that its draft held: the line hears of that too."""
    if draft is not None and draft.danger_at is not None and draft.cleared_at is None and not alarms:
        _tell("draft.cleared", draft, actor, at)


def end_of(entries: Collection[UUID], *, child_id: UUID, actor: Viewer, at: datetime) -> None:
    """What somebody still writes that belongs to records set apart goes with them; of its danger the line hears."""
    for draft in services.drafts_of(entries, child_id=child_id):
        if draft.danger_at is not None:
            _tell("draft.dropped", draft, actor, at)
        services.forget(draft, at=at)


def reasons_in(*, region: str, at: datetime) -> list[dict[str, str]]:
    """Why a draft with a sign of danger may be thrown away."""
    content = rules.resolve("drafts", "drafts", region=region, at=at).content
    # A version that was adopted before there were reasons has none to choose from.
    return list(content.get("drop_reasons", ()))


def look_after(now: datetime, *, limit: int = BATCH) -> int:
    """How many drafts were due; each in a short transaction of its own."""
    due = FormDraft.objects.filter(look_again_at__lte=now).order_by("look_again_at")
    done = 0
    for draft_id in list(due.values_list("id", flat=True)[:limit]):
        with transaction.atomic():
            done += _look_at(draft_id, now)
    return done


def _look_at(draft_id: UUID, now: datetime) -> int:
    draft = FormDraft.objects.select_for_update().filter(id=draft_id, look_again_at__lte=now).first()
    if draft is None:
        return 0
    region = _region(draft)
    content = rules.resolve("drafts", "drafts", region=region, at=now).content
    _, what = deadlines.moments_of(draft, content)[draft.told]
    if what == deadlines.EXPIRE:
        _tell("draft.expired", draft, WORKER, now)
        services.forget(draft, at=now)
        return 1
    draft.told += 1
    draft.look_again_at = services.next_look(draft, region=region, at=now)
    draft.save(update_fields=["told", "look_again_at"])
    _tell("draft.alarmed" if what == deadlines.TELL_LINE else "draft.reminded", draft, WORKER, now)
    return 1


@transaction.atomic
def drop(*, draft_id: UUID, actor: Viewer, at: datetime, reason: str = "") -> FormDraft | None:
    """Throw one's own draft away; with a sign of danger in it, for a reason of which the child's line hears."""
    draft = selectors.one(draft_id=draft_id, viewer=actor, at=at)
    if draft is None:
        return None
    if draft.danger_at is not None:
        known = {each["id"] for each in reasons_in(region=_region(draft), at=at)}
        if known and reason not in known:
            raise NoReason
        _tell("draft.dropped", draft, actor, at, reason)
    services.forget(draft, at=at)
    return draft


def _region(draft: FormDraft) -> str:
    if draft.child_id is None:
        return ""
    county = Child.objects.filter(id=draft.child_id).values_list("county_id", flat=True).first()
    return rules.region_of(county) if county else ""


def _tell(kind: str, draft: FormDraft, actor: Viewer, at: datetime, reason: str = "") -> None:
    """Before there is a child the post's own record is told of."""
    subject = Owner("child", draft.child_id) if draft.child_id else Owner("post", draft.post_id)
    clear = {
        "draft": str(draft.id), "form": draft.form_id, "owner": str(draft.post_id),
        "urgent": draft.danger_at is not None,
    }
    clear |= {"reason": reason} if reason else {}
    (event,) = ledger.record_many([EventDraft(kind, subject, clear, None, True)], actor=actor, at=at)
    if handlers := later_handlers(kind):
        ledger.enqueue_many([(event, handlers)])
