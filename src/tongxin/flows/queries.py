"""Questions about figures kept under a name: for oneself, or for the posts of one's county; changed by their owner.

A kept question holds codes only. It is computed for whoever opens it, within their own area and rights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.flows.made_once import made_before, made_once
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.indicators.questions import dimensions_in
from tongxin.indicators.service import SEE, region_of
from tongxin.lists.models import KeptQuery, KeptQueryVersion

NO_NAME = "没有保存：请写一个名称，不要写孩子的姓名。"
TOO_LONG = "没有保存：名称最多 {most} 字，现在 {many} 字。"
TOO_MANY = "没有保存：最多存 {most} 个，可先删去不用的。"


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept question as it reads now."""

    row: KeptQuery
    version: KeptQueryVersion
    is_mine: bool


def offered(*, viewer: Viewer, at: datetime) -> list[Kept]:
    """The viewer's own, then those shared by posts of the same county, by when they were kept."""
    if viewer.seat is None or viewer.person_id is None or not access.may_do(viewer=viewer, action=SEE, at=at):
        return []
    rows = KeptQuery.objects.filter(division_id=_county(viewer)).order_by("created_at", "id")
    newest = {
        each.query_id: each
        for each in KeptQueryVersion.objects.filter(query__in=rows).order_by("at", "id")
    }
    found = [
        Kept(row, newest[row.id], row.person_id == viewer.person_id) for row in rows
        if row.id in newest and not newest[row.id].is_removed
        and (newest[row.id].is_shared or row.person_id == viewer.person_id)
    ]
    return sorted(found, key=lambda each: not each.is_mine)


def kept(query_id: UUID, *, viewer: Viewer, at: datetime) -> Kept:
    """One that the viewer may open."""
    found = next((each for each in offered(viewer=viewer, at=at) if each.row.id == query_id), None)
    if found is None:
        raise NotAllowed
    return found


@made_once
@transaction.atomic
def keep(
    *, query_id: UUID, name: str, asked: Mapping[str, Sequence[str]], is_shared: bool, actor: Viewer, at: datetime
) -> KeptQuery:
    """The question kept; sent twice, it is kept once."""
    person_id, post_id = _who(actor, at)
    if made := made_before(KeptQuery, query_id, person_id=person_id):
        return made
    most = dimensions_in(region=region_of(actor), at=at).kept_most
    if sum(each.is_mine for each in offered(viewer=actor, at=at)) >= most:
        raise Refused.because(TOO_MANY.format(most=most))
    name = _name(name, actor, at)
    row = KeptQuery.objects.create(
        id=query_id, person_id=person_id, post_id=post_id, division_id=_county(actor), created_at=at
    )
    _add(row, name, dict(asked), is_shared=is_shared, person_id=person_id, at=at)
    return row


@transaction.atomic
def change(
    *, query_id: UUID, name: str, asked: Mapping[str, Sequence[str]], is_shared: bool, actor: Viewer, at: datetime
) -> None:
    """Another version of one's own; earlier ones stay in the record."""
    person_id, _post = _who(actor, at)
    row = _mine(query_id, actor, at)
    _add(row, _name(name, actor, at), dict(asked), is_shared=is_shared, person_id=person_id, at=at)


@transaction.atomic
def remove(*, query_id: UUID, actor: Viewer, at: datetime) -> None:
    """One's own is offered to nobody any more; that it was there stays in the record."""
    person_id, _post = _who(actor, at)
    row = _mine(query_id, actor, at)
    KeptQueryVersion(query=row, asked={}, is_removed=True, person_id=person_id, at=at).save()


def _who(actor: Viewer, at: datetime) -> tuple[UUID, UUID]:
    if not access.may_do(viewer=actor, action=SEE, at=at) or actor.person_id is None or actor.post_id is None:
        raise NotAllowed
    return actor.person_id, actor.post_id


def _county(viewer: Viewer) -> int:
    if viewer.seat is None:
        raise NotAllowed
    row = Division.objects.get(id=viewer.seat.division_id)
    return row.county_id or row.id


def _mine(query_id: UUID, actor: Viewer, at: datetime) -> KeptQuery:
    found = kept(query_id, viewer=actor, at=at)
    if not found.is_mine:
        raise NotAllowed
    return KeptQuery.objects.select_for_update().get(id=found.row.id)


def _name(name: str, actor: Viewer, at: datetime) -> str:
    name, most = " ".join(name.split()), dimensions_in(region=region_of(actor), at=at).name_most
    if not name:
        raise Refused.because(NO_NAME)
    if len(name) > most:
        raise Refused.because(TOO_LONG.format(most=most, many=len(name)))
    return name


def _add(
    row: KeptQuery, name: str, asked: Mapping[str, Sequence[str]], *, is_shared: bool, person_id: UUID, at: datetime
) -> None:
    made = KeptQueryVersion(query=row, asked=asked, is_shared=is_shared, person_id=person_id, at=at)
    vault.put(made, {"name": name}, keyring=vault.create_keys([made.key_owner], at=at))
    made.save()
