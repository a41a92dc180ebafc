"""How difficult a year the sample district has, as `definitions/sample/district.yaml` says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache

from tongxin.core.pathway import CHINA
from tongxin.lib import places, strict_yaml

NAME = "sample/district.yaml"
# The roster's children, for whom the numbers of events are meant.
WHOLE = 574


@dataclass(frozen=True, slots=True)
class District:
    """Shares in a thousand, and how often things happen in a year."""

    seed: int
    starts: datetime
    trouble: Mapping[str, tuple[int, ...]]
    later_onset: float
    late: float
    forgotten: float
    poor: float
    events: Mapping[str, int]

    def happens(self, event: str, *, children: int) -> int:
        """How often an event comes among so many children; in a small place at least once what comes at all."""
        return max(1, round(self.events[event] * children / WHOLE))


@lru_cache(maxsize=1)
def district() -> District:
    """The sample district's year."""
    content = strict_yaml.load(places.definitions_folder() / NAME, name=f"definitions/{NAME}").content
    day = datetime.fromisoformat(content["starts"]).date()
    return District(
        seed=content["seed"], starts=datetime.combine(day, time(9), tzinfo=CHINA),
        trouble={age: tuple(shares) for age, shares in content["trouble"].items()},
        later_onset=content["later_onset"] / 1000, late=content["late"] / 1000,
        forgotten=content["forgotten"] / 1000, poor=content["poor"] / 1000, events=content["events"],
    )
