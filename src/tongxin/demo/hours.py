"""When people get round to what they have to do: office hours, working days, sooner or later or late."""

from datetime import datetime, time, timedelta
from random import Random

from tongxin.core.pathway import CHINA, Calendar
from tongxin.demo.district import District
from tongxin.demo.lives import Todo

# Visits and contacts that come round are made when they are due; the rest is done as it comes.
COMES_ROUND = frozenset({
    "visit", "visit_healthy", "contact", "reassess", "identify_again", "first_visit", "watch_contact",
    "give_service", "review_plan", "aftercare",
})
FIELD = frozenset({"visit", "visit_healthy", "first_visit", "identify", "identify_again"})


def planned(
    todo: Todo, *, now: datetime, chance: Random, district: District, calendar: Calendar, sooner: float = 0.0
) -> datetime:
    """The moment at which a task will be done; late ones after it was due, some long after."""
    if todo.step == "close_crisis":
        return _office(now + timedelta(days=chance.uniform(9, 16)), chance, calendar, is_field=False)
    if todo.is_urgent:
        return _at_once(todo, now, chance)
    span = todo.due_at - now
    draw = chance.random() + sooner
    if draw < district.forgotten:
        moment = todo.due_at + timedelta(days=chance.uniform(18, 40))
    elif draw < district.forgotten + district.late:
        moment = todo.due_at + timedelta(days=chance.uniform(1, 7))
    else:
        early, late = (0.955, 0.995) if todo.step in COMES_ROUND else (0.15, 0.85)
        moment = now + span * chance.uniform(early, late)
    found = _office(moment, chance, calendar, is_field=todo.step in FIELD)
    if found > todo.due_at > moment:
        # Whoever sees that the deadline falls on a holiday goes before it.
        found = _office(moment - timedelta(days=4), chance, calendar, is_field=True)
    return max(found, now + timedelta(minutes=chance.randint(20, 90)))


def _at_once(todo: Todo, now: datetime, chance: Random) -> datetime:
    """Within the clock; contacts of days at a time when a child is awake."""
    span = max(todo.due_at - now, timedelta(minutes=4))
    moment = now + span * chance.uniform(0.3, 0.85)
    if span < timedelta(hours=12):
        return moment
    local = moment.astimezone(CHINA)
    if not 8 <= local.hour < 20:
        local = local.replace(hour=chance.randint(9, 19), minute=chance.randint(0, 59))
    return max(local, now + timedelta(hours=1))


def _office(moment: datetime, chance: Random, calendar: Calendar, *, is_field: bool) -> datetime:
    """The first hour at which somebody is at work from a moment on; in the villages also at weekends."""
    day = moment.astimezone(CHINA).date()
    while not (calendar.is_working(day) or (is_field and chance.random() < 0.3)):
        day += timedelta(days=1)
    hour = chance.choice((8, 9, 10, 11, 14, 15, 16, 17, 18) if is_field else (9, 9, 10, 11, 14, 15, 16))
    return datetime.combine(day, time(hour, chance.randint(0, 59)), tzinfo=CHINA)
