"""Who looks: a person acting from one post, with all posts they hold; or the worker."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Q, UUIDField

from tongxin.accounts.models import Holding, Person, Post
from tongxin.lib.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Seat:
    """A post as a viewer sits in it: literals that access rules are resolved to."""

    post_id: UUID
    role: str
    title: str
    organisation_id: int
    division_id: int
    division_level: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person with the seats held at a moment; `seat` is the one acted from.

    A machine has no person: what those for whom it stands are kept from, it is kept from too.
    """

    person_id: UUID | None
    seats: tuple[Seat, ...] = field(default=())
    is_worker: bool = False
    stands_for: frozenset[UUID] = frozenset()

    @property
    def people(self) -> frozenset[UUID]:
        """Who is behind the viewer: the person, or those for whom a machine stands."""
        return self.stands_for if self.person_id is None else self.stands_for | {self.person_id}

    @property
    def seat(self) -> Seat | None:
        return self.seats[0] if self.seats else None

    @property
    def post_id(self) -> UUID | None:
        return self.seats[0].post_id if self.seats else None

    @property
    def role(self) -> str:
        return self.seats[0].role if self.seats else ("worker" if self.is_worker else "")

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(seat.role for seat in self.seats)

    @property
    def post_ids(self) -> tuple[UUID, ...]:
        return tuple(seat.post_id for seat in self.seats)

    @property
    def organisation_ids(self) -> tuple[int, ...]:
        return tuple(sorted({seat.organisation_id for seat in self.seats}))


WORKER = Viewer(person_id=None, is_worker=True)


def _seat(post: Post) -> Seat:
    return Seat(
        post_id=post.id, role=post.role, title=post.title, organisation_id=post.organisation_id,
        division_id=post.division_id, division_level=post.division.level,
    )


def held(at: Any, through: str = "") -> Q:
    """Holdings in force at a moment; `through` is how a query comes to them."""
    begun, for_good = Q(**{f"{through}from_at__lte": at}), Q(**{f"{through}to_at__isnull": True})
    return begun & (for_good | Q(**{f"{through}to_at__gt": at}))


HELD = Prepared(
    lambda person, at: Holding.objects.filter(held(at), person_id=person, person__is_active=True)
    .select_related("post", "post__division").order_by("from_at", "id"),
    person=UUIDField(), at=DateTimeField(),
)


def viewer_of(*, person: Person, at: datetime, post_id: UUID | None = None) -> Viewer:
    """The viewer that `person` is at a moment, acting from `post_id` or from their first post."""
    seats = [_seat(holding.post) for holding in HELD.rows(person=person.id, at=at)]
    seats.sort(key=lambda seat: seat.post_id != post_id)
    return Viewer(person_id=person.id, seats=tuple(seats))


def machine_of(post: Post, *, at: datetime) -> Viewer:
    """Another system that acts from a post, for those who hold it at a moment."""
    holders = Holding.objects.filter(held(at), post=post, person__is_active=True)
    people = frozenset(holders.values_list("person_id", flat=True))
    return Viewer(person_id=None, seats=(_seat(post),), stands_for=people)


def seats_of(posts: Iterable[Post]) -> tuple[Seat, ...]:
    """The seats of given posts."""
    return tuple(_seat(post) for post in posts)
