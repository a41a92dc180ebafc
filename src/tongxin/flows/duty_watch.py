"""Whoever plans a place is told once a day of the coming hours in which nobody is on duty."""

from datetime import datetime

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.models import Division, Holding
from tongxin.accounts.viewers import WORKER, held
from tongxin.core.pathway import CHINA
from tongxin.duty import selectors
from tongxin.duty.models import GapTold
from tongxin.flows import duty
from tongxin.notices import services as notices
from tongxin.rulebook import rules
from tongxin.vault import Owner


def follow_duty(now: datetime) -> None:
    """Each place that keeps a roster is looked at once a day."""
    today = now.astimezone(CHINA).date()
    told = set(GapTold.objects.filter(on=today).values_list("division_id", flat=True))
    for division in selectors.keeping():
        if division.id not in told:
            with transaction.atomic():
                _look(division, now)


def _look(division: Division, now: datetime) -> None:
    ahead = duty.roster_rules(region=rules.region_of(division.id), at=now).warned
    rows = selectors.stretches(division, since=now, until=now + ahead)
    gap = next((each for each in rows if each.turn is None), None)
    if gap is None:
        return
    _row, is_new = GapTold.objects.get_or_create(division=division, on=now.astimezone(CHINA).date())
    if not is_new:
        return
    found = rules.access_rules(at=now)
    holdings = Holding.objects.filter(held(now), post__division=division, person__is_active=True)
    posts = {
        each.post_id: each.person_id for each in holdings.select_related("post").order_by("post_id", "from_at", "id")
        if found.may_do(role=each.post.role, action=duty.PLAN)
    }
    for post_id, person_id in posts.items():
        event = ledger.record(
            kind="duty.warned", subject=Owner("staff", person_id), actor=WORKER, at=now, is_fact=True,
            clear={"division": division.code, "from": gap.from_at.isoformat(), "to": gap.to_at.isoformat()},
        )
        notices.tell_post(post_id=post_id, event=event, at=now)
