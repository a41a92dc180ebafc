"""Class meetings and parents' schools: written down by number, taken back by whoever wrote them, counted three ways."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows.pairing_companions import county_of, must, post_of, rules_in
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib.numbers import day_in
from tongxin.pairings.models import Gathering
from tongxin.registers import answers
from tongxin.registers.answers import Given
from tongxin.vault import Owner

COUNT = "count_gatherings"
MOST = 5000
NOBODY = "没有保存：来的人数要在 1 到 5000 之间，第一次来的不能比来的多。"
GONE = "没有改动：这一场已经撤回。"


@transaction.atomic
def add(*, gathering_id: UUID, given: Given, actor: Viewer, at: datetime) -> Gathering:
    """One meeting of the actor's own body, once however often it is sent."""
    person_id, county_id = must(actor, COUNT, at=at), county_of(actor)
    known = Gathering.objects.filter(id=gathering_id, person_id=person_id).first()
    if known is not None:
        return known
    read = answers.read(rules_in(county_id, at=at).asked["gathering"], given, at=at)
    problems = list(read.problems)
    came, fresh = (read.clear.get(name) for name in ("came", "first_time"))
    if came is not None and fresh is not None and not (1 <= came <= MOST and fresh <= came):
        problems.append(Problem("came", NOBODY, True))
    held_on = day_in(str(read.clear.get("held_on", "")))
    if problems or held_on is None or came is None or fresh is None or actor.seat is None:
        raise Refused(problems)
    row = Gathering.objects.create(
        id=gathering_id, county_id=county_id, organisation_id=actor.seat.organisation_id, kind=read.clear["kind"],
        held_on=held_on, clear={name: read.clear[name] for name in ("topic", "grade")}, came=came, first_time=fresh,
        at=at, person_id=person_id, post_id=post_of(actor),
    )
    _tell("gathering.held", row, actor, at)
    return row


@transaction.atomic
def withdraw(*, gathering_id: UUID, actor: Viewer, at: datetime) -> Gathering:
    """It was written down by mistake: it stays to be read, and counts no more."""
    person_id = must(actor, COUNT, at=at)
    row = Gathering.objects.select_for_update().filter(id=gathering_id, post_id__in=actor.post_ids).first()
    if row is None:
        raise NotAllowed
    if row.withdrawn_at is not None:
        raise Refused.because(GONE)
    row.withdrawn_at, row.withdrawn_by = at, person_id
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _tell("gathering.retracted", row, actor, at)
    return row


def listed(viewer: Viewer, *, at: datetime, first: date, last: date) -> QuerySet[Gathering]:
    """The meetings of a span: of the whole county for its desk, else of the viewer's own body."""
    must(viewer, COUNT, at=at)
    rows = Gathering.objects.filter(county_id=county_of(viewer), held_on__gte=first, held_on__lte=last)
    is_county = viewer.seat is not None and viewer.role == "case_manager"
    rows = rows if is_county else rows.filter(organisation_id__in=viewer.organisation_ids)
    return rows.select_related("organisation").order_by("-held_on", "-at")


def counted(rows: QuerySet[Gathering]) -> dict[str, dict[str, int]]:
    """By kind: sessions, attendances, people (场次, 人次, 人); what was taken back counts nowhere."""
    found: dict[str, dict[str, int]] = {}
    told: Any = rows.filter(withdrawn_at__isnull=True).order_by().values("kind").annotate(
        sessions=Count("id"), attendances=Sum("came"), people=Sum("first_time")
    )
    for row in told:
        found[row["kind"]] = {name: int(row[name] or 0) for name in ("sessions", "attendances", "people")}
    return found


def _tell(kind: str, row: Gathering, actor: Viewer, at: datetime) -> None:
    ledger.record(
        kind=kind, subject=Owner("staff", row.person_id), actor=actor, at=at, is_fact=True,
        clear={"gathering": str(row.id), "kind": row.kind},
    )
