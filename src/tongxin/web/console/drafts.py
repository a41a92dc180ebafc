"""Unfinished forms, offered where they can be gone on with."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import UUIDField
from django.utils.translation import gettext as _

from tongxin.assessments.forms import Asked
from tongxin.drafts import selectors
from tongxin.drafts.deadlines import expiry_of
from tongxin.drafts.models import FormDraft
from tongxin.ledger.models import Entry
from tongxin.lib.ids import id_in
from tongxin.lib.prepared import Prepared
from tongxin.notices.services import line_roles
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.file import File, forms_known
from tongxin.web.console.names import NO_NAME, Names
from tongxin.web.console.options import region_of_viewer
from tongxin.web.doors import Request

SHOWN = 20
HAPPENED = Prepared(
    lambda entry: Entry.objects.filter(id=entry).values_list("occurred_at", flat=True), entry=UUIDField()
)


def continued(request: Request, *, child: Child | None, form_id: str) -> FormDraft | None:
    """The draft that the address asks to go on with."""
    named = id_in(request.GET.get("draft", ""))
    if named is None:
        return None
    draft = selectors.one(draft_id=named, viewer=request.viewer, at=request.at)
    if draft is None or (draft.child_id, draft.form_id) != (child.id if child else None, form_id):
        return None
    return draft


def draft_answers(request: Request, draft: FormDraft) -> dict[str, Any]:
    """What the draft says, as a look at the part that its form belongs to."""
    part = rules.access_rules(at=request.at).form_parts.get(draft.form_id, "identity")
    return selectors.answers_of(draft, viewer=request.viewer, part=part, at=request.at)


def on_page(
    request: Request, *, child: Child | None, asked: Asked, query: Mapping[str, str], draft: FormDraft | None
) -> dict[str, Any]:
    """What the page of a form shows and needs of drafts; a correction has its own."""
    rows = selectors.mine(viewer=request.viewer, at=request.at).filter(
        child_id=child.id if child else None, form_id=asked.form.id, corrects=id_in(query.get("corrects", ""))
    )
    others = [each for each in rows[:SHOWN] if draft is None or each.id != draft.id]
    return {
        "draft": {
            "url": f"{request.path}draft/?{urlencode(query)}", "entry_id": str(draft.id) if draft else "",
            "revision": draft.revision if draft else 0, "saved_at": draft.saved_at if draft else None,
            "is_older": bool(draft and draft.form_hash != asked.form_hash),
        },
        "drafts": draft_rows(request, others, names={}),
    }


def draft_rows(request: Request, drafts: Iterable[FormDraft], *, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Lines that lead back to unfinished forms, with their age and until when they are kept."""
    region = region_of_viewer(request)
    known = forms_known(region=region, at=request.at)
    content = rules.resolve("drafts", "drafts", region=region, at=request.at).content
    reasons = content.get("drop_reasons", ())
    return [
        {
            "url": _address(each), "discard_url": f"/drafts/{each.id}/discard/",
            "is_danger": each.danger_at is not None, "drop_reasons": reasons if each.danger_at else [],
            "form_zh": known[each.form_id].zh if each.form_id in known else "",
            "name": names.get(each.child_id, NO_NAME) if each.child_id else _("新的档案"),
            "saved_at": each.saved_at, "age_zh": words.span_zh(request.at - each.saved_at),
            "until": None if each.danger_at else expiry_of(each, content),
        }
        for each in drafts
    ]


def dangers_of(file: File) -> list[FormDraft]:
    """What others wrote of danger and have not handed in, for those of the child's line who may read of crises."""
    line = line_roles(is_staff_concern=bool(file.state.staff_concern))
    if "crisis" not in file.parts or not file.request.viewer.roles & set(line):
        return []
    found: list[FormDraft] = selectors.dangers_about(file.child.id)
    return [each for each in found if each.person_id != file.request.viewer.person_id]


def danger_rows(drafts: Iterable[FormDraft], names: Names, titles: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """Whom to call about a danger that nobody has handed in; no answer and no form is named (A11)."""
    return [
        {
            "title": titles.get(each.post_id, ""), "name": names.person(each.person_id),
            "number": names.phones.get(each.person_id, ""), "at": each.danger_at,
            "is_cleared": each.cleared_at is not None,
        }
        for each in drafts
    ]


def _address(draft: FormDraft) -> str:
    query = {"draft": str(draft.id)}
    query |= {"about": draft.about} if draft.about else {}
    query |= {"corrects": str(draft.corrects)} if draft.corrects else {}
    page = f"/children/{draft.child_id}/forms/{draft.form_id}/" if draft.child_id else "/children/new/file/"
    return f"{page}?{urlencode(query)}"


def happened_at(entry_id: UUID, opened_at: datetime) -> datetime:
    """When what a page records happened: a form sent from two desks says the same both times."""
    return HAPPENED.row(entry=entry_id) or opened_at
