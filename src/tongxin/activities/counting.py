"""How an activity's people are counted: 场次, 人次, 人. Pure, so that the definition's words can be tried on cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Held(NamedTuple):
    """One time something was held: the number written down (None: nobody wrote one), those who signed in by code,
    the listed children who came, each by its own mark."""

    came: int | None
    first_time: int | None
    signed: int
    signed_first: int
    children: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """Sessions, attendances, people."""

    sessions: int
    attendances: int
    people: int

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.sessions + other.sessions, self.attendances + other.attendances, self.people + other.people
        )


def attended(each: Held) -> int:
    """Attendances of one time: the number written down, else sign-ins and the list; never fewer than the list."""
    there = each.signed + len(set(each.children))
    return max(each.came, len(set(each.children))) if each.came is not None else there


def count(times: Iterable[Held]) -> Figures:
    """The figures of a span: a listed child counts once as a person, however often it came."""
    rows = list(times)
    children = {child for each in rows for child in each.children}
    first = sum(each.first_time if each.first_time is not None else each.signed_first for each in rows)
    # Opened, but nobody signed in and no number written down yet: not a session so far.
    held = [each for each in rows if each.came is not None or attended(each)]
    return Figures(len(held), sum(attended(each) for each in rows), first + len(children))
