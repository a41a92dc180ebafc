"""What people do about a child of their own accord: refer, close, report a danger."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from tongxin.demo.followings import CLOSES, KINDS, OPEN_STILL, REFERRED
from tongxin.demo.lives import MARKED
from tongxin.demo.province.ways import Next, Way
from tongxin.demo.sheets_care import REASONS

WELL = "low"
DANGERS = ("suicide", "harmed", "unguarded")
TEENS = 12
LATER = timedelta(days=15)


def follow(way: Way, what: Next, *, bodies: Mapping[str, int]) -> None:
    """What somebody thinks of after an entry."""
    match what.form:
        case "plan_approval":
            _refer(way, bodies)
        case "assessment_form" | "visit_record" | "follow_up":
            _close_when_well(way)
        case "crisis_report":
            _stand_by(way, what)


def raise_danger(way: Way, at: datetime) -> None:
    """A danger that comes to a child on a day."""
    life = way.life
    age = life.age(at)
    kind = DANGERS[0] if age >= TEENS else life.chance.choice(DANGERS[1:])
    if life.trouble < MARKED:
        life.trouble, life.begins = MARKED, at.date()
        life.eases = (at.date() + timedelta(days=45), at.date() + timedelta(days=110))
    way.wishes.append(Next("crisis_report", at, role="child_director", facts={"kind": kind}))


def _stand_by(way: Way, what: Next) -> None:
    """The school or the village is told; after some days somebody says that nobody has to stay all the time."""
    whom = "school" if way.life.age(what.at) > 6 else "village"
    way.wishes += [
        Next("crisis_told", what.at + timedelta(hours=13), role="social_worker", facts={"to_whom": whom}),
        Next("crisis_watch", what.at + timedelta(days=4, hours=2), role="social_worker", facts={"act": "ended"}),
    ]


def _refer(way: Way, bodies: Mapping[str, int]) -> None:
    life, state = way.life, way.state
    if "referred" in life.flags or state is None or not (state.may_refer and state.care.is_approved):
        return
    if life.chance.random() < REFERRED:
        life.flags.add("referred")
        kind = life.chance.choice(KINDS) if life.difficulty(way.now) < MARKED else "medical"
        kind = kind if REASONS[kind] in bodies else "medical"
        at = way.now + timedelta(days=life.chance.randint(1, 6), hours=1)
        way.wishes.append(Next("referral", at, role="social_worker", facts={"kind": kind}))


def _close_when_well(way: Way) -> None:
    life, state = way.life, way.state
    if state is None or "closing" in life.flags or life.difficulty(way.now) or not life.is_better(way.now):
        return
    is_well = state.grades.effective == WELL == state.grades.standing
    if not is_well or state.in_crisis or not state.is_open or _is_busy(way):
        return
    life.flags.add("closing")
    if life.chance.random() < CLOSES:
        at = way.now + timedelta(days=life.chance.randint(10, 30), hours=1)
        way.wishes.append(Next("case_closure", at, role="social_worker"))


def _is_busy(way: Way) -> bool:
    return any(todo.step in OPEN_STILL or "referral" in todo.step for todo in way.life.todo.values())
