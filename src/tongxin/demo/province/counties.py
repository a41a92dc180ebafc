"""A county takes part: its bodies, posts and people, and its roster, taken in as any county's is."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from uuid import UUID

from tongxin.accounts import county as accounts
from tongxin.accounts.models import Division, Person, Post
from tongxin.accounts.viewers import WORKER, viewer_of
from tongxin.cases.models import Task
from tongxin.cases.tasks import LIVE
from tongxin.demo.cast import Cast
from tongxin.demo.lives import Life, Todo, life_of
from tongxin.demo.province.names import name_of
from tongxin.demo.province.rosters import Share, roster_of
from tongxin.demo.province.rules import Province
from tongxin.intake import services as intake
from tongxin.intake.models import Listing, Upload
from tongxin.people.models import Carer, Child


@dataclass(frozen=True, slots=True)
class County:
    """A county that takes part, and the lives of its children in the order of its roster."""

    share: Share
    division: Division
    cast: Cast
    bodies: Mapping[str, int]
    lives: list[Life]
    todos: Mapping[UUID, list[Todo]]


def begin(share: Share, *, province: Province, seed: int) -> County:
    """Everybody takes up their post, and the roster comes in."""
    division = Division.objects.get(code=share.code, level="county", valid_to__isnull=True)
    cast = _staffed(division, share, province, seed)
    manager = cast.post_of("case_manager", division.id)
    person = cast.holder(manager.id) if manager else None
    if person is None:
        raise LookupError("a county has a case manager")
    viewer = viewer_of(person=person, at=share.begins)
    name = f"{share.name}困境儿童花名册.csv"
    content = roster_of(share, province=province, seed=seed)
    found = intake.receive(content=content, name=name, viewer=viewer, at=share.begins, county=division)
    upload = intake.import_upload(found.upload, viewer=viewer, at=share.begins, roster=found.roster)
    lives = _lives(upload, share, province, seed)
    return County(share, division, cast, cast.bodies(division.id), lives, _todos(lives))


def _staffed(division: Division, share: Share, province: Province, seed: int) -> Cast:
    at, chance = province.starts, Random(f"{seed}:{share.code}:staff")
    line = accounts.open_line(county=division, actor=WORKER, at=at)
    posts = [post for each in line.posts.values() for post in each]
    names = [_name(chance, province) for _ in posts]
    people = accounts.fill(
        holders=[
            (post, f"{share.code}-{number:04d}", name)
            for number, (post, name) in enumerate(zip(posts, names, strict=True))
        ],
        at=at,
    )
    cast = Cast(names={person.id: name for person, name in zip(people, names, strict=True)})
    cast.enter(_pairs(posts, people))
    return cast


def _pairs(posts: list[Post], people: list[Person]) -> list[tuple[Post, Person]]:
    return list(zip(posts, people, strict=True))


def _name(chance: Random, province: Province) -> str:
    (ethnicity,) = chance.choices(tuple(province.ethnicities), weights=tuple(province.ethnicities.values()))
    return name_of(chance, ethnicity=ethnicity, sex=chance.choice(("male", "female")))


def _lives(upload: Upload, share: Share, province: Province, seed: int) -> list[Life]:
    order = list(Listing.objects.filter(upload=upload).order_by("sheet", "row").values_list("child_id", flat=True))
    children = Child.objects.in_bulk(order)
    carers = Carer.objects.filter(child_id__in=order).order_by("-id").values_list("child_id", "relation")
    relations = dict(carers)
    return [
        life_of(
            children[child_id], number=number, relation=relations.get(child_id, ""), district=province.district,
            chance=Random(f"{seed}:{share.code}:{number}"), on=share.begins.date(),
        )
        for number, child_id in enumerate(order)
    ]


def _todos(lives: list[Life]) -> Mapping[UUID, list[Todo]]:
    found: dict[UUID, list[Todo]] = {life.child_id: [] for life in lives}
    rows = Task.objects.filter(case_id__in=list(found), state__in=LIVE).order_by("due_at", "step", "key").values_list(
        "case_id", "key", "step", "form", "due_at", "post_id", "owner_post_id", "is_urgent"
    )
    for case_id, key, step, form, due_at, post_id, owner_id, is_urgent in rows:
        if post_id and owner_id:
            found[case_id].append(Todo(key, step, form, due_at, post_id, owner_id, is_urgent))
    return found
