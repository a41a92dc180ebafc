"""What begins a child's file during the year, and who belongs together."""

from collections.abc import Sequence
from datetime import date, datetime

from tongxin.accounts.models import Division
from tongxin.demo.lives import Life, life_of
from tongxin.demo.scene import Scene
from tongxin.demo.sheets_file import case_file, newcomer
from tongxin.demo.year import Year
from tongxin.flows.opening import open_file
from tongxin.flows.record import Sheet
from tongxin.people.models import Carer, Child

SOURCES = ("patrol", "patrol", "school", "hotline", "matching")
SURNAMES = "刘陈杨赵吴徐孙朱高林"


def found(year: Year, place: Division, at: datetime, *, months: int, trouble: int | None = None) -> Life | None:
    """A child whom the village's director found; the file is opened with the family."""
    actor = year.cast.at_place("child_director", place.id, at=at)
    if actor is None:
        return None
    chance = year.stream(f"found:{len(year.lives)}")
    sex = chance.choice(("female", "male"))
    given = year.words.say("given_girl" if sex == "female" else "given_boy")
    who = newcomer(
        chance, on=at.date(), months=months, village=place.code, given=given, surname=chance.choice(SURNAMES)
    )
    stranger = Life(
        child_id=year.new_id(), number=len(year.lives), birth=date.fromisoformat(who["birth"]).replace(day=1), sex=sex,
        village_id=place.id, town_id=place.town_id, county_id=place.county_id, carer="奶奶",
    )
    carers = [{
        "carer_name": "李" + year.words.say("mothers"), "relation": "paternal_grandmother", "ability": "able",
        "lives_with": "yes",
    }]
    category = chance.choice(("left_behind", "single_parent", "poor_family", "de_facto_unattended"))
    scene = Scene(stranger, at, actor.name, year.words, chance)
    answers = case_file(scene) | who | {
        "sex": sex, "source": chance.choice(SOURCES), "source_note": year.words.say("found_source"), "carers": carers,
        "categories": [{"category": category, "evidence": year.words.say("category_evidence")}],
    }
    child = open_file(sheet=Sheet(year.new_id(), "case_file", answers, at), actor=actor.viewer, at=at)
    return _settled(year, child, at, trouble)


def _settled(year: Year, child: Child, at: datetime, trouble: int | None) -> Life:
    relation = Carer.objects.filter(child=child).values_list("relation", flat=True).first() or ""
    number = len(year.lives)
    life = life_of(
        child, number=number, relation=relation, district=year.district, chance=year.stream(f"life:{number}"),
        on=at.date(),
    )
    if trouble is not None:
        life.trouble, life.begins, life.eases = trouble, at.date(), ()
    year.welcome([life], at)
    return life


def neighbours(lives: Sequence[Life]) -> list[tuple[Life, Life]]:
    """Pairs of children of the same village, in a fixed order, no child twice."""
    pairs: list[tuple[Life, Life]] = []
    waiting: dict[int, Life] = {}
    for life in lives:
        if life.village_id is None:
            continue
        other = waiting.pop(life.village_id, None)
        if other is None:
            waiting[life.village_id] = life
        else:
            pairs.append((other, life))
    return pairs


def become_siblings(at: datetime, year: Year, first: Life, second: Life) -> None:
    """Two children are found to live in one home."""
    actor = year.cast.at_place("child_director", first.village_id, at=at)
    file_no = Child.objects.values_list("file_no", flat=True).get(id=second.child_id)
    first.flags.add("has_sibling")
    second.flags.add("has_sibling")
    year.write(first, "household_members", actor=actor, at=at, file_no=file_no)
