"""The rows of referrals, made equal to the state; and who thereby may see the child."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import UUIDField

from tongxin.access.models import Relation
from tongxin.access.relations import end
from tongxin.accounts.models import places_of
from tongxin.core.pathway import CaseState, Step
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child
from tongxin.referrals.models import Referral

REVOKED = "revoked"
ENDED = {"declined", "done", "returned", REVOKED}
AT_ONCE = {"declined", REVOKED}
KEPT_AFTER_END = timedelta(days=30)
OF_CHILD = Prepared(lambda child: Referral.objects.filter(child_id=child), child=UUIDField())


def follow_referrals(*, child: Child, state: CaseState, steps: tuple[Step, ...], at: datetime) -> None:
    """Make the referral rows equal to the state and let the receiving body in while it serves (C8)."""
    known = {row.entry_id: row for row in OF_CHILD.rows(child=child.id)}
    if not state.referrals and not known:
        return
    _revoke([row for row in known.values() if str(row.entry_id) not in state.referrals], at)
    due = {step.key.partition(":")[2]: step.due_at for step in steps if step.rule == "answer_referral"}
    for key, (fact, answer) in state.referrals.items():
        organisation = fact.data.get("to_organisation")
        if organisation is None:
            continue
        row = known.get(UUID(key))
        if row is None:
            row = Referral(
                entry_id=UUID(key), child_id=child.id, kind=str(fact.data.get("kind", "")),
                urgency=str(fact.data.get("urgency", "")), state=answer,
                from_post_id=UUID(fact.post) if fact.post else None, to_organisation_id=int(str(organisation)),
                sent_at=fact.recorded_at, due_at=due.get(key, fact.recorded_at),
                **places_of(child),
            )
            row.save(force_insert=True)
            Relation.objects.create(
                child_id=child.id, relation=Relation.REFERRED, organisation_id=row.to_organisation_id,
                from_at=fact.recorded_at, source_id=row.entry_id,
            )
        elif row.state != answer:
            answered = row.answered_at or at
            Referral.objects.filter(entry_id=row.entry_id).update(state=answer, answered_at=answered)
            until = None if answer not in ENDED else at if answer in AT_ONCE else at + KEPT_AFTER_END
            Relation.objects.filter(source_id=row.entry_id, relation=Relation.REFERRED).update(to_at=until)


def _revoke(rows: list[Referral], at: datetime) -> None:
    """A referral that was taken back lets nobody in any more."""
    for row in rows:
        if row.state != REVOKED:
            Referral.objects.filter(entry_id=row.entry_id).update(state=REVOKED, answered_at=row.answered_at or at)
            end(child_id=row.child_id, relation=Relation.REFERRED, at=at, source_id=row.entry_id)
