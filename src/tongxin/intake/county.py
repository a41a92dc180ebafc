"""The county a roster is of: its places, its posts, its key, and what a fresh file there leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q

from tongxin import vault
from tongxin.accounts.models import Division, Post, places_of
from tongxin.accounts.posts import Roster
from tongxin.accounts.viewers import Viewer
from tongxin.cases.derivation import Derived, Ground, case_row, think
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import task_row
from tongxin.core.pathway import Fact, due_at
from tongxin.intake.lines import details_of
from tongxin.intake.reading import Row
from tongxin.intake.settling import settling
from tongxin.people.models import Child
from tongxin.rulebook import rules

FORM = "registration"
# Stands for the entry in plans made once for many children.
ANCHOR = str(UUID(int=0))
# The code of a place and what is to be corrected.
PlanKey = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The case and the tasks of a file just opened, with `ANCHOR` where the entry's id belongs."""

    case: Case
    tasks: tuple[Task, ...]


@dataclass
class Groundwork:
    """What laying files out stands on: no database behind it, so that another process can have it."""

    actor: Viewer
    at: datetime
    code: str
    form_hash: str
    ancestors: dict[str, dict[str, int | None]] = field(default_factory=dict)
    plans: dict[PlanKey, Plan] = field(default_factory=dict)


@dataclass
class County:
    """Everything that opening files in one county at one moment needs, read once."""

    division: Division
    actor: Viewer
    at: datetime
    _thoughts: dict[tuple[str, ...], Derived] = field(default_factory=dict)
    _summaries: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.division.code[:6]

    @cached_property
    def groundwork(self) -> Groundwork:
        return Groundwork(
            actor=self.actor, at=self.at, code=self.code,
            form_hash=rules.resolve("forms", FORM, region=self.code, at=self.at).hash,
            ancestors={code: places_of(place) for code, place in self.places.items()},
        )

    @cached_property
    def key(self) -> bytes:
        return vault.tokens.key(self.code)

    @cached_property
    def places(self) -> Mapping[str, Division]:
        """The county's places and itself by code."""
        rows = Division.objects.filter(county_id=self.division.id, valid_to__isnull=True)
        return {place.code: place for place in rows}

    @cached_property
    def roster(self) -> Roster:
        """The posts that may serve a child of the county."""
        above = [place for place in places_of(self.division).values() if place is not None]
        served = Q(division__county_id=self.division.id) | Q(division_id__in=above)
        return Roster(posts=Post.objects.filter(served).select_related("division"), at=self.at)

    @cached_property
    def ground(self) -> Ground:
        hash, pathway = rules.pathway_in(region=self.code, at=self.at)
        return Ground(
            pathway=pathway, pathway_hash=hash, calendar=rules.calendar_at(self.at), roster=self.roster
        )

    def place_of(self, row: Row) -> str:
        """The code of where a row's child lives: the village, else the town, else the county."""
        found = (code for code in (row.division_code, row.town_code) if code and code in self.places)
        return next(found, self.division.code)

    def details(self, row: Row, place: str) -> tuple[str, ...]:
        """What is to be corrected; without a village nobody knows whose child it is."""
        found = details_of(row)
        lacks_village = self.places[place].village_id is None and "unknown_division" not in found
        return (*found, "unknown_division") if lacks_village else found

    def plan(self, place: str, details: tuple[str, ...]) -> Plan:
        """What a fresh file leads to; it differs by place and by what is to be corrected only."""
        plans = self.groundwork.plans
        if (place, details) not in plans:
            plans[place, details] = self._planned(place, details)
        return plans[place, details]

    def _planned(self, place: str, details: tuple[str, ...]) -> Plan:
        if details not in self._thoughts:
            self._thoughts[details] = think((self._fact(details),), ground=self.ground, at=self.at)
        thought = self._thoughts[details]
        child = Child(**self.groundwork.ancestors[place])
        case = case_row(child=child, derived=thought, ground=self.ground, at=self.at, seq=1)
        case.state = self._summaries.setdefault(details, case.state)
        return Plan(case, tuple(
            task_row(case=case, step=step, pathway=self.ground.pathway, roster=self.roster, at=self.at)
            for step in thought.steps
        ))

    def _fact(self, details: tuple[str, ...]) -> Fact:
        return Fact(
            id=ANCHOR, seq=1, kind=FORM, at=self.at, recorded_at=self.at, data={"details": list(details)},
            person=str(self.actor.person_id) if self.actor.person_id else None,
            post=str(self.actor.post_id) if self.actor.post_id else None,
            role=self.actor.role if self.actor.seat else "",
        )

    def owner_of(self, place: str) -> UUID | None:
        """The post that settles a held row: the nearest of those named that somebody holds."""
        for role in settling().owners:
            post = self.roster.serving(role=role, ancestors=self.groundwork.ancestors[place])
            if post and (found := self.roster.responsible(post_id=post.id)):
                return found.post_id
        return None

    def held_until(self) -> datetime:
        return due_at(settling().held, since=self.at, calendar=self.ground.calendar)


def county_of(viewer: Viewer) -> Division | None:
    """The county in which a viewer works; nobody above a county has one."""
    for seat in viewer.seats:
        place = Division.objects.filter(id=seat.division_id).first()
        if place is not None and place.county_id is not None:
            return Division.objects.get(id=place.county_id)
    return None

