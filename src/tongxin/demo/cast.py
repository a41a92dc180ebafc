"""Who holds which post on a day of the simulated year, and in whose name something is written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tongxin.accounts import services as accounts
from tongxin.accounts.models import Holding, Person, Post
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.flows.handing_over import hand_over


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting from a post, with the name that they sign with."""

    viewer: Viewer
    name: str
    role: str
    post_id: UUID


@dataclass(slots=True)
class Cast:
    """The posts and their holders; the names are known here since they were made up here."""

    names: dict[UUID, str]
    posts: dict[UUID, Post] = field(default_factory=dict)
    _holders: dict[UUID, list[UUID]] = field(default_factory=dict)
    _people: dict[UUID, Person] = field(default_factory=dict)
    _viewers: dict[tuple[UUID, UUID], Viewer] = field(default_factory=dict)
    _by_place: dict[tuple[str, int], Post] = field(default_factory=dict)
    _new: int = 0
    # What the county's desk does about somebody who takes a post: asks about a criminal record.
    greeting: Callable[[Person, Actor, datetime], None] | None = None

    def enter(self, holders: Iterable[tuple[Post, Person]]) -> None:
        """People take their posts."""
        for post, person in holders:
            self.posts[post.id] = post
            self._holders[post.id] = [person.id]
            self._people[person.id] = person
            self._by_place.setdefault((post.role, post.division_id), post)

    def seat(self, post: Post, person: Person, *, name: str) -> None:
        """Somebody takes a post that speaks for its own body only, and never for all who have its role."""
        self.names[person.id] = name
        self.posts[post.id], self._holders[post.id], self._people[person.id] = post, [person.id], person

    def bodies(self, county_id: int) -> Mapping[str, int]:
        """The organisations of a county by their kind."""
        return {
            post.organisation.kind: post.organisation_id for post in self.posts.values()
            if post.division_id == county_id
        }

    def post_of(self, role: str, place: int | None) -> Post | None:
        return self._by_place.get((role, place)) if place is not None else None

    def holder(self, post_id: UUID) -> Person | None:
        held = self._holders.get(post_id)
        return self._people[held[-1]] if held else None

    def acting(self, post_id: UUID, *, at: datetime) -> Actor | None:
        """Who acts for a post: its holder or stand-in, else whoever the post answers to."""
        post = self.posts.get(post_id)
        while post is not None:
            if person := self.holder(post.id):
                return Actor(self._viewer(person, post, at), self.names.get(person.id, ""), post.role, post.id)
            post = self.posts.get(post.reports_to_id) if post.reports_to_id else None
        return None

    def at_place(self, role: str, place: int | None, *, at: datetime) -> Actor | None:
        """Who acts for a role at a place."""
        post = self.post_of(role, place)
        return self.acting(post.id, at=at) if post else None

    def _viewer(self, person: Person, post: Post, at: datetime) -> Viewer:
        key = (person.id, post.id)
        if key not in self._viewers or not self._viewers[key].seats:
            self._viewers[key] = viewer_of(person=person, at=at, post_id=post.id)
        return self._viewers[key]

    def newcomer(self, name: str, *, actor: Actor, at: datetime) -> Person:
        """Somebody who starts to work here."""
        self._new += 1
        login = f"{at:%Y%m}-{self._new:04d}"
        person = accounts.add_person(login=login, name=name, password=None, actor=actor.viewer, at=at)
        self.names[person.id] = name
        self._people[person.id] = person
        return person

    def hand_over(self, post: Post, to: Person | None, *, actor: Actor, at: datetime) -> None:
        """The post changes hands, or stands vacant."""
        hand_over(post=post, to=to, actor=actor.viewer, at=at)
        if to is not None and self.greeting is not None:
            self.greeting(to, actor, at)
        self._holders[post.id] = [to.id] if to else []
        self._viewers.clear()

    def stand_in(self, post: Post, by: Person | None, *, actor: Actor, at: datetime) -> None:
        """Somebody stands in for a while; None ends it."""
        hand_over(post=post, to=by, actor=actor.viewer, at=at, kind=Holding.STAND_IN)
        self._holders[post.id] = [*self._holders[post.id][:1], *([by.id] if by else [])]
        self._viewers.clear()
