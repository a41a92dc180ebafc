"""The unfinished forms of one person, as long as the post and the child are still theirs."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.drafts.deadlines import LINE_TOLD
from tongxin.drafts.models import FormDraft
from tongxin.ledger.models import Entry
from tongxin.lib.prepared import Prepared

OPENS_FILE = "open_file"
DANGERS = Prepared(
    lambda child: FormDraft.objects.filter(
        Q(told__gte=LINE_TOLD) | Q(cleared_at__isnull=False), child_id=child, danger_at__isnull=False
    ).defer("answers").order_by("danger_at", "id"),
    child=UUIDField(),
)


def mine(*, viewer: Viewer, at: datetime) -> QuerySet[FormDraft]:
    """The viewer's own drafts, oldest saving last; none about a child that they may not see now."""
    if viewer.person_id is None:
        return FormDraft.objects.none()
    handed_in = Entry.objects.filter(id=OuterRef("id"), person_id=viewer.person_id)
    own = FormDraft.objects.filter(
        ~Exists(handed_in), person_id=viewer.person_id, post_id__in=viewer.post_ids
    )
    seen = access.visible(own.filter(child_id__isnull=False), viewer=viewer, part="roster", at=at)
    mine = Q(id__in=seen.values("id"))
    if access.may_do(viewer=viewer, action=OPENS_FILE, at=at):
        mine |= Q(child_id__isnull=True)
    return own.filter(mine).order_by("-saved_at", "id")


def one(*, draft_id: UUID, viewer: Viewer, at: datetime) -> FormDraft | None:
    """One of the viewer's drafts."""
    return mine(viewer=viewer, at=at).filter(id=draft_id).first()


def dangers_about(child_id: UUID) -> list[FormDraft]:
    """The drafts about a child of whose danger its line has been told, the first danger first; nobody's words."""
    return DANGERS.rows(child=child_id)


def answers_of(draft: FormDraft, *, viewer: Viewer, part: str, at: datetime) -> dict[str, Any]:
    """What was written so far, opened as a look."""
    opened = vault.open([draft.answers], viewer=viewer, purpose="draft", at=at, part=part, route="draft")
    words: dict[str, Any] = json.loads(opened[0]) if opened[0] else {}
    return words
