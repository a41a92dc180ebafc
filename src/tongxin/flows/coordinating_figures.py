"""The agenda's own numbers: counted from what whoever leads may see, small ones withheld."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from tongxin.access import selectors as access
from tongxin.accounts.models import Organisation
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.comparisons.selectors import waiting_in
from tongxin.coordination.models import Matter
from tongxin.coordination.rules import MEETINGS, Department, Rules, departments_for
from tongxin.core.pathway import due_at
from tongxin.core.screening import hide_small
from tongxin.flows import coordinating
from tongxin.intake.models import HeldRow
from tongxin.referrals.models import Referral
from tongxin.rulebook import rules

WAITING = ("sent", "received", "accepted")
OTHERS, WITHHELD = "其他单位", "不写出"


@dataclass(slots=True)
class Number:
    """One number as it may be told: `said` is what a page writes, `rows` the same by department."""

    id: str
    zh: str
    unit: str
    means: str
    said: str
    more: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Asked:
    viewer: Viewer
    county_id: int
    rules: Rules
    departments: Mapping[str, Department]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Counted:
    number: int
    by_department: Mapping[str, int] | None = None
    late: int | None = None
    of: int | None = None


def agenda_for(viewer: Viewer, *, at: datetime) -> list[Number]:
    """The numbers that stand on the agenda of a meeting called now."""
    county = coordinating.leading(viewer, at=at)
    found = coordinating.rules_of(MEETINGS, county, at=at)
    asked = _Asked(viewer, county, found, departments_for(county, at=at), at)
    return [
        _told(each.id, each.zh, each.unit, each.means, COUNTS[each.id](asked), asked)
        for each in found.figures if each.id in COUNTS
    ]


def as_codes(numbers: Iterable[Number]) -> list[dict[str, Any]]:
    """The numbers as a step keeps them: what was told stays what was told."""
    return [asdict(each) for each in numbers]


def withheld(number: int, least: int) -> str:
    """A number of people or pieces as it may be written: nobody is recognised by a small one."""
    return f"少于 {least}" if 0 < number < least else str(number)


def _told(id: str, zh: str, unit: str, means: str, counted: _Counted, asked: _Asked) -> Number:
    least = asked.rules.least
    rows = _rows(counted.by_department or {}, asked)
    said = withheld(counted.number, least)
    more = ""
    if counted.late and said == str(counted.number) and _both(counted.late, counted.number, least):
        more = f"其中逾期 {counted.late} {unit}"
    if counted.of is not None:
        said, more = _share(counted.number, counted.of, least, unit)
    return Number(id, zh, unit, means, said, more, rows)


def _both(part: int, whole: int, least: int) -> bool:
    """Whether neither a part nor the rest of a whole is small."""
    return not (0 < part < least or 0 < whole - part < least)


def _share(part: int, whole: int, least: int, unit: str) -> tuple[str, str]:
    if not whole:
        return "0", "这段时间没有危机步骤办成"
    if not _both(part, whole, least) or whole < least:
        return WITHHELD, f"共 {withheld(whole, least)} {unit}，人数太少"
    return str(part), f"共 {whole} {unit}，按时 {part * 100 // whole}%"


def _rows(by_department: Mapping[str, int], asked: _Asked) -> list[dict[str, str]]:
    named = {id: each.zh for id, each in asked.departments.items()} | {"": OTHERS}
    there = [id for id in named if by_department.get(id)]
    # Small ones are withheld together with as many others as the whole would need to tell them.
    hidden = hide_small([[by_department[id]] for id in there], at_least=asked.rules.least)
    return [
        {"zh": named[id], "said": WITHHELD if (at, 0) in hidden else str(by_department[id])}
        for at, id in enumerate(there)
    ]


def _referrals_late(asked: _Asked) -> _Counted:
    rows = Referral.objects.filter(state__in=WAITING, due_at__lt=asked.at)
    seen = access.visible(rows, viewer=asked.viewer, part="referral", at=asked.at).order_by()
    to = list(seen.values_list("to_organisation_id", flat=True))
    kinds = dict(Organisation.objects.filter(id__in=to).values_list("id", "kind"))
    return _Counted(len(to), Counter(_department(kinds.get(each, ""), asked) for each in to))


def _department(kind: str, asked: _Asked) -> str:
    return next((id for id, each in asked.departments.items() if kind in each.bodies), "")


def _tasks(asked: _Asked, part: str, **wanted: Any) -> Any:
    rows = Task.objects.filter(**wanted)
    return access.visible(rows, viewer=asked.viewer, part=part, at=asked.at).order_by()


def _decisions_open(asked: _Asked) -> _Counted:
    due = list(_tasks(asked, "conferences", step="do_decision", state__in=LIVE).values_list("due_at", flat=True))
    return _Counted(len(due), late=sum(each < asked.at for each in due))


def _crises_in_time(asked: _Asked) -> _Counted:
    ((unit, amount),) = asked.rules.span("period").items()
    since = due_at({unit: -amount}, since=asked.at, calendar=rules.calendar_at(asked.at))
    done = _tasks(asked, "crisis", step__startswith="crisis.", state=Task.DONE, closed_at__gte=since)
    moments = list(done.values_list("closed_at", "due_at"))
    return _Counted(sum(closed <= due for closed, due in moments), of=len(moments))


def _needs_missing(asked: _Asked) -> _Counted:
    return _Counted(_tasks(asked, "benefits", step="need", state__in=LIVE).count())


def _rows_to_compare(asked: _Asked) -> _Counted:
    rows = HeldRow.objects.filter(
        upload__county_id=asked.county_id, state=HeldRow.OPEN, reason__in=(HeldRow.DUPLICATE, HeldRow.SUSPECTED)
    )
    answers = waiting_in(asked.county_id)
    late = rows.filter(due_at__lt=asked.at).count() + answers.filter(due_at__lt=asked.at).count()
    return _Counted(rows.count() + answers.count(), late=late)


def _matters_late(asked: _Asked) -> _Counted:
    rows = Matter.objects.filter(county_id=asked.county_id, due_at__lt=asked.at).exclude(
        state__in=(Matter.CLOSED, Matter.ANSWERED)
    )
    counted = Counter(rows.values_list("member__department", flat=True))
    return _Counted(counted.total(), counted)


COUNTS: Mapping[str, Callable[[_Asked], _Counted]] = {
    "referrals_late": _referrals_late, "decisions_open": _decisions_open, "crises_in_time": _crises_in_time,
    "needs_missing": _needs_missing, "rows_to_compare": _rows_to_compare, "matters_late": _matters_late,
}
