"""The report without names: counts by class, grade and sex, small ones left out, missing told as missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongxin.core.screening import Line, hide_small
from tongxin.screening import questions
from tongxin.screening.classes import grade_zh
from tongxin.screening.models import Participant, Round
from tongxin.screening.selectors import class_names

COLUMNS = (
    ("needs", "需要进一步评估", "达到界值，或有一题须由专业人员核查"),
    ("near", "接近界值", "离界值不远，建议继续留意"),
    ("below", "未达界值", "答卷完整，没有达到界值"),
    ("unusable", "答卷不能用", "没有答完，或效度检查没有通过"),
    ("none", "没有答卷", "监护人没有同意、缺席、本人不愿意，或不参加"),
)
GROUPS = {"alarm": "needs", "above": "needs", "near": "near", "below": "below", "invalid": "unusable",
          "incomplete": "unusable", "": "none"}
SEX = {"female": "女", "male": "男"}


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the report with its sums."""

    zh: str
    lines: tuple[Line, ...]
    total: Line


def report(round: Round, *, at: datetime) -> list[Table]:
    """The tables by class, by grade and by sex."""
    rows = list(round.participants.only("school_class_id", "sex", "outcome", "alarm", "state").order_by("number"))
    classes = class_names(round, at=at)
    names: dict[UUID | None, str] = {each.id: name for each, name in classes}
    grades: dict[UUID | None, int | None] = {each.id: each.grade for each, _ in classes}
    at_least = questions.rule_of(round).cells_at_least
    return [
        _table("按班级", rows, lambda row: names.get(row.school_class_id, "没有写班级"), at_least),
        _table("按年级", rows, lambda row: grade_zh(grades.get(row.school_class_id)), at_least),
        _table("按性别", rows, lambda row: SEX.get(row.sex, "性别不详"), at_least),
    ]


def tallied(rows: Sequence[Participant]) -> list[int]:
    """How many stand in each column."""
    found = dict.fromkeys((code for code, _, _ in COLUMNS), 0)
    for row in rows:
        found["needs" if row.alarm else GROUPS[row.outcome]] += 1
    return list(found.values())


def _table(
    zh: str, rows: Sequence[Participant], of: Callable[[Participant], str], at_least: int
) -> Table:
    grouped: dict[str, list[Participant]] = {}
    for row in rows:
        grouped.setdefault(of(row), []).append(row)
    counts = [tallied(each) for each in grouped.values()]
    hidden = hide_small(counts, at_least=at_least)
    lines = tuple(
        Line(
            name, tuple(None if (at, place) in hidden else many for place, many in enumerate(counts[at])),
            sum(counts[at]),
        )
        for at, name in enumerate(grouped)
    )
    sums = [sum(column) for column in zip(*counts, strict=True)] if counts else [0] * len(COLUMNS)
    told = tuple(None if 0 < many < at_least else many for many in sums)
    return Table(zh, lines, Line("合计", told, sum(sums)))


def missing(round: Round) -> Mapping[str, int]:
    """Why there is no sheet, in numbers; nobody is left out silently."""
    states = (Participant.NOT_CONSENTED, Participant.ABSENT, Participant.REFUSED, Participant.EXCLUDED,
              Participant.LISTED, Participant.INVITED)
    words = dict(Participant.STATES)
    found = {state: round.participants.filter(state=state, outcome="").count() for state in states}
    return {words[state]: many for state, many in found.items() if many}
