"""What belongs to a programme that began from a template: its usual activities, its wishes and how far they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tongxin.core.pathway import CHINA
from tongxin.flows.funds import wishes
from tongxin.flows.programmes.contracts import rules_in
from tongxin.funds.models import Wish
from tongxin.programmes.models import Programme
from tongxin.programmes.rules import Template, Wishes

Counts = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Round:
    """One year's wishes: how many children's are noted and how many of these were brought; none where so few that it
    would tell whose."""

    zh: str
    collected_by: date
    delivered_by: date
    is_late: bool
    counts: Counts | None


def template_of(programme: Programme, *, at: datetime) -> Template | None:
    """The template it began from, as it is now."""
    return rules_in(programme.county_id, at=at).templates.get(programme.template)


def rounds_of(programme: Programme, found: Wishes, *, small_below: int, at: datetime) -> list[Round]:
    """The wishes of each year of the programme, the newest first."""
    today = at.astimezone(CHINA).date()
    days = [(date(year, *found.collected), date(year, *found.delivered)) for year in _years(programme)]
    rows = []
    for collected, delivered in days:
        if programme.from_on <= delivered <= programme.to_on:
            noted, brought = _counts(programme, collected, delivered)
            told = (noted, brought) if noted >= small_below else None
            rows.append(Round(found.zh, collected, delivered, today > delivered and brought < noted, told))
    return rows[::-1]


def _years(programme: Programme) -> Iterator[int]:
    yield from range(programme.from_on.year, programme.to_on.year + 1)


def _counts(programme: Programme, collected: date, delivered: date) -> Counts:
    """Of the county's wishes noted for this round, dropped ones left out."""
    since = max(programme.from_on, delivered - timedelta(days=365))
    rows = Wish.objects.filter(county_id=programme.county_id, noted_at__date__gt=since, noted_at__date__lte=collected)
    rows = rows.exclude(state=Wish.DROPPED)
    return rows.count(), sum(wishes.state_of(each) == Wish.DELIVERED for each in rows)
