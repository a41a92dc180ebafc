"""The groups of indicators in force."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from tongxin.core.indicators import KIND, Group, Indicator, read
from tongxin.core.language.errors import DefinitionError
from tongxin.core.pathway import CHINA
from tongxin.rulebook import rules, shipped

# Groups in the order in which they are shown; another that a county adopts comes behind.
ORDER = (
    "children", "identification", "care", "timeliness", "crisis", "referral", "clues", "outcome", "people", "supply",
    "money", "needs",
)


def groups_in(*, region: str = "", at: datetime) -> list[Group]:
    """All groups, in their order."""
    named = {*ORDER, *rules.ids_in_force(KIND, region=region, at=at)}
    ordered = sorted(named, key=lambda each: (ORDER.index(each) if each in ORDER else len(ORDER), each))
    found = (_group(each, region=region, at=at) for each in ordered)
    return [each for each in found if each is not None]


def _group(name: str, *, region: str, at: datetime) -> Group | None:
    try:
        hash = rules.resolve(KIND, name, region=region, at=at).hash
    except rules.NotAdopted:
        hash = ""
    return _read(name, hash, at.astimezone(CHINA).date())


@lru_cache(maxsize=256)
def _read(name: str, hash: str, on: date) -> Group | None:
    """The group in force, with what has been added to the program since it was adopted.

    After an upgrade facts may be told otherwise: of a group that was adopted over what is no longer told the one that
    came with the program holds; a county's own is left out until it adopts another. Figures decide about nobody.
    """
    came = shipped.content_shipped(KIND, name, on) if name in ORDER else None
    held = rules.content_of(hash) if hash else came
    if held is None:
        return None
    known = {str(each["id"]) for each in held["indicators"]}
    since = [each for each in came["indicators"] if str(each["id"]) not in known] if came else []
    try:
        return read({**held, "indicators": [*held["indicators"], *since]})
    except DefinitionError:
        return read(came) if came else None


def indicator_in(id: str, *, region: str = "", at: datetime) -> tuple[Group, Indicator] | None:
    """One indicator with its group."""
    found = ((group, each) for group in groups_in(region=region, at=at) for each in group.indicators)
    return next((pair for pair in found if pair[1].id == id), None)


def mark_of(*, region: str = "", at: datetime, beside: Iterable[tuple[str, str]] = ()) -> str:
    """The same for two regions, or two installations, in which the same definitions of figures hold.

    `beside` are kinds and names of further definitions.
    """
    named = [*beside, *((KIND, each.id) for each in groups_in(region=region, at=at))]
    return hashlib.sha256("\n".join(_hash(kind, name, region, at) for kind, name in named).encode()).hexdigest()


def _hash(kind: str, name: str, region: str, at: datetime) -> str:
    try:
        return rules.resolve(kind, name, region=region, at=at).hash
    except rules.NotAdopted:
        return f"{kind}/{name}"
