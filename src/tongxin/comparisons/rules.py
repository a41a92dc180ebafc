"""The rules of comparing lists in force, as an object."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin.accounts import throttle
from tongxin.accounts.throttle import Limits
from tongxin.rulebook import shipped

KIND, ID = "comparisons", "comparisons"
IN_FILE = "in_file"
CLIMB = {"working_days": 2}
LEAST, A_DAY = 20, 10
NIGHT_FROM = 2
ALIKE: Mapping[str, Any] = {"never": ("twins", "unnamed", "siblings")}
TOGETHER: Mapping[str, Any] = {"most": 100, "never": ("mid_high", "high")}


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of list: what it is compared for, on which legal basis, how long it is kept, what its sender is told."""

    id: str
    zh: str
    purpose: str
    basis: str
    columns: tuple[str, ...]
    keeps: timedelta
    tells: str
    # Which bodies may bring such a list; everybody's where none is named.
    bodies: tuple[str, ...] = ()
    # Which children on file ought to stand in such a list; nobody where neither is told.
    ages: tuple[int, int] | None = None
    categories: tuple[str, ...] = ()

    @property
    def tells_whether(self) -> bool:
        """Whether the sender learns of each row if there is a file."""
        return self.tells == IN_FILE

    def may_bring(self, body: str) -> bool:
        """Whether a body of this kind may bring such a list."""
        return not self.bodies or body in self.bodies


@dataclass(frozen=True, slots=True)
class Rules:
    """Kinds of lists, until when and by whom answers are settled, what two files are joined by, what is suggested."""

    kinds: Mapping[str, ListKind]
    review: Mapping[str, int]
    find_out: Mapping[str, int]
    climb: Mapping[str, int]
    owners: tuple[str, ...]
    at_once: int
    most_rows: int
    # Fewer children than these are compared on somebody's word only; how many lists one body brings a day.
    least_children: int
    most_a_day: int
    # How many rows of children missing from a list are settled at once with one reason, and at which grades never.
    together_most: int
    together_never: tuple[str, ...]
    # By which hard rules two files are never asked about.
    alike_never: tuple[str, ...]
    # From which hour of a day what is new is compared.
    night_from: int
    choices: tuple[str, ...]
    suggest_from: int
    suggest_characters: int
    suggest_most: int
    blind: Limits


def rules_at(at: datetime, *, region: str = "") -> Rules:
    """What holds now; before its adoption what came with the program."""
    return shipped.read_in_force(read, KIND, ID, region=region, at=at)


def read(content: Mapping[str, Any]) -> Rules:
    """The definition as an object."""
    kinds = [
        ListKind(
            id=each["id"], zh=each["zh"], purpose=each["purpose"], basis=each["basis"], columns=tuple(each["columns"]),
            keeps=timedelta(days=each["keep_days"]), tells=each["tells"],
            bodies=tuple(each.get("bodies", ())), **_expected(each.get("expects", {})),
        )
        for each in content["kinds"]
    ]
    suggest = content["suggest"]
    return Rules(
        kinds={each.id: each for each in kinds}, review=content["review"], find_out=content["find_out"],
        # What was adopted before had none.
        climb=content.get("climb", CLIMB),
        owners=tuple(content["owners"]), at_once=int(content["at_once"]), most_rows=int(content["most_rows"]),
        least_children=int(content.get("least_children", LEAST)), most_a_day=int(content.get("most_a_day", A_DAY)),
        night_from=int(content.get("alike", ALIKE).get("night_from", NIGHT_FROM)),
        alike_never=tuple(content.get("alike", ALIKE)["never"]),
        together_most=int(content.get("together", TOGETHER)["most"]),
        together_never=tuple(content.get("together", TOGETHER)["never"]),
        choices=tuple(content["join"]["choices"]), suggest_from=int(suggest["from"]),
        suggest_characters=int(suggest["characters"]), suggest_most=int(suggest["most"]),
        blind=throttle.read(suggest["blind"]),
    )


def _expected(content: Mapping[str, Any]) -> dict[str, Any]:
    ages = content.get("ages")
    return {"ages": (int(ages[0]), int(ages[1])) if ages else None, "categories": tuple(content.get("categories", ()))}
