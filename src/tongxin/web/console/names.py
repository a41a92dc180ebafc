"""The names that one page shows, opened together as one look (spine C3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import UUIDField

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Person, Post
from tongxin.lib.prepared import Prepared, among
from tongxin.people.models import Child
from tongxin.vault import Sealed
from tongxin.web.doors import Request

NO_NAME = "（姓名待补）"
SYSTEM = "系统"
# One page seldom names more people or posts than these.
FEW = 16
STAFF = Prepared(
    lambda people: Person.objects.filter(among("id", people)).only("id", "name", "phone"), several="people",
    people=UUIDField(),
)
TITLES = Prepared(
    lambda posts: Post.objects.filter(among("id", posts)).values_list("id", "title"), several="posts", posts=UUIDField()
)


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id; `more` are further words in the order in which they were asked for."""

    children: Mapping[UUID, str]
    people: Mapping[UUID, str] = field(default_factory=dict)
    more: tuple[str | None, ...] = ()
    phones: Mapping[UUID, str] = field(default_factory=dict)

    def person(self, person_id: UUID | None) -> str:
        """Somebody who works here; the worker has no name."""
        return self.people.get(person_id, "") if person_id else SYSTEM


def open_names(
    request: Request, *, purpose: str, route: str, children: Iterable[Child] = (), listed: Iterable[Child] = (),
    people: Iterable[UUID | None] = (), more: Iterable[Sealed | None] = (), part: str = "roster",
    phones: Iterable[UUID | None] = (),
) -> Names:
    """Everything a page shows of sealed words, by one look; `phones`: of which people the number too.

    `listed` are the children of a list: a role that does its work one file at a time reads their file numbers there,
    and the name once it opens the file.
    """
    lines = list(listed)
    hidden = file_numbers(request, lines)
    shown = list({child.id: child for child in (*children, *(lines if not hidden else ()))}.values())
    staff = _staff({each for each in people if each})
    reached = set(phones)
    numbers = [person.phone if person.id in reached else None for person in staff]
    wanted = [*(child.name for child in shown), *(person.name for person in staff), *numbers, *more]
    words = vault.open(
        wanted, viewer=request.viewer, purpose=purpose, at=request.at, part=part, route=route
    )
    borders = len(shown), len(shown) + len(staff), len(shown) + 2 * len(staff)
    return Names(
        children=hidden | {child.id: word or NO_NAME for child, word in zip(shown, words[: borders[0]], strict=True)},
        people={each.id: word or "" for each, word in zip(staff, words[borders[0] : borders[1]], strict=True)},
        phones={each.id: word for each, word in zip(staff, words[borders[1] : borders[2]], strict=True) if word},
        more=tuple(words[borders[2] :]),
    )


def file_numbers(request: Request, listed: Iterable[Child]) -> dict[UUID, str]:
    """What stands in a list where the viewer reads names only in the file that they open; empty for the others."""
    if access.sees_listed_names(viewer=request.viewer, at=request.at):
        return {}
    return {child.id: child.file_no for child in listed}


def _staff(ids: set[UUID]) -> list[Person]:
    if len(ids) <= FEW:
        return STAFF.rows(people=sorted(ids))
    return list(Person.objects.filter(id__in=ids).only("id", "name", "phone"))


def post_titles(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The titles of posts."""
    wanted = {each for each in ids if each}
    if len(wanted) <= FEW:
        return dict(TITLES.rows(posts=sorted(wanted)))
    return dict(Post.objects.filter(id__in=wanted).values_list("id", "title"))
