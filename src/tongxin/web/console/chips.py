"""What a list shows of a case: the colour for those entitled, else the identification result (spine A11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tongxin.access import selectors as access
from tongxin.assessments.rulings import shown_scheme
from tongxin.cases.models import Case
from tongxin.core.grading.scheme import SHAPES
from tongxin.core.pathway.vocabulary import IDENTIFIED
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.web.doors import Request

UNGRADED = "ungraded"
PARTS = ("identification", "psychological", "crisis")


@dataclass(frozen=True, slots=True)
class Chip:
    """Colour, word and shape together."""

    colour: str
    zh: str
    sign: str
    state: str = ""


CRISIS = Chip("red", "危机处置中", "■")
FOLLOWED = Chip("plain", "识别后有新情况，专业人员在跟进", "◇")
HEALTHY = "healthy"
# What came up since an identification said “healthy”, besides a grade.
SINCE = ("proposal_open", "safety_check_open")


class Chips:
    """The chips of the cases on one page; who may see colours is asked once for all of them."""

    def __init__(self, request: Request, cases: Sequence[Case], *, shown_as: str = "") -> None:
        self.at = request.at
        self._schemes: dict[str, dict[str, Chip]] = {}
        keys = [case.id for case in cases]
        self._readable = access.visible_parts(
            # A case has the child's id and places; asked of cases, SQLite walks the whole county's index.
            Child.objects.filter(id__in=keys), viewer=request.viewer, parts=PARTS, at=request.at, shown_as=shown_as,
            keys=keys,
        )
        self._sees_colours = access.sees_psychology(viewer=request.viewer, at=request.at)

    def may_read(self, case: Case, part: str) -> bool:
        """Whether the viewer may read a part of this case; colours also need an entitled role (A11)."""
        return case.id in self._readable[part] and (part != "psychological" or self._sees_colours)

    def of(self, case: Case) -> list[Chip]:
        """The chips of one case, danger first."""
        chips = [CRISIS] if case.in_crisis and self.may_read(case, "crisis") else []
        if self.may_read(case, "psychological") and case.level != UNGRADED:
            return [*chips, self.graded(case)]
        if chips or not self.may_read(case, "identification"):
            return chips
        return [FOLLOWED if is_overtaken(case) else identified(case)]

    def graded(self, case: Case) -> Chip:
        """The colour of a case, marked while nobody has confirmed it."""
        found = self.level(case.level, region=rules.region_of(case.county_id))
        waits = "待确认" if case.state.get("proposal_open") else ""
        return Chip(found.colour, found.zh, found.sign, waits)

    def level(self, level: str, *, region: str) -> Chip:
        """How a place shows a level."""
        if region not in self._schemes:
            self._schemes[region] = scheme_chips(region=region, at=self.at)
        return self._schemes[region].get(level, Chip("grey", "未分级", "○"))


def identified(case: Case) -> Chip:
    """The identification result, which never has a colour of the grading scheme."""
    signs = {"refer": "◇", "healthy": "✓", "incomplete": "…"}
    return Chip("plain", IDENTIFIED[case.identified], signs.get(case.identified, "–"))


def is_overtaken(case: Case) -> bool:
    """Whether “healthy” would calm whoever may not see what came up after it."""
    return case.identified == HEALTHY and (case.level != UNGRADED or any(case.state.get(name) for name in SINCE))


def scheme_chips(*, region: str, at: datetime) -> dict[str, Chip]:
    """The chips of all levels as a place shows them."""
    scheme = shown_scheme(region=region, at=at)
    levels = rules.resolve("grading", scheme, region=region, at=at).content["levels"]
    return {
        each["id"]: Chip(each["colour"], f"{each['zh']}（{each['word']}）", SHAPES[each["shape"]]) for each in levels
    }
