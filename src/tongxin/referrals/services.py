"""The rows of referrals, made equal to the state; and who thereby may see what of the child."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, UUIDField

from tongxin.access.models import Relation
from tongxin.access.relations import SEES, SHOWN, end
from tongxin.accounts.models import places_of
from tongxin.core.pathway import CaseState, Handover, Step
from tongxin.lib import bulk, together
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child
from tongxin.referrals.models import Referral, ReferralLink
from tongxin.referrals.rules import Referrals, rules_in
from tongxin.rulebook import rules

REVOKED = "revoked"
ENDED = {"declined", "done", "returned", REVOKED}
AT_ONCE = {"declined", REVOKED}
KEPT_AFTER_END = timedelta(days=30)
# The steps by which the other side answers.
ANSWERS = frozenset({"answer_referral", "accept_referral", "contact_referral", "report_referral"})
CONTACT = ("contacted", "in_service")
OF_CHILD = Prepared(lambda child: Referral.objects.filter(child_id=child), child=UUIDField())


def follow_referrals(*, child: Child, state: CaseState, steps: tuple[Step, ...], at: datetime) -> None:
    """Make the referral rows equal to the state and let the receiving body in while it serves (C8)."""
    known = {row.entry_id: row for row in OF_CHILD.rows(child=child.id)}
    if not state.referrals and not known:
        return
    _revoke([row for row in known.values() if str(row.entry_id) not in state.referrals], at)
    awaited = {step.key.partition(":")[2]: step for step in steps if step.rule in ANSWERS}
    found = rules_in(region=rules.region_of(child.county_id), at=at)
    for key, handover in state.referrals.items():
        if handover.fact.data.get("to_organisation") is None:
            continue
        row = known.get(UUID(key))
        stands = _stands(handover, awaited.get(key), row, at)
        stood = row.state if row else handover.answer
        if row is None:
            row = _begin(child, handover, stands)
        elif any(getattr(row, name) != value for name, value in stands.items()):
            for name, value in stands.items():
                setattr(row, name, value)
            bulk.change(row, *stands)
        if stood != handover.answer:
            until = _until(handover.answer, at)
            Relation.objects.filter(source_id=row.entry_id, relation=Relation.REFERRED).update(to_at=until)
            if until is not None:
                _end_links(row.entry_id, at)
        _show(child, row, handover, state, found, at)


def _begin(child: Child, handover: Handover, stands: Mapping[str, Any]) -> Referral:
    fact = handover.fact
    after = str(fact.data.get("after", ""))
    row = Referral(
        entry_id=UUID(fact.id), child_id=child.id, kind=str(fact.data.get("kind", "")), urgency=handover.urgency,
        from_post_id=UUID(fact.post) if fact.post else None, to_organisation_id=int(handover.to),
        after_id=UUID(after) if after else None, sent_at=fact.recorded_at, **stands, **places_of(child),
    )
    row.save(force_insert=True)
    Relation.objects.create(
        child_id=child.id, relation=Relation.REFERRED, organisation_id=row.to_organisation_id,
        from_at=fact.recorded_at, source_id=row.entry_id,
    )
    return row


def _stands(handover: Handover, step: Step | None, row: Referral | None, at: datetime) -> dict[str, Any]:
    """Where a referral stands, with the moments at which it came there."""
    reached = handover.reached
    due = step.due_at if step else row.due_at if row else handover.fact.recorded_at
    ended = min((moment for state, moment in reached.items() if state in ENDED), default=None)
    if handover.answer == REVOKED:
        ended = row.ended_at if row and row.ended_at else at
    return {
        "state": handover.answer, "due_at": due, "climbed": step.climbed(at) if step else 0,
        "answered_at": min(reached.values(), default=ended), "accepted_at": reached.get("accepted"),
        "contacted_at": min((reached[each] for each in CONTACT if each in reached), default=None),
        "ended_at": ended if handover.answer in ENDED else None,
    }


def _until(answer: str, at: datetime) -> datetime | None:
    return None if answer not in ENDED else at if answer in AT_ONCE else at + KEPT_AFTER_END


def _show(
    child: Child, row: Referral, handover: Handover, state: CaseState, found: Referrals, at: datetime
) -> None:
    """Open those parts that this kind shows, with consent or by law; close them when that ends."""
    wanted = frozenset() if handover.answer in AT_ONCE else found.parts(handover, state=state)
    now = {each.relation: each for each in _shown(row.entry_id) if _holds(each, at)}
    names = {SEES + part for part in wanted}
    for relation, each in now.items():
        if relation not in names:
            end(child_id=child.id, relation=relation, at=at, source_id=row.entry_id)
        elif handover.is_open != (each.to_at is None):
            Relation.objects.filter(id=each.id).update(to_at=_until(handover.answer, at))
    if handover.is_open:
        Relation.objects.bulk_create([
            Relation(
                child_id=child.id, relation=name, organisation_id=row.to_organisation_id, from_at=at,
                source_id=row.entry_id,
            )
            for name in sorted(names - set(now))
        ])


def _shown(referral_id: UUID) -> list[Relation]:
    """By which relations a referral ever opened a part."""
    rows: list[Relation] = together.known((SEES, referral_id), lambda: list(_of_parts([referral_id])))
    return rows


def _of_parts(referrals: Sequence[UUID]) -> QuerySet[Relation]:
    return Relation.objects.filter(source_id__in=referrals, relation__startswith=SEES)


def _holds(relation: Relation, at: datetime) -> bool:
    return relation.from_at <= at and (relation.to_at is None or relation.to_at > at)


def read_ahead(children: Sequence[UUID]) -> None:
    """The referrals of all children that pieces done together are about, and what they show."""
    found: dict[UUID, list[Referral]] = {child: [] for child in children}
    for row in Referral.objects.filter(child_id__in=children):
        found[row.child_id].append(row)
    shown: dict[UUID, list[Relation]] = {row.entry_id: [] for rows in found.values() for row in rows}
    for relation in _of_parts(list(shown)) if shown else ():
        if relation.source_id is not None:
            shown[relation.source_id].append(relation)
    for child, rows in found.items():
        together.learn(OF_CHILD.question(child=child), rows)
    for referral_id, relations in shown.items():
        together.learn((SEES, referral_id), relations)


def _end_links(referral_id: UUID, at: datetime) -> None:
    ReferralLink.objects.filter(referral_id=referral_id, revoked_at__isnull=True).update(revoked_at=at)


def _revoke(rows: list[Referral], at: datetime) -> None:
    """A referral that was taken back lets nobody in any more."""
    for row in rows:
        if row.state != REVOKED:
            Referral.objects.filter(entry_id=row.entry_id).update(
                state=REVOKED, answered_at=row.answered_at or at, ended_at=at, climbed=0
            )
            for relation in (Relation.REFERRED, *SHOWN):
                end(child_id=row.child_id, relation=relation, at=at, source_id=row.entry_id)
            _end_links(row.entry_id, at)
