"""The files of a county as a list is compared with them: opened together, each file's opening on record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tongxin import vault
from tongxin.access import scope
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import WORKER, Viewer
from tongxin.flows.comparing import PART, PURPOSE
from tongxin.people.models import Carer, Child

PAGE = 500
COLUMNS = ("name", "id_no", "birth", "phone", "address")


@dataclass(frozen=True, slots=True)
class OnFile:
    """A child on file in words, as far as two lists can be compared by them."""

    child: Child
    name: str | None
    id_no: str | None
    birth: date | None
    phone: str | None
    address: str | None
    place_code: str | None
    carers: tuple[tuple[str | None, str | None], ...] = ()

    @property
    def id(self) -> UUID:
        return self.child.id

    @property
    def birth_month(self) -> str | None:
        return f"{self.child.birth_month:%Y-%m}" if self.child.birth_month else None


def files_in(county_id: int, *, at: datetime) -> Iterator[OnFile]:
    """Every child who lives in a county and has a file in use; opened by the system, page by page."""
    after: UUID | None = None
    while True:
        with scope.widened():
            found = Child.objects.filter(county_id=county_id).order_by("id")
            page = list((found.filter(id__gt=after) if after else found)[:PAGE])
        if not page:
            return
        yield from in_words(page, viewer=WORKER, at=at)
        after = page[-1].id


def in_words(children: Sequence[Child], *, viewer: Viewer, at: datetime, route: str = "") -> list[OnFile]:
    """Some children in words, in their order, by one look."""
    with scope.widened():
        cares = list(
            Carer.objects.filter(child_id__in=[each.id for each in children], to_on__isnull=True)
            .select_related("adult").order_by("id")
        )
        places = {place for each in children if (place := each.village_id or each.town_id or each.county_id)}
        codes = dict(Division.objects.filter(id__in=places).values_list("id", "code"))
    sealed = [getattr(each, column) for each in children for column in COLUMNS]
    sealed += [words for each in cares for words in (each.adult.name, each.adult.phone)]
    opened = vault.open(sealed, viewer=viewer, purpose=PURPOSE, at=at, part=PART, route=route)
    words = opened[: len(children) * len(COLUMNS)]
    by_child: dict[UUID, list[tuple[str | None, str | None]]] = {}
    for number, each in enumerate(cares):
        start = len(words) + 2 * number
        by_child.setdefault(each.child_id, []).append((opened[start], opened[start + 1]))
    return [
        _on_file(each, words[number * len(COLUMNS) : (number + 1) * len(COLUMNS)], codes, by_child)
        for number, each in enumerate(children)
    ]


def _on_file(
    child: Child, words: Sequence[str | None], codes: dict[int, str],
    carers: dict[UUID, list[tuple[str | None, str | None]]],
) -> OnFile:
    name, id_no, birth, phone, address = words
    return OnFile(
        child=child, name=name, id_no=id_no, birth=date.fromisoformat(birth) if birth else None, phone=phone,
        address=address, place_code=codes.get(child.village_id or child.town_id or child.county_id or 0),
        carers=tuple(carers.get(child.id, ())),
    )
