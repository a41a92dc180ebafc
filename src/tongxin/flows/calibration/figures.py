"""Colours by place, age, sex and informant; what screening and identification came to; how instruments drift.

Counted over everything that is kept here and hidden there, then narrowed to a place, as the indicators are: what is
hidden doesn't depend on who asks. Nothing is opened.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.indicators import Indicator, hide
from tongxin.core.indicators.crossing import ALL, Cell, Coords, hide_crossed
from tongxin.core.indicators.dimensions import OTHER, OTHER_ZH, Dimension
from tongxin.core.indicators.hiding import Path
from tongxin.core.pathway import CHINA
from tongxin.core.screening import Cut
from tongxin.flows.calibration.counting import NO_CUT, PLACES, SEVERAL, Counting, Days, Row
from tongxin.flows.refusals import NotAllowed
from tongxin.indicators import service
from tongxin.indicators.questions import dimensions_in
from tongxin.indicators.rules import indicator_in
from tongxin.indicators.service import Place
from tongxin.supervision.calibration import CalibrationRules, Line, share

SEE, WHOLE = "see_calibration", "合计"
# The colours of now, and those that stood confirmed on a day that is past.
NOW, THEN = "children_by_grade", "children_at_end"
SPLIT_BY = (("ages", "age"), ("sexes", "sex"))
INFORMANTS = {
    "self": "本人", "carer": "照料人", "teacher": "教师", "observer": "观察的人", "clinician": "专业人员",
    "": "不详", SEVERAL: "几方都有", NO_CUT: "没有量表",
}
Codes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Colours:
    """One table: the children by colour, row by row, with sums; no lines where they are hidden altogether."""

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


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which place and which days; the rules of the place by which it is counted and hidden."""

    viewer: Viewer
    place: Place
    first: date
    last: date
    at: datetime
    rules: CalibrationRules

    @property
    def days(self) -> Days:
        """The days up to now; those of a past end with the colours of their last day."""
        today = self.at.astimezone(CHINA).date()
        return Days(self.first, min(self.last, today), is_past=self.last < today)

    @property
    def indicator(self) -> Indicator:
        """The indicator that tells the same children by colour."""
        found = indicator_in(
            THEN if self.days.is_past else NOW, region=service.region_of(self.viewer), at=self.at
        )
        if found is None:
            raise NotAllowed
        return found[1]


def refuse(viewer: Viewer, place: Place, at: datetime) -> None:
    """Refuse whoever may not see the calibration of a place."""
    if not access.may_do(viewer=viewer, action=SEE, at=at) or service.place_for(viewer, place.code) is None:
        raise NotAllowed


def colours(asked: Asked) -> list[Colours]:
    """The four tables, in the codes of the indicator; where a colour of the place is hidden, only the first tells any.
    """
    refuse(asked.viewer, asked.place, asked.at)
    indicator = asked.indicator
    codes = [each.code for each in indicator.parts]
    places = _places(asked, indicator, codes)
    others = [*(id for id, _ in SPLIT_BY), "informants"]
    if places.total is None:
        return [places, *(Colours(each, (), None) for each in others)]
    known = dimensions_in(region=service.region_of(asked.viewer), at=asked.at).by_id
    dims = [known[name] for _, name in SPLIT_BY]
    rows, names = Counting(asked.days).colours(indicator, dims), _codes()
    split: list[Codes] = [*map(_codes_of, dims), INFORMANTS]
    return [places, *(
        _split(asked, id, [_cell(row, at, codes, each, names) for row in rows], codes, each)
        for at, (id, each) in enumerate(zip(others, split, strict=True))
    )]


def _places(asked: Asked, indicator: Indicator, codes: Sequence[str]) -> Colours:
    told = service.figures_for(
        (indicator.id,), viewer=asked.viewer, place=asked.place, first=asked.first, last=asked.days.last, at=asked.at
    )

    def line(place: Place, zh: str) -> Line:
        counts = tuple(told.at(indicator.id, place).parts.get(each, 0) for each in codes)
        return Line(zh, counts, None if None in counts else sum(each or 0 for each in counts))

    whole = line(asked.place, WHOLE)
    # Below the town no colour is told.
    parts = () if len(asked.place.path) >= len(PLACES) else told.parts
    return Colours("places", tuple(line(each, each.zh) for each in parts), None if whole.total is None else whole)


def _codes_of(dimension: Dimension) -> Codes:
    return {**dimension.codes, OTHER: dimension.codes.get(OTHER, OTHER_ZH)}


def _codes() -> dict[int, str]:
    return dict(Division.objects.values_list("id", "code"))


def _path(row: Row, names: Mapping[int, str]) -> Path:
    return tuple(None if each is None else names[each] for each in row[: len(PLACES)])


def _cell(row: Row, at: int, codes: Sequence[str], split: Codes, names: Mapping[int, str]) -> tuple[Path, Coords, int]:
    level, by = row[len(PLACES)], row[len(PLACES) + 1 + at]
    # A colour that the indicator doesn't name is nobody's column.
    coords: Coords = (level if level in codes else OTHER, by if by in split else OTHER if OTHER in split else "")
    return _path(row, names), coords, int(row[-1])


