"""Rows of the roster that waited for a person, settled by the county's desk in the weeks after."""

from datetime import datetime, timedelta

from tongxin.demo.lives import life_of
from tongxin.demo.year import Year
from tongxin.intake import services as intake
from tongxin.intake.mending import NAME, OTHER, SAME
from tongxin.intake.models import HeldRow, Upload
from tongxin.people.models import Carer, Child

# How many suspected duplicates are still to be looked into at the end of the year.
LEFT = 2
FIRST = timedelta(days=2, hours=2)


def settle_rows(year: Year, upload: Upload, *, start: datetime) -> None:
    """Plan when each held row is looked into."""
    rows = list(HeldRow.objects.filter(upload=upload, state=HeldRow.OPEN).order_by("sheet", "row"))
    waiting = [row for row in rows if row.reason != HeldRow.NO_NAME][-LEFT:]
    for number, row in enumerate(row for row in rows if row not in waiting):
        at = start + FIRST + timedelta(hours=26 * (number // 2), minutes=17 * number)
        year.plan(at, _settle, year=year, held=row)


def _settle(at: datetime, year: Year, held: HeldRow) -> None:
    county = held.upload.county_id
    desk = year.cast.at_place("case_manager", county, at=at)
    if desk is None:
        return
    held.refresh_from_db()
    if held.state != HeldRow.OPEN:
        return
    if held.reason == HeldRow.NO_NAME:
        surname, given = year.stream(f"named:{at:%m%d%H%M}").choice("王李张刘"), year.words.say("given_boy")
        decided = intake.settle(held, decision=NAME, name=surname + given, actor=desk.viewer, at=at)
        if decided.state == HeldRow.OPEN:
            decided = intake.settle(decided, decision=OTHER, actor=desk.viewer, at=at)
    else:
        decided = intake.settle(held, decision=SAME, actor=desk.viewer, at=at)
    if decided.state == HeldRow.OPENED and decided.child_id is not None:
        child = Child.objects.get(id=decided.child_id)
        relation = Carer.objects.filter(child=child).values_list("relation", flat=True).first() or ""
        number = len(year.lives)
        life = life_of(
            child, number=number, relation=relation, district=year.district, chance=year.stream(f"life:{number}"),
            on=at.date(),
        )
        year.welcome([life], at)
