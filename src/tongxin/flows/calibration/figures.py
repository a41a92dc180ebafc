"""Colours by place, age, sex and informant; what screening and identification came to; how instruments drift.

Counts of children whose colour the viewer may read or count; nothing small is told, nothing is opened.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tongxin.access import selectors as access
from tongxin.accounts.models import LEVELS, Division
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import age_on
from tongxin.assessments.models import Result
from tongxin.cases import slices
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.core.screening import ABOVE, ALARM, Cut
from tongxin.flows.refusals import NotAllowed
from tongxin.indicators import service
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.screening.models import Participant
from tongxin.supervision.calibration import CalibrationRules, Line, chain, share, table

SEE, FIGURES, COLOURS = "see_calibration", "figures", "psychological"
GRADES, WHOLE = "children_by_grade", "合计"
ASSESSMENT, IDENTIFICATION = "assessment", "identification"
# The kinds of entries whose forms carry questionnaires, and identification.
READ = (ASSESSMENT, IDENTIFICATION, "screening", "session", "course_start", "course_end")
Results = tuple[tuple[UUID, UUID, str, Mapping[str, Any], Mapping[str, str]], ...]
SEX = {"male": "男", "female": "女"}
INFORMANTS = {"self": "本人", "carer": "照料人", "teacher": "教师"}
NO_PLACE, UNKNOWN, SEVERAL, NO_INSTRUMENT = "没有登记到下一级", "不详", "几方都有", "没有量表"
CHUNK = 500
Levels = Sequence[str]


@dataclass(frozen=True, slots=True)
class Known:
    """The children whom the figures are about: their cases and what of them is clear."""

    cases: tuple[Case, ...]
    children: Mapping[UUID, Child]
    # Entry, child, kind, outcome and definitions, oldest first.
    results: Results = ()


@dataclass(frozen=True, slots=True)
class Colours:
    """One table: the children by level, row by row, with sums."""

    id: str
    lines: tuple[Line, ...]
    total: Line | None


@dataclass(frozen=True, slots=True)
class Yield:
    """How far children came: asked, positive, assessed, confirmed; None is not told. `false` is a percentage."""

    id: str
    steps: tuple[int | None, ...]
    false: int | None


@dataclass(frozen=True, slots=True)
class Drift:
    """One instrument in one version and quarter: sheets, mean of its main scale, percentage at or above the cut."""

    instrument: str
    version: str
    quarter: str
    sheets: int
    mean: Decimal
    positive: int | None


def known_to(viewer: Viewer, *, at: datetime) -> Known:
    """The children of open files whose colours the viewer may read, or count."""
    cases = tuple(_cases(viewer, at).only("id", "level", "standing", "town_id", "village_id", "county_id", "city_id"))
    children: dict[UUID, Child] = {}
    ids = [case.id for case in cases]
    for start in range(0, len(ids), CHUNK):
        found = Child.objects.filter(id__in=ids[start : start + CHUNK]).only("id", "sex", "birth_month")
        children |= {child.id: child for child in found}
    return Known(cases, children, _results(sorted(children)))


def _cases(viewer: Viewer, at: datetime) -> QuerySet[Case]:
    if not access.may_do(viewer=viewer, action=SEE, at=at):
        raise NotAllowed
    part = COLOURS if access.reads(viewer=viewer, part=COLOURS, at=at) else FIGURES
    return access.visible(slices.leading().filter(is_open=True), viewer=viewer, part=part, at=at).order_by()


def colours(
    known: Known, *, viewer: Viewer, levels: Levels, informants: Mapping[str, str], rules: CalibrationRules,
    at: datetime,
) -> list[Colours]:
    """The four tables; to whoever only counts no more is told than `children_by_grade` tells of the place."""
    today = at.astimezone(CHINA).date()
    asked = _informants(known, informants)
    if not access.reads(viewer=viewer, part=COLOURS, at=at):
        places = _told(viewer, levels, at)
        if places.total is None:
            return [places, *(Colours(each, (), None) for each in ("ages", "sexes", "informants"))]
    else:
        places = _table("places", known, _by_place(known, viewer), levels, rules)
    found: list[tuple[str, Callable[[Case], str]]] = [
        ("ages", lambda case: _age(known, case, rules, today)),
        ("sexes", lambda case: SEX.get(known.children[case.id].sex, UNKNOWN)),
        ("informants", lambda case: asked.get(case.id, NO_INSTRUMENT)),
    ]
    return [places, *(_table(id, known, of, levels, rules) for id, of in found)]


def _told(viewer: Viewer, levels: Levels, at: datetime) -> Colours:
    """The children by colour and place as the indicator tells and hides them; no total where that is hidden."""
    own, today = service.place_for(viewer), at.astimezone(CHINA).date()
    if own is None:
        raise NotAllowed
    told = service.figures_for((GRADES,), viewer=viewer, place=own, first=today, last=today, at=at)

    def line(place: service.Place, zh: str) -> Line:
        counts = tuple(told.at(GRADES, place).parts.get(each, 0) for each in levels)
        return Line(zh, counts, None if None in counts else sum(each or 0 for each in counts))

    whole = line(own, WHOLE)
    return Colours("places", tuple(line(each, each.zh) for each in told.parts), None if whole.total is None else whole)


def _table(
    id: str, known: Known, of: Callable[[Case], str], levels: Levels, rules: CalibrationRules
) -> Colours:
    rows: dict[str, list[int]] = {}
    for case in known.cases:
        if case.id in known.children and case.level in levels:
            rows.setdefault(of(case), [0] * len(levels))[levels.index(case.level)] += 1
    order = {zh: at for at, zh in enumerate(rules.age_zh(low) for low, _ in rules.ages)}
    ordered = dict(sorted(rows.items(), key=lambda each: (order.get(each[0], len(order)), each[0])))
    lines, total = table(ordered, columns=len(levels), under=rules.small_under)
    return Colours(id, tuple(lines), total)


def _by_place(known: Known, viewer: Viewer) -> Callable[[Case], str]:
    if viewer.seat is None:
        raise NotAllowed
    below = LEVELS.index(viewer.seat.division_level) + 1
    column = f"{LEVELS[min(below, len(LEVELS) - 1)]}_id"
    wanted = {getattr(case, column) for case in known.cases} - {None}
    names = dict(Division.objects.filter(id__in=wanted).values_list("id", "name"))
    return lambda case: names.get(getattr(case, column), NO_PLACE)


def _age(known: Known, case: Case, rules: CalibrationRules, today: date) -> str:
    return rules.age_zh(age_on(known.children[case.id].birth_month, today))


def _results(ids: Sequence[UUID]) -> Results:
    rows: list[tuple[UUID, UUID, str, Mapping[str, Any], Mapping[str, str]]] = []
    for start in range(0, len(ids), CHUNK):
        found = Result.objects.filter(child_id__in=ids[start : start + CHUNK], kind__in=READ)
        rows += list(found.values_list("entry_id", "child_id", "kind", "data", "definitions"))
    return tuple(sorted(rows, key=lambda row: row[0]))


def _of(known: Known, kind: str) -> Results:
    return tuple(row for row in known.results if row[2] == kind)


def _informants(known: Known, informants: Mapping[str, str]) -> dict[UUID, str]:
    """Who answered the instruments of each child's newest assessment that had any."""
    found: dict[UUID, str] = {}
    for _, child, _, data, _ in _of(known, ASSESSMENT):
        by = {INFORMANTS.get(informants.get(name, ""), UNKNOWN) for name in data.get("scores") or ()}
        if by:
            found[child] = by.pop() if len(by) == 1 else SEVERAL
    return found


