"""A small year: children of two counties with what was recorded, and rows of every register that figures count."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from tests import world
from tests.flows.forms import fill
from tongxin.accounts.models import Organisation
from tongxin.activities.models import Activity, Occasion, Publicity
from tongxin.cases.models import Alarm, Case, Decision, Task
from tongxin.clues.models import Clue
from tongxin.coordination.meetings import JointMeeting
from tongxin.funds.models import Fund, Grant, Payout, Posting, Transfer
from tongxin.lib import ids
from tongxin.people.models import CategorySpan, Child, Household
from tongxin.places.models import Site
from tongxin.referrals.models import Referral
from tongxin.training.models import Credit, Session

DAY = timedelta(days=1)
NOON = world.START + 2 * DAY
FIRST, LAST = date(2025, 9, 1), date(2025, 12, 31)
VILLAGES = {"370116001001": "周主任", "370116104230": "吴主任"}


def live(cast: world.World) -> list[Child]:
    """Fourteen children, some of whom much happened to; everything by a drawn but fixed plan."""
    chance = random.Random(7)
    children = []
    for number in range(14):
        village = "370116001001" if number < 9 else "370116104230"
        child = cast.child(f"童{number}", by=VILLAGES[village], village=village, birth=f"20{8 + number % 9:02}-05-05")
        children.append(child)
        if number % 4:
            _record(cast, child, "identification_form", VILLAGES[village], NOON + number * DAY)
        for week in range(number % 3):
            _record(cast, child, "visit_record", VILLAGES[village], NOON + (number + 9 * week) * DAY)
        _derived(child, chance)
    home = Household.objects.create(created_at=NOON, county_id=children[0].county_id)
    Child.objects.filter(id__in=[each.id for each in children[:2]]).update(household=home)
    Case.objects.filter(id=children[-1].id).update(goes_on=children[-2].id)
    _registers(cast, children)
    return children


def _record(cast: world.World, child: Child, form: str, by: str, at: datetime) -> None:
    cast.record(child, form, fill(child, form, at), by=by, at=at)


def _derived(child: Child, chance: random.Random) -> None:
    case = Case.objects.get(id=child.id)
    place = {f"{each}_id": getattr(case, f"{each}_id") for each in ("province", "city", "county", "town", "village")}
    CategorySpan.objects.create(child=child, category=chance.choice(["orphan", "migrant"]), source="roster")
    for number in range(6):
        opened = NOON + chance.randrange(60) * DAY
        taken = timedelta(minutes=chance.randrange(1, 20_000), seconds=chance.randrange(60))
        closed = None if number == 5 else opened + taken
        Task.objects.create(
            case=case, key=f"figure{number}", step=chance.choice(["visit", "assess", "crisis.stay", "reassess"]),
            zh="", form="", role="child_director", state="done" if closed else "open", is_urgent=False,
            opened_at=opened, due_at=opened + 5 * DAY, closed_at=closed, climbed=chance.randrange(2), **place,
        )
    for number, level in enumerate(chance.sample(["low", "mid_low", "mid_high", "high"], 3)):
        Decision.objects.create(case=case, entry_id=ids.new_id(), level=level, at=NOON + number * 20 * DAY, stands=True)
    if chance.random() < 0.6:
        kind = chance.choice(["crisis", "safety_check"])
        Alarm.objects.create(case=case, key="figure", gate="suicidal_thought", kind=kind, state="closed",
                             raised_at=NOON + 3 * DAY, entry_id=ids.new_id())
        sent = NOON + chance.randrange(50) * DAY
        Referral.objects.create(
            entry_id=ids.new_id(), child_id=child.id, kind=chance.choice(["medical", "counselling"]), urgency="days_3",
            state="done", to_organisation_id=1, sent_at=sent, due_at=sent + DAY,
            accepted_at=sent + timedelta(minutes=chance.randrange(5000)), ended_at=sent + 20 * DAY, **place,
        )


def _registers(cast: world.World, children: list[Child]) -> None:
    who = cast.people["郑管理"]
    by: dict[str, Any] = {"person_id": who.id, "post_id": cast.posts["郑管理"].id}
    county, town = cast.place("370116"), cast.place("370116001")
    body = Organisation.objects.filter(division=county).order_by("id")[0]
    for number, kind in enumerate(("school", "school_room", "school")):
        Site.objects.create(
            county_id=county.id, town_id=town.id, division=town, organisation=body, kind=kind, name=f"阵地{number}",
            keeper_post_id=by["post_id"], changed_by=who.id, changed_at=NOON, inspect_by=LAST - number * DAY,
        )
    fund = Fund.objects.create(county_id=county.id, number=1, source="donation", opened_at=NOON, opened_by=who.id,
                               post_id=by["post_id"])
    moved = (("bank", "income_donation", 2_191_500), ("spent_study", "bank", 161_113))
    for number, (debit, credit, cents) in enumerate(moved):
        posting = Posting.objects.create(fund=fund, number=number, kind="income", booked_on=date(2025, 9, 9), at=NOON)
        Transfer.objects.create(posting=posting, debit=debit, credit=credit, amount=cents)
    payout = Payout.objects.create(county_id=county.id, number=1, fund=fund, purpose="study", way="bank", made_at=NOON,
                                   made_by=who.id, post_id=by["post_id"])
    for number, child in enumerate(children[:8]):
        Grant.objects.create(payout=payout, number=number, child_id=child.id, amount=161_100 + number, state="paid",
                             settled_on=date(2025, 10, 1), receipt_on=date(2025, 10, 2) if number % 2 else None)
    for number in range(9):
        _clue(county.id, town.id, number, by)
    Session.objects.create(id=ids.new_id(), county_id=county.id, number=1, held_at=NOON, minutes=90, code="1",
                           state="held", arranged_at=NOON, arranged_by=who.id, post_id=by["post_id"])
    for number, name in enumerate(("周主任", "吴主任", "周主任")):
        Credit.objects.create(
            county_id=county.id, town_id=town.id if number else None, person=cast.people[name],
            audience="child_director", subject="policy", source="session", source_id=ids.new_id(), mark=f"m{number}",
            on_day=date(2025, 9, 9 + number), minutes=45, at=NOON,
        )
    activity = Activity.objects.create(id=ids.new_id(), county_id=county.id, organisation=body, kind="lecture",
                                       first_day=LAST, last_day=LAST, at=NOON, **by)
    for came in (None, 40):
        Occasion.objects.create(id=ids.new_id(), activity=activity, held_on=date(2025, 9, 20), came=came, at=NOON, **by)
    Publicity.objects.create(id=ids.new_id(), county_id=county.id, organisation=body, channel="video",
                             published_on=date(2025, 9, 20), times=3, at=NOON, **by)
    JointMeeting.objects.create(county_id=county.id, year=2025, number=1, state="held", kind="regular",
                                planned_for=NOON, held_at=NOON, opened_at=NOON, **by)


def _clue(county: int, town: int, number: int, by: dict[str, Any]) -> None:
    received = NOON + number * DAY
    Clue.objects.create(
        year=2025, number=number + 1, county_id=county, town_id=town if number % 2 else None,
        channel="line_12345" if number < 6 else "police", danger="ordinary", received_at=received, taken_at=received,
        respond_by=received + DAY, handle_by=received + 10 * DAY, state="closed" if number else "received",
        responded_at=received + timedelta(hours=20 + number) if number else None,
        handled_at=received + 9 * DAY if number > 2 else None, satisfied="yes" if number > 4 else "", **by,
    )
