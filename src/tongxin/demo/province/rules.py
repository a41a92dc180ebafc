"""How large the sample province is and how its three years go, as `definitions/sample/province.yaml` says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from tongxin.core.pathway import CHINA
from tongxin.demo.district import District
from tongxin.lib import places, strict_yaml

NAME = "sample/province.yaml"
MORNING = time(9)


@dataclass(frozen=True, slots=True)
class Phase:
    """Which share of the counties begins between two days."""

    share: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Province:
    """The sample province; shares in a thousand unless said otherwise."""

    code: str
    children: int
    ends: datetime
    phases: Sequence[Phase]
    crises: float
    silent: float
    silent_from: datetime
    # Weekdays, Monday is 0.
    rounds: frozenset[int]
    most_entries: int
    ethnicities: Mapping[str, int]
    fund: Decimal
    # How hard things are for children and how late people are.
    district: District

    @property
    def starts(self) -> datetime:
        return self.district.starts


@lru_cache(maxsize=1)
def province() -> Province:
    """The sample province's three years."""
    content = strict_yaml.load(places.definitions_folder() / NAME, name=f"definitions/{NAME}").content
    district = District(
        seed=content["seed"], starts=morning_of(_day(content["starts"])),
        trouble={age: tuple(shares) for age, shares in content["trouble"].items()},
        later_onset=content["later_onset"] / 1000, late=content["late"] / 1000,
        forgotten=content["forgotten"] / 1000, poor=content["poor"] / 1000, events={},
    )
    return Province(
        code=content["province"], children=content["children"], ends=morning_of(_day(content["ends"])),
        phases=[Phase(each["share"], _day(each["from"]), _day(each["until"])) for each in content["phases"]],
        crises=content["crises"] / 10_000, silent=content["silent"]["share"] / 1000,
        silent_from=morning_of(_day(content["silent"]["from"])), rounds=frozenset(content["rounds"]),
        most_entries=content["most_entries"], ethnicities=content["ethnicities"], fund=Decimal(content["fund"]),
        district=district,
    )


def morning_of(day: date) -> datetime:
    """When offices open."""
    return datetime.combine(day, MORNING, tzinfo=CHINA)


def _day(text: object) -> date:
    return date.fromisoformat(str(text))
