"""Class meetings and parents' schools: activities that are written down once they were held, by number."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.activities.doubts import raised
from tongxin.activities.models import Activity, Occasion
from tongxin.activities.rules import rules_in
from tongxin.flows.activities import doubting, occasions
from tongxin.flows.activities.planning import about
from tongxin.flows.activities.reach import tell, town_of
from tongxin.flows.made_once import made_before, made_once
from tongxin.flows.pairing_companions import county_of, must, post_of
from tongxin.flows.pairing_companions import rules_in as pairings_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import day_in
from tongxin.registers import answers
from tongxin.registers.answers import Given

COUNT, FORM = "count_gatherings", "quick"


@made_once
def add(*, gathering_id: UUID, given: Given, reason: str = "", actor: Viewer, at: datetime) -> Occasion:
    """One meeting of the actor's own body, once however often it is sent."""
    person_id, county_id = must(actor, COUNT, at=at), county_of(actor)
    known = made_before(Occasion, gathering_id, person_id=person_id)
    if known is not None:
        return known
    found = rules_in(county_id, at=at)
    read = answers.read(found.asked[FORM], given, at=at)
    came, first = (read.clear.get(name) for name in occasions.NUMBERS)
    asked = raised(found.questions, {"came": came})
    problems = [*read.problems, *occasions.numbers_wrong(came, first), *doubting.refuse_unsure(asked, reason, found)]
    held_on = day_in(str(read.clear.get("held_on", "")))
    if problems or held_on is None or actor.seat is None:
        raise Refused(problems)
    clear = {name: read.clear[name] for name in ("topic", "grade")}
    row = Activity(
        id=gathering_id, county_id=county_id, town_id=town_of(actor), organisation_id=actor.seat.organisation_id,
        kind=read.clear["kind"], clear=clear, first_day=held_on, last_day=held_on, state=Activity.CLOSED, at=at,
        person_id=person_id, post_id=post_of(actor), closed_at=at, closed_by=person_id,
    )
    vault.create_keys([row.key_owner], at=at)
    row.save(force_insert=True)
    held = Occasion.objects.create(
        id=gathering_id, activity=row, held_on=held_on, came=came, first_time=first, at=at, person_id=person_id,
        post_id=post_of(actor),
    )
    tell("occasion.held", actor, at, occasion=held.id, kind=row.kind)
    doubting.keep(asked, about(row, held.id), reason=reason, actor=actor, at=at)
    return held


@transaction.atomic
def withdraw(*, gathering_id: UUID, actor: Viewer, at: datetime) -> Occasion:
    """It was written down by mistake: it stays to be read, and counts no more."""
    must(actor, COUNT, at=at)
    row = Occasion.objects.filter(id=gathering_id, post_id__in=actor.post_ids, activity__state=Activity.CLOSED).first()
    if row is None:
        raise NotAllowed
    return occasions.take_back(row.id, actor, at)


def listed(viewer: Viewer, *, at: datetime, first: date, last: date) -> QuerySet[Occasion]:
    """The meetings of a span: of the whole county for its desk, else of the viewer's own body."""
    must(viewer, COUNT, at=at)
    county_id = county_of(viewer)
    kinds = list(rules_in(county_id, at=at).quick)
    rows = Occasion.objects.filter(
        activity__county_id=county_id, activity__kind__in=kinds, held_on__gte=first, held_on__lte=last
    )
    is_county = viewer.seat is not None and viewer.role in pairings_of(county_id, at=at).gatherings_seen_by
    rows = rows if is_county else rows.filter(activity__organisation_id__in=viewer.organisation_ids)
    return rows.select_related("activity", "activity__organisation").order_by("-held_on", "-at")


