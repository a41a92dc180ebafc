"""The same for the same child: found across funds by purpose and span; how much a child has had of a ceiling.

Files that were joined are one child, also where they were joined only after the child had been listed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin.core.pathway import CHINA
from tongxin.funds.models import Grant, Payout
from tongxin.people.models import Alias

Files = frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Other:
    """What a child has elsewhere of a purpose in a span: how many grants, how many of them without a reason for being
    another, and 分; beside it 分 of all purposes of the year, this list left out."""

    many: int = 0
    unsaid: int = 0
    fen: int = 0
    year: int = 0


def files_of(ids: Iterable[UUID]) -> dict[UUID, Files]:
    """By file all files that were found to be of the same child, itself among them."""
    wanted = set(ids)
    found: dict[UUID, Files] = {id: frozenset({id}) for id in wanted}
    fresh = set(wanted)
    while fresh:
        rows = Alias.objects.filter(Q(child_id__in=fresh) | Q(same_as_id__in=fresh), undone_by__isnull=True)
        known = set(found)
        for one, other in rows.values_list("child_id", "same_as_id"):
            both = found.get(one, frozenset({one})) | found.get(other, frozenset({other}))
            found |= dict.fromkeys(both, both)
        fresh = set(found) - known
    return {id: found[id] for id in wanted}


def same_children(child_id: UUID) -> Files:
    """The files that were found to be of one child."""
    return files_of([child_id])[child_id]


def _elsewhere(files: Iterable[UUID], payout: Payout) -> QuerySet[Grant]:
    rows = Grant.objects.filter(child_id__in=files, state__in=[Grant.LISTED, Grant.PAID]).exclude(payout=payout)
    return rows.exclude(payout__state=Payout.DROPPED)


def others_of(files: Mapping[UUID, Files], payout: Payout) -> dict[Files, Other]:
    """By child what there is of it in other lists, in whatever fund."""
    found: dict[Files, Other] = {}
    each_of = {id: group for group in files.values() for id in group}
    this_year = payout.made_at.astimezone(CHINA).year
    like = Q(payout__purpose=payout.purpose, payout__period=payout.period)
    rows = _elsewhere(each_of, payout).filter(like | Q(payout__made_at__year=this_year)).values_list(
        "child_id", "amount", "again", "payout__purpose", "payout__period", "payout__made_at__year"
    )
    for child_id, amount, again, purpose, period, year in rows:
        before = found.get(each_of[child_id], Other())
        is_like = bool(payout.period) and (purpose, period) == (payout.purpose, payout.period)
        found[each_of[child_id]] = Other(
            before.many + is_like, before.unsaid + (is_like and not again), before.fen + (amount if is_like else 0),
            before.year + (amount if year == this_year else 0),
        )
    return found


def doubled(payout: Payout) -> list[tuple[int, int]]:
    """The numbers of a list under which the same child stands twice."""
    rows = list(payout.grants.exclude(state=Grant.REMOVED).order_by("number").values_list("child_id", "number"))
    files, found = files_of(id for id, _ in rows), []
    first: dict[Files, int] = {}
    for child_id, number in rows:
        if files[child_id] in first:
            found.append((first[files[child_id]], number))
        first.setdefault(files[child_id], number)
    return found