def _whole(path: Path) -> Iterable[Path]:
    """A place and all above it that are known."""
    return (path[:depth] for depth in range(len(path) + 1) if None not in path[: max(depth - 1, 0)])


def _split(
    asked: Asked, id: str, cells: Iterable[tuple[Path, Coords, int]], codes: Sequence[str], split: Codes
) -> Colours:
    own, over, near = asked.place.path, defaultdict[Path, int](int), defaultdict[Cell, int](int)
    for path, coords, many in cells:
        for part in _whole(path):
            over[part] += many
            # What is hidden depends on a place's wholes and on what lies beside them, on nothing below.
            if not part or (len(part) <= len(own) and part[:-1] == own[: len(part) - 1]):
                for free in ((ALL, ALL), (coords[0], ALL), (ALL, coords[1]), coords):
                    near[part, free] += many
    under = asked.rules.small_under
    hidden = hide_crossed(
        {cell: (many,) for cell, many in near.items()}, ((*codes, OTHER), tuple(split)), under=under,
        hidden=hide({path: (many,) for path, many in over.items()}, under=under),
    )

    def at(level: str | None, by: str | None) -> int | None:
        return None if (own, (level, by)) in hidden else near.get((own, (level, by)), 0)

    def line(zh: str, by: str | None) -> Line:
        return Line(zh, tuple(at(each, by) for each in codes), at(ALL, by))

    lines = [line(zh, code) for code, zh in split.items() if near.get((own, (ALL, code)))]
    return Colours(id, tuple(lines), line(WHOLE, ALL) if lines else None)


def yields(asked: Asked) -> list[Yield]:
    """What came of screening with instruments, and of identification, among the children on file at the end."""
    refuse(asked.viewer, asked.place, asked.at)
    rows, names = Counting(asked.days).yields(sorted(asked.rules.confirmed)), _codes()
    return [_yield(asked, id, [
        (_path(row, names), tuple(map(int, row[len(PLACES) + 5 * at : len(PLACES) + 5 * at + 5]))) for row in rows
    ]) for at, id in enumerate(("screened", "identified"))]


def _yield(asked: Asked, id: str, rows: Iterable[tuple[Path, tuple[int, ...]]]) -> Yield:
    own, under, sums = asked.place.path, asked.rules.small_under, defaultdict[Path, list[int]](lambda: [0] * 5)
    for path, counts in rows:
        for part in _whole(path):
            sums[part] = [one + more for one, more in zip(sums[part], counts, strict=True)]
    hidden, steps = frozenset[Path](), list[int | None]()
    for at in range(4):
        # Who got there and who didn't: neither may be few, here or in what is left beside places that are told.
        table = {
            path: (counts[at], counts[at - 1] - counts[at]) if at else (counts[at],) for path, counts in sums.items()
        }
        hidden = hide(table, under=under, also=hidden)
        steps.append(None if own in hidden else sums[own][at])
    confirmed, graded = sums[own][3:]
    is_told = None not in steps
    return Yield(id, tuple(steps), share(graded - confirmed, graded, under=under) if is_told else None)


def drift(asked: Asked, *, cuts: Mapping[str, Cut]) -> list[Drift]:
    """Quarter by quarter the sheets of each instrument and version that has a cut; those of too few are left out."""
    refuse(asked.viewer, asked.place, asked.at)
    names, found = _codes(), defaultdict[tuple[str, str, str], dict[Path, list[Decimal]]](dict)
    for row in Counting(asked.days).drift(cuts):
        *_, name, version, quarter, sheets, children, total, positive = row
        for part in _whole(_path(row, names)):
            before = found[name, version, quarter].setdefault(part, [Decimal()] * 4)
            more = (Decimal(sheets), Decimal(children), Decimal(str(total)), Decimal(positive))
            found[name, version, quarter][part] = [one + each for one, each in zip(before, more, strict=True)]
    told = (
        _drift(asked, key, by_place) for key, by_place in sorted(found.items())
        if key[2] >= _first_quarter(asked)
    )
    return [each for each in told if each is not None]


def _drift(asked: Asked, key: tuple[str, str, str], by_place: Mapping[Path, Sequence[Decimal]]) -> Drift | None:
    own, under = asked.place.path, asked.rules.small_under
    hidden = hide({path: (int(each[1]),) for path, each in by_place.items()}, under=under)
    if own in hidden or own not in by_place:
        return None
    sheets, _, total, positive = by_place[own]
    mean = (total / sheets).quantize(Decimal("0.01"))
    year, quarter = key[2].split("q")
    return Drift(
        key[0], key[1], f"{year}年第{quarter}季度", int(sheets), mean, share(int(positive), int(sheets), under=under)
    )


def _first_quarter(asked: Asked) -> str:
    day = asked.days.last
    number = day.year * 4 + (day.month - 1) // 3 - asked.rules.quarters + 1
    return f"{number // 4}q{number % 4 + 1}"
