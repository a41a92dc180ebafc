"""What the roster's filters ask for; what isn't understood is left out."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from tongxin.access import selectors as access
from tongxin.cases import slices
from tongxin.cases.models import Case
from tongxin.core.pathway import Pathway
from tongxin.dashboards import stopping
from tongxin.lib.numbers import number_in
from tongxin.people.models import CategorySpan
from tongxin.web.console.chips import scheme_chips
from tongxin.web.console.options import pathway_shown, region_of_viewer, words_of
from tongxin.web.console.places_filter import UNPLACED, UNPLACED_ZH, below, place_named
from tongxin.web.doors import Request

NAMES = ("place", "stage", "level", "category", "only", "stopped", "year")
ONLY = {"open": "在册", "late": "已逾期", "crisis": "危机处置中", "no_step": "没有下一步"}


class Filters:
    """The filters in force for one viewer."""

    def __init__(self, request: Request, asked: Mapping[str, str]) -> None:
        self.request, self._asked = request, asked
        self.place = place_named(asked.get("place", ""))
        self.unplaced = below(request) if asked.get("place") == UNPLACED else ""
        self.stage = self._one_of(self.stages, "stage")
        self.level = self._one_of(self.levels, "level")
        self.category = self._one_of(self.categories, "category")
        self.only = self._one_of(ONLY, "only")
        self.stopped = self._one_of(self.stops, "stopped") if asked.get("stopped") else ""
        self.year = number_in(asked.get("year", "")) if self.stopped else None

    def _one_of(self, known: Mapping[str, Any], name: str) -> str:
        value = self._asked.get(name, "")
        return value if value in known else ""

    @cached_property
    def pathway(self) -> Pathway:
        return pathway_shown(self.request)

    @property
    def stages(self) -> Mapping[str, str]:
        return self.pathway.stages

    @cached_property
    def stops(self) -> Mapping[str, str]:
        """The steps of the loop that a child can have stopped at, as dashboards count them."""
        return stopping.steps(region=region_of_viewer(self.request), at=self.request.at)

    @cached_property
    def levels(self) -> Mapping[str, str]:
        """The levels by the words that the place shows them in, for those entitled to colours."""
        if not access.sees_psychology(viewer=self.request.viewer, at=self.request.at):
            return {}
        shown = scheme_chips(region=region_of_viewer(self.request), at=self.request.at)
        return {level: shown[level].zh if level in shown else zh for level, zh in self.pathway.levels.items()}

    @cached_property
    def categories(self) -> Mapping[str, str]:
        return words_of(self.request, "category")

    @property
    def only_choices(self) -> Mapping[str, str]:
        return ONLY

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the file that the filters ask about: nobody learns by filtering what they may not read."""
        asked = ((self.level, "psychological"), (self.only == "crisis", "crisis"), (self.stage, "identification"),
                 (self.stopped, "identification"))
        return tuple(part for is_asked, part in asked if is_asked) or ("roster",)

    @property
    def query(self) -> dict[str, str]:
        """The filters in force, for links."""
        place = str(self.place.id) if self.place else UNPLACED if self.unplaced else ""
        year = str(self.year or "")
        values = (place, self.stage, self.level, self.category, self.only, self.stopped, year)
        return {name: value for name, value in zip(NAMES, values, strict=True) if value}

    @property
    def words(self) -> str:
        """The filters in words."""
        said = (
            self.place.name if self.place else UNPLACED_ZH.get(self.unplaced, ""),
            self.stages.get(self.stage, ""), self.levels.get(self.level, ""),
            self.categories.get(self.category, ""), ONLY.get(self.only, ""),
            self.stops[self.stopped] if self.stopped else "",
        )
        return " · ".join(word for word in said if word)

    def narrowed(self) -> QuerySet[Case]:
        """The cases that fit, of those whose every part asked about but the first the viewer may read."""
        cases = slices.leading()
        for part in self.parts[1:]:
            cases = access.visible(cases, viewer=self.request.viewer, part=part, at=self.request.at)
        if self.place:
            cases = cases.filter(**{f"{self.place.level}_id": self.place.id})
        if self.unplaced:
            cases = cases.filter(**{f"{self.unplaced}__isnull": True})
        if self.stage:
            cases = cases.filter(stage=self.stage)
        if self.level:
            cases = cases.filter(level=self.level)
        if self.category:
            spans = CategorySpan.objects.filter(
                child_id=OuterRef("pk"), category=self.category, end_on__isnull=True
            )
            cases = cases.filter(Exists(spans))
        if self.stopped:
            cases = stopping.stopped(
                cases, step=self.stopped, year=self.year, division=self.place, region=region_of_viewer(self.request),
                at=self.request.at,
            )
        return self._only(cases)

    def _only(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        if self.only == "open":
            return cases.filter(is_open=True)
        if self.only == "crisis":
            return cases.filter(slices.in_crisis(self.pathway))
        if self.only == "late":
            return cases.filter(slices.late(self.pathway, at=self.request.at))
        return cases.filter(slices.without_step(self.pathway)) if self.only == "no_step" else cases
