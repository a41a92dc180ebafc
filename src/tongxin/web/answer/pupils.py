"""The children of a round as somebody at work meets them: by class, by their place in it, by name."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.http import Http404

from tongxin.accounts.viewers import Viewer
from tongxin.screening import selectors
from tongxin.screening.models import Participant, Round
from tongxin.web.doors import Request, id_for

NO_CLASS = "没有分班"
HIDDEN = "*"


class Group(NamedTuple):
    """A class, or those who are in none; `key` stands in addresses and forms."""

    key: str
    zh: str
    many: int


class Pupil(NamedTuple):
    """One child with the number by which a class knows it."""

    place: int
    participant: Participant


def round_at_work(request: Request, round_id: UUID, *, way: str = "") -> Round:
    """The round, for those who plan it or read its results, when it is answered that way; else no such page."""
    found = round_of(round_id, viewer=request.viewer, at=request.at)
    if found is None or (way and way not in found.ways):
        raise Http404
    return found


def round_of(round_id: UUID, *, viewer: Viewer, at: datetime) -> Round | None:
    """The same, for whoever is no request."""
    for action in (selectors.PLAN, selectors.READ):
        found = selectors.round_for(round_id=round_id, viewer=viewer, action=action, at=at)
        if found is not None:
            return found
    return None


def groups_of(round: Round, *, viewer: Viewer, at: datetime) -> list[Group]:
    """The classes in the order of the list."""
    counted = {key: sum(states.values()) for key, states in selectors.completion(round).items()}
    found = [
        Group(str(each.id), name, counted.get(each.id, 0))
        for each, name in selectors.class_names(round, at=at, viewer=viewer)
    ]
    return [*found, Group("none", NO_CLASS, counted[None])] if counted.get(None) else found


def pupils_of(round: Round, key: str, *, viewer: Viewer, at: datetime) -> list[Pupil]:
    """The children of one class, each with its place there; those kept from the viewer leave a gap."""
    chosen = None if key == "none" else id_for(key)
    order = list(round.participants.filter(school_class_id=chosen).order_by("number").values_list("id", flat=True))
    places = {id: place for place, id in enumerate(order, start=1)}
    rows = selectors.participants_of(round, viewer=viewer, at=at).filter(school_class_id=chosen)
    return [Pupil(places[row.id], row) for row in rows]


def names_of(pupils: Sequence[Pupil], *, viewer: Viewer, at: datetime, route: str) -> dict[UUID, str]:
    return selectors.names_of([each.participant for each in pupils], viewer=viewer, at=at, route=route)


def masked(name: str) -> str:
    """A name that its bearer knows again and a stranger doesn't."""
    if len(name) < 2:
        return name + HIDDEN
    return name[0] + HIDDEN + (name[-1] if len(name) > 2 else "")
