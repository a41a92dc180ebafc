"""Reads about posts: who answers for one now, and which post serves a place."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import BigIntegerField, DateTimeField, UUIDField

from tongxin.accounts.models import LEVELS, Division, Holding, Post
from tongxin.accounts.viewers import held
from tongxin.lib import together
from tongxin.lib.prepared import Prepared, among


@dataclass(frozen=True, slots=True)
class Responsible:
    """The post that answers, its living holder, and how many levels were climbed to find one."""

    post_id: UUID
    person_id: UUID
    climbed: int


FEW = 64
POSTS = Prepared(
    lambda posts: Post.objects.filter(among("id", posts)).select_related("division"), several="posts",
    posts=UUIDField(),
)
POSTS_AT = Prepared(
    lambda places: Post.objects.filter(among("division_id", places)).select_related("division"), several="places",
    places=BigIntegerField(),
)
# Who stands in answers, though the holder keeps the post.
ANSWERING = ("-kind", "-from_at")
HOLDERS = Prepared(
    lambda posts, at: Holding.objects.filter(held(at), among("post_id", posts), person__is_active=True)
    .order_by(*ANSWERING).values_list("post_id", "person_id"),
    several="posts", posts=UUIDField(), at=DateTimeField(),
)


def _holders(posts: Iterable[UUID], at: datetime) -> Iterable[tuple[UUID, UUID]]:
    rows = Holding.objects.filter(held(at), post_id__in=list(posts), person__is_active=True)
    return rows.order_by(*ANSWERING).values_list("post_id", "person_id")


def _asked_holders(posts: Collection[UUID], at: datetime) -> Iterable[tuple[UUID, UUID]]:
    return HOLDERS.rows(posts=list(posts), at=at) if len(posts) <= FEW else _holders(posts, at)


class Known:
    """The posts of many places with all above them and everybody who ever held them, read in a few queries."""

    def __init__(self, places: Iterable[int]) -> None:
        self.posts: dict[UUID, Post] = {}
        self._at: dict[int, list[Post]] = {}
        rows = list(Post.objects.filter(division_id__in=list(places)).select_related("division"))
        for post in rows:
            self._at.setdefault(post.division_id, []).append(post)
        while rows:
            self.posts.update({post.id: post for post in rows})
            wanted = {post.reports_to_id for post in rows if post.reports_to_id} - set(self.posts)
            rows = list(Post.objects.filter(id__in=wanted).select_related("division")) if wanted else []
        self._held: dict[UUID, list[tuple[UUID, datetime, datetime | None]]] = {}
        held_by = Holding.objects.filter(post_id__in=list(self.posts), person__is_active=True).order_by(*ANSWERING)
        for post_id, person_id, since, until in held_by.values_list("post_id", "person_id", "from_at", "to_at"):
            self._held.setdefault(post_id, []).append((person_id, since, until))

    def at(self, places: Iterable[int]) -> list[Post]:
        """The posts of some of the places."""
        return [post for place in places for post in self._at.get(place, ())]

    def above(self, wanted: Iterable[UUID]) -> list[Post]:
        return [self.posts[post_id] for post_id in wanted if post_id in self.posts]

    def holders(self, posts: Iterable[UUID], at: datetime) -> Iterator[tuple[UUID, UUID]]:
        """Who held them at a moment, stand-ins first."""
        for post_id in posts:
            for person_id, since, until in self._held.get(post_id, ()):
                if since <= at and (until is None or until > at):
                    yield post_id, person_id


class Roster:
    """All posts of some places with their holders at one moment, read in two queries.

    Climbing and routing ask many times in one transaction; this answers from memory.
    """

    def __init__(self, *, posts: Iterable[Post], at: datetime, known: "Known | None" = None) -> None:
        self.at = at
        self._index: dict[tuple[int, str], list[Post]] = {}
        self.posts: dict[UUID, Post] = {post.id: post for post in posts}
        self._missing = {post.reports_to_id for post in self.posts.values()} - set(self.posts)
        while wanted := {post_id for post_id in self._missing if post_id}:
            more = known.above(wanted) if known else POSTS.rows(posts=wanted)
            self.posts.update({post.id: post for post in more})
            self._missing = {post.reports_to_id for post in more} - set(self.posts)
        self.holders: dict[UUID, UUID] = {}
        self._all: dict[UUID, list[UUID]] = {}
        for post_id, person_id in known.holders(self.posts, at) if known else _asked_holders(self.posts, at):
            self.holders.setdefault(post_id, person_id)
            self._all.setdefault(post_id, []).append(person_id)

    def responsible(
        self, *, post_id: UUID, climbs: int = 0, without: frozenset[UUID] = frozenset()
    ) -> Responsible | None:
        """The living holder at or above a post, `climbs` people further up where there are so many.

        People `without` whom it has to be done are passed over; nobody is counted twice.
        """
        line = self.line(post_id=post_id, without=without)
        return line[min(climbs, len(line) - 1)] if line else None

    def line(self, *, post_id: UUID, without: frozenset[UUID] = frozenset()) -> list[Responsible]:
        """Everybody who answers at or above a post, the nearest first."""
        return list(self._line(post_id, without))

    def _line(self, post_id: UUID, without: frozenset[UUID]) -> Iterator[Responsible]:
        seen: set[UUID] = set()
        people: set[UUID] = set(without)
        current: UUID | None = post_id
        climbed = 0
        while current is not None and current not in seen and current in self.posts:
            seen.add(current)
            here = next((person for person in self._all.get(current, ()) if person not in without), None)
            if here is not None and here not in people:
                people.add(here)
                yield Responsible(current, here, climbed)
            current = self.posts[current].reports_to_id
            climbed += 1

    def serving(
        self, *, role: str, ancestors: Mapping[str, int | None], without: frozenset[UUID] = frozenset()
    ) -> Post | None:
        """The post of a role nearest to a place: its village's, else its town's, … else its province's.

        Of several at one place the first that somebody answers for.
        """
        for level in reversed(LEVELS):
            place = ancestors.get(f"{level}_id")
            if place is None:
                continue
            if posts := self._by_place().get((place, role), []):
                answered = (post for post in posts if self.responsible(post_id=post.id, without=without))
                return next(answered, posts[0])
        return None

    def posts_of(self, organisation_id: int) -> list[Post]:
        """The posts of an organisation, held ones first; fetched when they stand outside the places read."""
        found = [post for post in self.posts.values() if post.organisation_id == organisation_id]
        if not found:
            wanted = Post.objects.filter(organisation_id=organisation_id).select_related("division")
            other = Roster(posts=wanted, at=self.at)
            self._take_in(other)
            found = [post for post in other.posts.values() if post.organisation_id == organisation_id]
        return sorted(found, key=lambda post: (post.id not in self.holders, post.id))

    def add(self, post: Post) -> None:
        """Take in a post of another place, with those above it."""
        self._take_in(Roster(posts=[post], at=self.at))
        self._index = {}

    def _take_in(self, other: "Roster") -> None:
        self.posts.update(other.posts)
        self.holders.update(other.holders)
        self._all.update(other._all)

    def _by_place(self) -> Mapping[tuple[int, str], list[Post]]:
        if not self._index:
            for post in sorted(self.posts.values(), key=lambda post: (post.id not in self.holders, post.id)):
                self._index.setdefault((post.division_id, post.role), []).append(post)
        return self._index


def roster_for(*, ancestors: Mapping[str, int | None], at: datetime) -> Roster:
    """The posts of a place and of everything that contains it."""
    places = tuple(place for place in ancestors.values() if place is not None)
    return together.known(
        ("roster", places, at), lambda: Roster(posts=POSTS_AT.rows(places=places), at=at)
    )


def read_ahead(ancestors: Mapping[str, int | None], *, at: datetime) -> None:
    """The posts of a place, for all pieces that are done together there."""
    places = tuple(place for place in ancestors.values() if place is not None)
    together.learn(("roster", places, at), roster_for(ancestors=ancestors, at=at))


def read_ahead_each(wanted: Iterable[tuple[Mapping[str, int | None], datetime]]) -> None:
    """As `read_ahead` for many places, each at a moment of its own."""
    asked = {(tuple(place for place in ancestors.values() if place is not None), at) for ancestors, at in wanted}
    known = Known({place for places, _ in asked for place in places})
    for places, at in asked:
        together.learn(("roster", places, at), Roster(posts=known.at(places), at=at, known=known))


def responsible(*, post_id: UUID, at: datetime, climbs: int = 0) -> Responsible | None:
    """Who answers for a post at a moment: its holder or stand-in, else the post above it (C10)."""
    posts = Post.objects.filter(id=post_id).select_related("division")
    return Roster(posts=posts, at=at).responsible(post_id=post_id, climbs=climbs)


def division_by_code(*, code: str) -> Division | None:
    """The place now in force under a code."""
    return Division.objects.filter(code=code, valid_to__isnull=True).first()
