"""How many of the posts that are held are trained, town by town, who is not, and telling them so."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin.accounts.models import Division, Holding, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training.scope import KEEP, must, place_of, rules_for, tell, today
from tongxin.notices import services as notices
from tongxin.training.models import Reminder
from tongxin.training.rules import Target
from tongxin.training.selectors import counting, minutes_in

HUNDRED = 100
NOBODY = "没有提醒：这里没有要提醒的人，或者最近提醒过。"


@dataclass(frozen=True, slots=True)
class Lacking:
    """A held post that has not reached the target."""

    post: Post
    person_id: UUID
    minutes: int


@dataclass(slots=True)
class Town:
    """One town: held posts, of them trained, vacant posts apart, and people without account whom lists name."""

    place: Division | None
    held: int = 0
    trained: int = 0
    vacant: int = 0
    outside: int = 0
    lacking: list[Lacking] = field(default_factory=list)

    @property
    def percent(self) -> int | None:
        """The share in whole per cent, rounded down; None where no post is held."""
        return self.trained * HUNDRED // self.held if self.held else None


def target_for(name: str, viewer: Viewer, *, at: datetime) -> Target:
    """A target of the viewer's county."""
    found = rules_for(viewer, at=at).targets.get(name)
    if found is None:
        raise NotAllowed
    return found


def towns(target: Target, viewer: Viewer, *, year: int, at: datetime) -> list[Town]:
    """Each town of the viewer's place; posts of the county itself stand under no town."""
    must(viewer, KEEP, at=at)
    place = place_of(viewer)
    roles = rules_for(viewer, at=at).audiences[target.audience].roles
    posts = list(
        Post.objects.filter(**{f"division__{place.level}_id": place.id}, role__in=roles).select_related("division")
        .order_by("division__code", "title", "id")
    )
    holders = dict(
        Holding.objects.filter(held(at), post__in=posts, kind=Holding.HOLDER, person__is_active=True)
        .order_by("from_at", "id").values_list("post_id", "person_id")
    )
    learned = minutes_in(holders.values(), year=year)
    found: dict[int | None, Town] = {}
    places = Division.objects.in_bulk({post.division.town_id for post in posts if post.division.town_id})
    for post in posts:
        town = found.setdefault(post.division.town_id, Town(places.get(post.division.town_id or 0)))
        person_id = holders.get(post.id)
        if person_id is None:
            town.vacant += 1
            continue
        town.held += 1
        minutes = learned.get(person_id, 0)
        if minutes >= target.minutes:
            town.trained += 1
        else:
            town.lacking.append(Lacking(post, person_id, minutes))
    for town_id, many in _outside(target, place, year).items():
        known = found.setdefault(town_id, Town(Division.objects.filter(id=town_id or 0).first()))
        known.outside = many
    return sorted(found.values(), key=lambda each: each.place.code if each.place else "")


def _outside(target: Target, place: Division, year: int) -> dict[int | None, int]:
    """How many people without account the lists of a year name, by town."""
    rows = counting().filter(
        person__isnull=True, audience=target.audience, on_day__year=year, **{f"{place.level}_id": place.id}
    )
    people: dict[int | None, set[str]] = defaultdict(set)
    for town_id, mark in rows.values_list("town_id", "mark"):
        # The mark of a row of a list says who it is, second.
        people[town_id].add(mark.split(":")[1])
    return {town_id: len(each) for town_id, each in people.items()}


def whole(rows: Iterable[Town]) -> Town:
    """All towns together."""
    found = Town(None)
    for each in rows:
        found.held += each.held
        found.trained += each.trained
        found.vacant += each.vacant
        found.outside += each.outside
        found.lacking += each.lacking
    return found


@transaction.atomic
def remind(*, name: str, town_id: int | None, actor: Viewer, at: datetime) -> int:
    """How many posts were told that they lack training; whoever was told lately is left alone."""
    person_id, target = must(actor, KEEP, at=at), target_for(name, actor, at=at)
    rows = towns(target, actor, year=today(at).year, at=at)
    lacking = {
        each.post.id for row in rows if town_id is None or (row.place and row.place.id == town_id)
        for each in row.lacking
    }
    again = rules_for(actor, at=at).remind_again
    told = set(Reminder.objects.filter(post_id__in=lacking, target=name, at__gt=at - again).values_list(
        "post_id", flat=True
    ))
    posts = sorted(lacking - told)
    if not posts:
        raise Refused.because(NOBODY)
    event = tell("training.reminded", actor, at, target=name, many=len(posts))
    notices.tell_posts(posts=posts, event=event, at=at)
    Reminder.objects.bulk_create([Reminder(post_id=each, target=name, at=at, person_id=person_id) for each in posts])
    return len(posts)
