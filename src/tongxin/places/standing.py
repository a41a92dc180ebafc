"""What a site has, as standards ask for it: area, people, equipment that works, rooms of its own."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tongxin.bookings.models import Room
from tongxin.bookings.rules import Rules
from tongxin.lib.site_standards import Gap, gaps_of
from tongxin.places.models import Site
from tongxin.places.rules import Places

HOUR = 60


def facts_of(site: Site, rooms: Iterable[Room], *, rules: Places, booking: Rules) -> dict[str, Any]:
    """The facts of a site for its standards; people whom nobody counted are missing, not none."""
    used = [each for each in rooms if each.is_used]
    has: list[Mapping[str, str]] = [site.equipment, *(each.equipment for each in used)]
    people = site.staff
    return {
        "area": None if site.area is None else Decimal(site.area), "staff": sum(people.values()) if people else None,
        "qualified": sum(many for role, many in people.items() if role in rules.qualified) if people else None,
        "head": people.get("head", 0) if people else None,
        "legal_deputy": people.get("legal_deputy", 0) if people else None,
        "rooms": sum(each.is_private for each in used), "weekly": weekly(site),
        "equipment": frozenset(code for each in has for code, state in each.items() if state in booking.working),
        "kinds_of_rooms": frozenset(each.kind for each in used), "has_phone": bool(site.phone),
    }


def gaps(site: Site, rooms: Iterable[Room], *, rules: Places, booking: Rules) -> list[Gap]:
    """What a site lacks of the standards of its kind."""
    return gaps_of(rules.standards, kind=site.kind, facts=facts_of(site, rooms, rules=rules, booking=booking))


def weekly(site: Site) -> int | None:
    """How many whole hours a week it is open; none when nobody wrote the hours down."""
    minutes = sum(end - start for spans in site.hours.values() for start, end in spans)
    return minutes // HOUR if minutes else None
