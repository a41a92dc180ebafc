"""What is true of each synthetic child: age, home, and how the year goes; the record only learns of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from tongxin.assessments.forms import age_on, months_on
from tongxin.demo.district import District
from tongxin.people.models import Carer, Child

CALLED = {
    "father": "爸爸", "mother": "妈妈", "paternal_grandfather": "爷爷", "paternal_grandmother": "奶奶",
    "maternal_grandfather": "姥爷", "maternal_grandmother": "姥姥", "uncle": "叔叔", "aunt": "姑姑",
}
NONE, LIGHT, CLEAR, MARKED = range(4)
UNKNOWN_AGE = 7
# How many of those who have a hard time find it easier after a while.
EASES = 0.7


@dataclass(slots=True)
class Life:
    """One child as life goes; `todo` are the steps that the record asks for now."""

    child_id: UUID
    number: int
    birth: date | None
    sex: str
    village_id: int | None
    town_id: int | None
    county_id: int | None
    carer: str
    relation: str = ""
    trouble: int = NONE
    begins: date = date.min
    eases: tuple[date, ...] = ()
    is_poor: bool = False
    is_crisis: bool = False
    feedback: str = "agrees"
    chance: Random = field(default_factory=lambda: Random(0), compare=False, repr=False)
    flags: set[str] = field(default_factory=set)
    todo: dict[str, "Todo"] = field(default_factory=dict)
    entries: list[tuple[UUID, str, Mapping[str, object], str]] = field(default_factory=list)

    def age(self, on: datetime) -> int:
        """Completed years; a child whose birthday nobody knows is asked only what all are asked."""
        found = age_on(self.birth, on.date())
        return UNKNOWN_AGE if found is None else found

    def months(self, on: datetime) -> int:
        return months_on(self.birth, on.date()) or 0

    def difficulty(self, on: datetime) -> int:
        """How hard it is for the child on a day."""
        day = on.date()
        if day < self.begins:
            return NONE
        return max(NONE, self.trouble - sum(1 for each in self.eases if each <= day))

    def is_better(self, on: datetime) -> bool:
        """Whether it was harder before."""
        return any(each <= on.date() for each in self.eases)

    @property
    def slots(self) -> dict[str, str]:
        return {"ta": "她" if self.sex == "female" else "他", "carer": self.carer}


@dataclass(frozen=True, slots=True)
class Todo:
    """One open task as it stands in the record."""

    key: str
    step: str
    form: str
    due_at: datetime
    post_id: UUID
    owner_id: UUID
    is_urgent: bool

    @property
    def about(self) -> str:
        """What the step is about: the entry or alarm named after its colon."""
        return self.key.partition(":")[2]


def lives_of(children: Iterable[Child], *, district: District, chance: Random, starts: date) -> list[Life]:
    """A life for each child, in their order, each with a chance of its own."""
    found, seed = list(children), chance.getrandbits(64)
    relations = dict(Carer.objects.filter(child__in=found).order_by("-id").values_list("child_id", "relation"))
    return [
        life_of(
            child, number=number, relation=relations.get(child.id, ""), district=district,
            chance=Random(f"{seed}:{number}"), on=starts,
        )
        for number, child in enumerate(found)
    ]


def life_of(child: Child, *, number: int, relation: str, district: District, chance: Random, on: date) -> Life:
    """What is true of one child from a day on, and the chance by which its year goes."""
    life = Life(
        child_id=child.id, number=number, birth=child.birth_month, sex=child.sex, village_id=child.village_id,
        town_id=child.town_id, county_id=child.county_id, carer=CALLED.get(relation, "家里大人"),
        relation=relation, chance=chance,
    )
    _fate(life, district, chance, on)
    return life


def _fate(life: Life, district: District, chance: Random, starts: date) -> None:
    age = age_on(life.birth, starts) or UNKNOWN_AGE
    band = "teens" if age >= 12 else "primary" if age >= 7 else "small"
    life.trouble = chance.choices(range(4), weights=district.trouble[band])[0]
    life.begins = starts
    if life.trouble == NONE and chance.random() < district.later_onset:
        life.trouble = chance.choice((LIGHT, CLEAR, CLEAR))
        life.begins = starts + timedelta(days=chance.randint(90, 300))
    if life.trouble:
        life.is_poor = chance.random() < district.poor
        life.feedback = chance.choices(
            ("agrees", "accepts", "refuses", "unreachable", "no_capable_guardian"), weights=(70, 10, 8, 6, 6)
        )[0]
        life.eases = tuple(_easing(life, chance))


def _easing(life: Life, chance: Random) -> Iterable[date]:
    """When things ease, one degree at a time; for some they don't."""
    day = life.begins
    for _ in range(life.trouble):
        day += timedelta(days=chance.randint(70, 200))
        if chance.random() < EASES:
            yield day
