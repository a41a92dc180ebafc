"""Writing everything derived anew from the record: results, cases, proposals, alarms, tasks."""

from copy import copy
from datetime import datetime

from django.db import transaction

from tongxin import ledger
from tongxin.assessments.models import Result
from tongxin.cases import derivation
from tongxin.cases.models import Alarm, Case, Decision, Proposal
from tongxin.flows import joined, shelved
from tongxin.flows.derive import ground_for
from tongxin.flows.facts import as_facts
from tongxin.flows.replay import replay
from tongxin.ledger import subjects
from tongxin.people.models import Child
from tongxin.people.standing import TOLD


def derive_all(*, at: datetime) -> int:
    """How many files were derived anew; nobody is told of anything (spine B1)."""
    done = 0
    for child in Child.objects.order_by("id").iterator(chunk_size=200):
        with transaction.atomic():
            derive_silently(child, at=at)
        done += 1
    return done


def derive_silently(child: Child, *, at: datetime) -> None:
    """Throw away what was derived about one child and derive it from the sealed answers."""
    subjects.lock([child.key_owner])
    entries, lived = ledger.facts(child.key_owner), shelved.as_lived(copy(child))
    results = {str(each.entry.id): each.data or {} for each in replay(lived, entries, at=at)}
    known = {row.entry_id: row for row in Result.objects.filter(child_id=child.id)}
    for entry in entries:
        row = known.get(entry.id) or Result(
            entry_id=entry.id, child_id=child.id, kind=entry.kind, form_hash=entry.form_hash, definitions={}
        )
        row.data = dict(results[str(entry.id)])
        row.save()
    if any(entry.correction_kind and entry.kind in TOLD for entry in entries):
        shelved.tell_again(child, at=at)
    case = Case.objects.filter(id=child.id).first()
    Proposal.objects.filter(case_id=child.id).delete()
    Alarm.objects.filter(case_id=child.id).delete()
    Decision.objects.filter(case_id=child.id).delete()
    facts, moment = as_facts(entries, results), max(at, case.derived_at) if case else at
    group = joined.group_of(child.id, facts)
    lives = Child.objects.get(id=group.kept) if group else shelved.as_lived(copy(child))
    ground = ground_for(lives, at=at)
    side = joined.sides_of(group, {child.id: facts}, ground=ground, at=moment)[child.id] if group else None
    derivation.derive(child=child, facts=facts, results=results, ground=ground, at=moment, side=side)
