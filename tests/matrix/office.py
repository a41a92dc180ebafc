"""Two people for every role of the access definition: one where the child lives, one in another county."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.web.conftest import MORNING, Office
from tests.world import START, World
from tongxin.accounts import county, nation
from tongxin.accounts.models import Organisation, Person, Post
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.lib import ids

HERE, ELSEWHERE = "here", "elsewhere"
# Where somebody works whose post is not the county's: here, and elsewhere.
PLACES = {
    "child_director": ("370116001001", "510104017001"), "child_supervisor": ("370116001", "510104017"),
    "city_officer": ("3701", "5101"),
}
COUNTIES = ("370116", "510104")


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """Somebody who works in one role, here or elsewhere."""

    role: str
    where: str
    person: Person
    post: Post

    def viewer(self) -> Viewer:
        return viewer_of(person=self.person, at=MORNING, post_id=self.post.id)

    def browser(self) -> Office:
        client = Office(raise_request_exception=False)
        client.force_login(self.person)
        return client


def workers(world: World, roles: Iterable[str]) -> list[Worker]:
    """Two people for every role: the cast's own where it has them, else somebody new in a post of that role."""
    found: list[Worker] = []
    known = {world.posts[name].id: person for name, person in world.people.items()}
    for role in roles:
        # To the nation no place of it is elsewhere.
        for where, index in ((HERE, 0), (ELSEWHERE, 1))[: 1 if role == nation.ROLE else 2]:
            post = _post(world, role, index)
            person = known.get(post.id) or _person(post, f"{role}-{where}")
            found.append(Worker(role, where, person, post))
    return found


def _post(world: World, role: str, index: int) -> Post:
    if role == nation.ROLE:
        return nation.open_desk(actor=WORKER, at=START)
    line, places = world.lines[COUNTIES[index]], PLACES.get(role)
    if places and places[index] in line.at_place:
        return line.at_place[places[index]]
    if not places and role in line.posts:
        return line.posts[role][0]
    place = world.place(places[index] if places else COUNTIES[index])
    body = Organisation.objects.create(kind="office", name=f"{place.name}办公室", division=place)
    return Post.objects.create(id=ids.new_id(), role=role, title=role, organisation=body, division=place)


def _person(post: Post, login: str) -> Person:
    (person,) = county.fill(holders=[(post, login, "工作人员")], at=START)
    return person
