"""What `definitions/capacity` says: each number's definition, small cells, and how the queue is drawn again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.capacity.simulation import Plan
from tongxin.rulebook import shipped

KIND = "capacity"
# What definitions adopted before they said so meant.
YEAR: Mapping[str, int] = {"days": 365}
BEGINS, MOST_NEW = (510, 810), 1500


@dataclass(frozen=True, slots=True)
class Measure:
    """One number with its unit and its definition in words."""

    id: str
    zh: str
    unit: str
    means: str
    # Where somebody writes it down, for those who find nothing.
    register: str


@dataclass(frozen=True, slots=True)
class ModelRules:
    """Which past is used, when it is too little, how it is drawn again, what may be asked, what is assumed."""

    weeks: int
    least_new: int
    least_weeks: int
    new_after: timedelta
    most_people: int
    half_day: timedelta
    most_half_days: int
    # Minutes of the day at which those who are added begin, mornings first.
    begins: tuple[float, ...]
    most_new: int
    plan: Plan
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CapacityRules:
    """The rules of a county."""

    means: str
    small_under: int
    urgent: tuple[str, ...]
    granted_within: timedelta
    measures: tuple[Measure, ...]
    model: ModelRules


def capacity_in(*, region: str, at: datetime) -> CapacityRules:
    """The rules in force in a county."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at)


def _read(content: Mapping[str, Any]) -> CapacityRules:
    said = content["model"]
    plan = Plan(
        warm=said["warm_weeks"], run=said["run_weeks"], after=said["after_weeks"], times=said["replications"],
        seed=said["seed"], band=said["band"],
    )
    return CapacityRules(
        means=content["means"], small_under=int(content["small_under"]), urgent=tuple(content["urgent"]),
        granted_within=timedelta(**content.get("granted_within", YEAR)),
        measures=tuple(
            Measure(each["id"], each["zh"], each["unit"], each["means"], each.get("register", ""))
            for each in content["measures"]
        ),
        model=ModelRules(
            weeks=said["weeks"], least_new=said["least_new"], least_weeks=said["least_weeks"],
            new_after=timedelta(**said["new_after"]), most_people=said["most_people"],
            half_day=timedelta(**said["half_day"]), most_half_days=said["most_half_days"], plan=plan,
            begins=tuple(map(float, said.get("half_days_begin", BEGINS))), most_new=said.get("most_new", MOST_NEW),
            assumptions=tuple(said["assumptions"]),
        ),
    )