def yields(known: Known, *, rules: CalibrationRules) -> list[Yield]:
    """What came of screening with instruments, and of identification."""
    assessed = {child for _, child, *_ in _of(known, ASSESSMENT)}
    standing = {case.id: case.standing for case in known.cases}
    told = {child: str(data.get("result", "")) for _, child, _, data, _ in _of(known, IDENTIFICATION)}
    answered = dict(Participant.objects.filter(
        state=Participant.ANSWERED, child_id__isnull=False
    ).values_list("child_id", "outcome"))
    screened = {child: answered[child] in {ABOVE, ALARM} for child in known.children if child in answered}
    identified = {child: told[child] == "refer" for child in known.children if told.get(child)}
    return [
        _yield("screened", screened, assessed, standing, rules),
        _yield("identified", identified, assessed, standing, rules),
    ]


def _yield(
    id: str, asked: Mapping[UUID, bool], assessed: set[UUID], standing: Mapping[UUID, str], rules: CalibrationRules
) -> Yield:
    positive = {child for child, is_positive in asked.items() if is_positive}
    seen = positive & assessed
    graded = {child for child in seen if standing.get(child)}
    confirmed = {child for child in graded if standing[child] in rules.confirmed}
    steps = chain([len(asked), len(positive), len(seen), len(confirmed)], under=rules.small_under)
    return Yield(id, tuple(steps), share(len(graded - confirmed), len(graded), under=rules.small_under))


def drift(known: Known, *, cuts: Mapping[str, Cut], rules: CalibrationRules, at: datetime) -> list[Drift]:
    """Quarter by quarter the sheets of each instrument and version that has a cut; too few are left out."""
    rows = [row for row in known.results if row[3].get("scores")]
    days = _days(row[0] for row in rows)
    found: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    first = _quarter(at, back=rules.quarters - 1)
    for entry, _, _, data, definitions in rows:
        quarter = _quarter(days[entry]) if entry in days else ""
        for name, score in data["scores"].items():
            value = _number(score.get("totals", {}).get(cuts[name].scale)) if name in cuts else None
            if value is not None and quarter >= first:
                found[name, str(definitions.get(f"instruments/{name}", ""))[:6], quarter].append(value)
    return [
        Drift(name, version, quarter, len(values), _mean(values), _positive(values, cuts[name], rules))
        for (name, version, quarter), values in sorted(found.items()) if len(values) >= rules.small_under
    ]


def _days(entries: Iterable[UUID]) -> dict[UUID, datetime]:
    ids = list(entries)
    found: dict[UUID, datetime] = {}
    for start in range(0, len(ids), CHUNK):
        found |= dict(Entry.objects.filter(id__in=ids[start : start + CHUNK]).values_list("id", "occurred_at"))
    return found


def _quarter(moment: datetime, *, back: int = 0) -> str:
    """2025年第3季度, sortable within a century."""
    day = moment.astimezone(CHINA).date()
    number = day.year * 4 + (day.month - 1) // 3 - back
    return f"{number // 4}年第{number % 4 + 1}季度"


def _number(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _mean(values: Sequence[Decimal]) -> Decimal:
    return (sum(values, Decimal()) / len(values)).quantize(Decimal("0.01"))


def _positive(values: Sequence[Decimal], cut: Cut, rules: CalibrationRules) -> int | None:
    return share(sum(cut.is_positive(float(each)) for each in values), len(values), under=rules.small_under)
