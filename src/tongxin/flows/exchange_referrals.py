"""Referrals for systems of other bodies: those of the body a client stands for, read and answered as on pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.flows import referring
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.flows.record import Sheet, asked_of, record
from tongxin.flows.referral_links import TOLD
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.unusual import notice_look
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.referrals import selectors as referrals
from tongxin.referrals.models import Referral
from tongxin.referrals.rules import rules_in
from tongxin.rulebook import rules

PURPOSE, ROUTE, PART, WAY = "client_referral", "api.referrals", "referral", "api"
IN, OUT = "in", "out"


@dataclass(frozen=True, slots=True)
class Opened:
    """One referral as the other side may know it: the row, the child, the sheet, what may be answered next."""

    row: Referral
    child: Child
    name: str
    sheet: Mapping[str, str]
    answers: tuple[str, ...]


def listed(*, viewer: Viewer, way: str, at: datetime) -> QuerySet[Referral]:
    """The referrals to the viewer's body, or those that its post sent; only what access admits."""
    mine = Q(to_organisation_id__in=viewer.organisation_ids) if way == IN else Q(from_post_id__in=viewer.post_ids)
    rows = access.visible(Referral.objects.filter(mine), viewer=viewer, part=PART, at=at)
    return referrals.own(rows, viewer=viewer, at=at)


def row_for(*, referral_id: UUID, viewer: Viewer, at: datetime) -> Referral:
    """One referral of the viewer's; NotAllowed for any other."""
    mine = Referral.objects.filter(entry_id=referral_id)
    rows = access.visible(mine, viewer=viewer, part=PART, at=at)
    row = referrals.own(rows, viewer=viewer, at=at).first()
    if row is None:
        raise NotAllowed
    return row


def opened(*, referral_id: UUID, viewer: Viewer, at: datetime) -> Opened:
    """What the sheet says, by one look that is written down."""
    row = row_for(referral_id=referral_id, viewer=viewer, at=at)
    child = Child.objects.get(id=row.child_id)
    facts, _ = facts_of(child.id)
    state = state_of(child, facts=facts, at=at)
    handover = state.referrals.get(str(referral_id))
    entry = Entry.objects.filter(id=referral_id, subject_id=child.id).select_related("subject").first()
    if handover is None or entry is None:
        raise NotAllowed
    (told,) = ledger.open_entries([entry], viewer=viewer, purpose=PURPOSE, at=at, part=PART, route=ROUTE)
    (name,) = vault.open([child.name], viewer=viewer, purpose=PURPOSE, at=at, part="roster", route=ROUTE)
    notice_look(viewer=viewer, child=child, purpose="", at=at)
    shown = rules_in(region=rules.region_of(child.county_id), at=at)
    hidden = () if referring.WHO in shown.parts(handover, state=state) else referring.CONTACT
    sheet = {each: str(told[each]) for each in TOLD if told and told.get(each) and each not in hidden}
    is_theirs = row.to_organisation_id in viewer.organisation_ids
    return Opened(row, child, name or "", sheet, referring.answers_to(handover) if is_theirs else ())


def answer(
    *, referral_id: UUID, entry_id: UUID, answers: Mapping[str, Any], viewer: Viewer, at: datetime
) -> UUID:
    """The body's answer in the child's record; Refused where it can't stand."""
    row = row_for(referral_id=referral_id, viewer=viewer, at=at)
    if row.to_organisation_id not in viewer.organisation_ids:
        raise NotAllowed
    child = Child.objects.get(id=row.child_id)
    now = f"{at.astimezone(CHINA):%Y-%m-%dT%H:%M}"
    given = {"answered_at": now, **answers}
    if any(each.id == "way" for each in asked_of(child, form_id=referring.ANSWER, at=at).form.fields):
        given["way"] = WAY
    sheet = Sheet(entry_id, referring.ANSWER, given, at, about=str(referral_id))
    return record(child_id=child.id, sheet=sheet, actor=viewer, at=at).entry.id


def pass_on(
    *, referral_id: UUID, entry_id: UUID, answers: Mapping[str, Any], viewer: Viewer, at: datetime
) -> UUID:
    """From a referral that is theirs and open, the child goes on to another body."""
    row = row_for(referral_id=referral_id, viewer=viewer, at=at)
    sheet = Sheet(entry_id, referring.REFERRAL, dict(answers), at, about=str(referral_id))
    return record(child_id=row.child_id, sheet=sheet, actor=viewer, at=at).entry.id
