"""The groups of indicators in force."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from tongxin.core.indicators import KIND, Group, Indicator, read
from tongxin.core.language.errors import DefinitionError
from tongxin.rulebook import rules, shipped

# Groups in the order in which they are shown; another that a county adopts comes behind.
ORDER = (
    "children", "identification", "care", "timeliness", "crisis", "referral", "clues", "outcome", "people", "supply",
    "money",
)


def groups_in(*, region: str = "", at: datetime) -> list[Group]:
    """All groups, in their order."""
    named = rules.ids_in_force(KIND, region=region, at=at) or ORDER
    ordered = sorted(named, key=lambda each: (ORDER.index(each) if each in ORDER else len(ORDER), each))
    found = (_group(each, region=region, at=at) for each in ordered)
    return [each for each in found if each is not None]


def _group(name: str, *, region: str, at: datetime) -> Group | None:
    """The group in force.

    After an upgrade facts may be told otherwise: of a group that was adopted over what is no longer told the one that
    came with the program holds; a county's own is left out until it adopts another. Figures decide about nobody.
    """
    try:
        return shipped.read_in_force(read, KIND, name, region=region, at=at)
    except DefinitionError:
        return shipped.read_shipped(read, KIND, name, at=at) if name in ORDER else None


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
