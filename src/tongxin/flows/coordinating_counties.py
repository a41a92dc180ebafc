"""How the counties of a city work together: what they met, decided, share and compare, in numbers without any name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.comparisons.models import Comparison
from tongxin.comparisons.selectors import waiting_in
from tongxin.coordination.models import JointMeeting, Matter, Member
from tongxin.coordination.rules import MEETINGS
from tongxin.core.pathway import CHINA
from tongxin.flows import coordinating
from tongxin.flows.coordinating_figures import withheld
from tongxin.flows.coordinating_matters import is_late
from tongxin.flows.refusals import NotAllowed
from tongxin.rulebook import rules
from tongxin.sharing.models import Agreement, Duty

OVERSEE = coordinating.OVERSEE
ABOVE = ("city", "province")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a county as it may be told; `late` of what waits."""

    zh: str
    said: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class County:
    """One county with its numbers, and when its departments last met."""

    name: str
    met_at: datetime | None
    figures: tuple[Figure, ...]

    @property
    def is_late(self) -> bool:
        return any(each.is_late for each in self.figures)


def counties_of(viewer: Viewer, *, at: datetime) -> list[County]:
    """The counties below the viewer's seats above them, those with something late first; NotAllowed without one."""
    found = rules.access_rules(at=at)
    places = [
        (seat.division_level, seat.division_id) for seat in viewer.seats
        if seat.division_level in ABOVE and found.may_do(role=seat.role, action=OVERSEE)
    ]
    if not places or not access.may_do(viewer=viewer, action=OVERSEE, at=at):
        raise NotAllowed
    below = Division.objects.none()
    for level, id in places:
        below = below | Division.objects.filter(level="county", valid_to__isnull=True, **{f"{level}_id": id})
    rows = [_county(each, at) for each in below.order_by("code")]
    return sorted(rows, key=lambda each: not each.is_late)


def _county(place: Division, at: datetime) -> County:
    held = JointMeeting.objects.filter(county_id=place.id, state=JointMeeting.HELD).order_by("-held_at")
    least = coordinating.rules_of(MEETINGS, place.id, at=at).least
    return County(
        name=place.name, met_at=held.values_list("held_at", flat=True).first(),
        figures=tuple(
            _told(zh, *count(place, at), least if zh in OF_CHILDREN else None) for zh, count in COUNTS.items()
        ),
    )


def _told(zh: str, number: int, late: int | None, unit: str, least: int | None) -> Figure:
    """Pieces are told as they are; where each stands for a child, small numbers aren't."""
    said = f"{withheld(number, least) if least else number} {unit}"
    if late:
        said += f"，逾期 {withheld(late, least) if least else late} {unit}"
    return Figure(zh, said, bool(late))


def _members(place: Division, _at: datetime) -> tuple[int, None, str]:
    return Member.objects.filter(county_id=place.id, to_at__isnull=True).count(), None, "个"


def _meetings(place: Division, at: datetime) -> tuple[int, None, str]:
    year = at.astimezone(CHINA).year
    rows = JointMeeting.objects.filter(county_id=place.id, state=JointMeeting.HELD, held_at__year=year)
    return rows.count(), None, "次"


def _matters(place: Division, at: datetime) -> tuple[int, int, str]:
    # Late as the department's own page says it: what was answered waits for who leads.
    rows = list(Matter.objects.filter(county_id=place.id).exclude(state=Matter.CLOSED))
    return len(rows), sum(is_late(each, at=at) for each in rows), "件"


def _agreements(place: Division, _at: datetime) -> tuple[int, None, str]:
    return Agreement.objects.filter(county_id=place.id, state=Agreement.IN_FORCE).count(), None, "份"


def _disposals(place: Division, at: datetime) -> tuple[int, int, str]:
    rows = Duty.objects.filter(agreement__county_id=place.id, kind=Duty.DISPOSE, done_at__isnull=True)
    return rows.count(), rows.filter(due_at__lt=at).count(), "批"


def _lists(place: Division, at: datetime) -> tuple[int, None, str]:
    year = at.astimezone(CHINA).year
    return Comparison.objects.filter(county_id=place.id, received_at__year=year).count(), None, "份"


def _answers(place: Division, at: datetime) -> tuple[int, int, str]:
    rows = waiting_in(place.id)
    return rows.count(), rows.filter(due_at__lt=at).count(), "行"


COUNTS: Mapping[str, Callable[[Division, datetime], tuple[int, int | None, str]]] = {
    "成员单位": _members, "今年开过的联席会议": _meetings, "没有办结的决定和督办": _matters,
    "执行中的共享协议": _agreements, "等接收单位退回或销毁": _disposals, "今年比对的名单": _lists,
    "等人核对的比对结果": _answers,
}
# Where each stands for a child.
OF_CHILDREN = frozenset({"等人核对的比对结果"})
