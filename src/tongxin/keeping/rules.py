"""The rules of keeping in force, as objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tongxin.core.pathway import CHINA
from tongxin.core.pathway.calendar import add_months
from tongxin.rulebook import shipped

KIND, ID = "retention", "retention"
CLOSED, ADULT = "closed", "adult"
STORE, DESTROY, KEEP = "store", "destroy", "keep"
FILE, CLUE, ASK = "file", "clue", "ask"


@dataclass(frozen=True, slots=True)
class Class:
    """One class of record: from when it is counted, how long it is kept, and what then."""

    id: str
    zh: str
    starts: frozenset[str]
    lasts: Mapping[str, int]
    then: str
    basis: str
    is_automatic: bool
    of: str = FILE

    def due_on(self, since: date) -> date:
        """The first day on which it is due."""
        if "days" in self.lasts:
            return since + timedelta(days=self.lasts["days"])
        return add_months(datetime(since.year, since.month, since.day, tzinfo=CHINA), self.lasts["months"]).date()


@dataclass(frozen=True, slots=True)
class Growing:
    """Coming of age: how many months before it is told, who answers within how many days, and what is to be done."""

    before: int
    answer_within: int
    resolver: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rules:
    """Why files are held, and how long what is kept."""

    holds: Mapping[str, str]
    longest_hold: int
    classes: tuple[Class, ...]
    adult: int
    growing: Growing | None

    def listed(self) -> tuple[Class, ...]:
        """The classes whose files people decide about."""
        return tuple(each for each in self.classes if not each.is_automatic and each.then in {STORE, DESTROY})

    def named(self, class_id: str) -> Class | None:
        """One class, as long as it is known."""
        return next((each for each in self.classes if each.id == class_id), None)

    def grown_on(self, birth_month: date) -> date:
        """The first day of the month after the one in which somebody comes of age: of the day nothing is known."""
        month = birth_month.replace(year=birth_month.year + self.adult, day=1)
        return (month + timedelta(days=31)).replace(day=1)


def rules_at(at: datetime, *, region: str = "") -> Rules:
    """The rules that hold in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(read, KIND, ID, region=region, at=at)


def read(content: Mapping[str, Any]) -> Rules:
    """The definition as an object."""
    holds = content["holds"]
    return Rules(
        holds={each["id"]: each["zh"] for each in holds["kinds"]}, longest_hold=int(holds["look_again_within"]["days"]),
        classes=tuple(
            Class(
                each["id"], each["zh"], frozenset(each["starts"]), each["lasts"], each["then"], each["basis"],
                bool(each.get("automatic")), str(each.get("of", FILE)),
            )
            for each in content.get("classes", ())
        ),
        adult=int(content.get("adult", {"years": 18})["years"]), growing=_growing(content.get("coming_of_age")),
    )


def _growing(raw: Mapping[str, Any] | None) -> Growing | None:
    if raw is None:
        return None
    words = {phase: raw[phase] for phase in ("near", "reached")}
    return Growing(int(raw["before"]["months"]), int(raw["answer_within"]["days"]), raw["resolver"], words)
