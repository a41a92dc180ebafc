"""What a child's file knows that free text may say: names, places, schools, numbers; and what is found by it."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from tongxin import ledger, vault
from tongxin.accounts.models import Division, Organisation, Person
from tongxin.accounts.viewers import WORKER
from tongxin.core import scrubbing
from tongxin.core.scrubbing import Found, Known, Rules
from tongxin.ledger.models import Entry
from tongxin.lib.sounds import readings
from tongxin.people.models import Adult, Child
from tongxin.people.siblings import housemates
from tongxin.rulebook import shipped
from tongxin.vault import Sealed

KIND, ID = "scrubbing", "scrubbing"
# The looks that only find what has to be hidden; nothing of them is shown to anybody.
PURPOSE, ROUTE = "scrubbing", "exports/scrubbing"
SCHOOLS = ("school", "school_name")
SCHOOL_FORMS = ("case_file", "visit_record", "registration")
NEWEST = 3
TEACHING = "school"


def rules_at(at: datetime, *, region: str = "") -> Rules:
    """The rules that hold in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(scrubbing.read, KIND, ID, region=region, at=at)


def find(text: str, *, known: Known, rules: Rules, more: Iterable[str] = ()) -> tuple[Found, ...]:
    """What in a text could tell who somebody is."""
    return scrubbing.find(text, known=known, rules=rules, readings=readings, more=more)


def known_of(child: Child, *, at: datetime) -> Known:
    """Everything the file knows, opened by the system for this alone and written down as such."""
    mates = [child, *(each for each in housemates(child) if each.id != child.id)]
    adults = _adults(child, mates)
    staff = list(Person.objects.filter(id__in=_writers(child.id)))
    names: list[Sealed | None] = [
        *(each.name for each in mates), *(each.name for each in adults), *(each.name for each in staff)
    ]
    numbers: list[Sealed | None] = [word for each in mates for word in (each.id_no, each.phone)]
    numbers += [word for each in adults for word in (each.id_no, each.phone)]
    births = [each.birth for each in mates]
    opened = vault.open(
        [*names, *numbers, *births], viewer=WORKER, purpose=PURPOSE, part="identity", route=ROUTE, at=at
    )
    rest = opened[len(names) + len(numbers) :]
    return Known(
        names=_some(opened[: len(names)]), numbers=_some(opened[len(names) : len(names) + len(numbers)]),
        births=tuple(date.fromisoformat(word[:10]) for word in rest if word),
        places=_some(_places(mates)), schools=_some([*_schools(child, at), *_schools_around(child)]),
    )


def _adults(child: Child, mates: Iterable[Child]) -> list[Adult]:
    caring = Q(cares_for__child__in=[each.id for each in mates])
    if child.household_id:
        caring |= Q(memberships__household_id=child.household_id)
    return list(Adult.objects.filter(caring).distinct())


def _writers(child_id: UUID) -> set[UUID]:
    rows = Entry.objects.filter(subject_id=child_id, person_id__isnull=False)
    return {each for each in rows.values_list("person_id", flat=True) if each}


def _places(children: Iterable[Child]) -> list[str]:
    ids = {
        place for child in children
        for place in (child.village_id, child.town_id, child.county_id, child.city_id, child.hukou_division_id) if place
    }
    return list(Division.objects.filter(id__in=ids).values_list("name", flat=True))


def _schools_around(child: Child) -> list[str]:
    if child.county_id is None:
        return []
    bodies = Organisation.objects.filter(kind=TEACHING, division__county_id=child.county_id)
    return list(bodies.values_list("name", flat=True))


def _schools(child: Child, at: datetime) -> list[str]:
    """The schools that the newest of the forms which ask for one name."""
    rows = Entry.objects.filter(subject_id=child.id).select_related("subject").order_by("-subject_seq")
    asked = [each for each in rows if each.form_id in SCHOOL_FORMS][:NEWEST]
    opened = ledger.open_entries(asked, viewer=WORKER, purpose=PURPOSE, part="identity", route=ROUTE, at=at)
    return [str(words[name]) for words in opened if words for name in SCHOOLS if words.get(name)]


def _some(words: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words if word and word.strip()))
