"""What goes down to a phone: the children of its post, what changed of them, who left, the rules, what was settled.

A cursor names the last answer that came in and a place in the record; an answer that got lost is made again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.cases.models import Case
from tongxin.flows import arriving_words, shelved
from tongxin.flows.carrying_files import files_of
from tongxin.flows.carrying_frame import frame_for, ruled_for
from tongxin.people.models import Child
from tongxin.rights.models import Shelved
from tongxin.sync import cursors
from tongxin.sync.cursors import Cursor
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Arrival, Carried, Device, Receipt

MOVED = "已经不在您的辖区，由现在住处的岗位负责。"
ERASED = "档案已依法销毁。"
STORED = "档案已按规定改为只保存，不再使用。"
CHUNK = 500
Answer = dict[str, Any]


def bring_down(
    *, device: Device, viewer: Viewer, cursor: Cursor, have: frozenset[str], limit: int, at: datetime
) -> Answer:
    """The next answer for a phone; with nothing new it is all but empty."""
    limits = limits_at(at)
    head = cursors.head()
    caseload = _caseload(viewer, most=limits.children, at=at)
    held = _held(device, cursor)
    to_send = _to_send(caseload, held, cursor, head)
    sending = to_send[: max(1, min(limit, limits.page))]
    going = _going(device, cursor, set(caseload))
    children = _in_order(sending, viewer, at)
    asked = ruled_for(viewer=viewer, at=at).asked if children else {}
    files = files_of(children, asked=asked, viewer=viewer, at=at)
    more = len(to_send) > len(sending)
    turn = _note(device, cursor, sent=[child.id for child in children], gone=going, head=head, at=at)
    if not more:
        Device.objects.filter(id=device.id).update(synced_at=at)
    answer: Answer = {
        "now": at.isoformat(), "more": more,
        "cursor": cursors.written(Cursor(turn, cursor.position if more else head)),
    }
    settled = _settled(device, cursor, head, at)
    answer |= {"children": files} if files else {}
    answer |= {"gone": [{"id": str(id), "zh": zh} for id, zh in _why_gone(going).items()]} if going else {}
    answer |= {"settled": settled} if settled else {}
    return answer | frame_for(viewer=viewer, have=have, at=at)


def _caseload(viewer: Viewer, *, most: int, at: datetime) -> list[UUID]:
    """The children of the post, the most urgent first, as many as a phone may hold.

    A stored file that somebody opened is read at the desk, for as long as was allowed; a phone would keep it.
    """
    stored = Shelved.objects.filter(ended_at__isnull=True).values("child_id")
    cases = access.visible(Case.objects.exclude(id__in=stored), viewer=viewer, part="roster", at=at)
    return list(cases.order_by("rank", "due_at", "id").values_list("id", flat=True)[:most])


def _held(device: Device, cursor: Cursor) -> dict[UUID, int]:
    """The children whose files surely came in, with how much of the record each knew of."""
    rows = device.carried.filter(turn__lte=cursor.turn)
    return {
        child: position
        for child, position, gone in rows.values_list("child_id", "position", "gone_turn")
        if gone is None or gone > cursor.turn
    }


def _to_send(caseload: Sequence[UUID], held: dict[UUID, int], cursor: Cursor, head: int) -> list[UUID]:
    changed = cursors.changed_since(cursor.position, upto=head) if held else set()
    later = {position for child, position in held.items() if position > cursor.position and child in changed}
    since = {position: cursors.changed_since(position, upto=head) for position in later}
    return [
        child for child in caseload
        if child not in held or (child in changed and child in since.get(held[child], changed))
    ]


def _going(device: Device, cursor: Cursor, caseload: set[UUID]) -> list[UUID]:
    """Those whom the phone may still hold and who are no longer its own."""
    rows = device.carried.values_list("child_id", "gone_turn")
    return [child for child, gone in rows if child not in caseload and (gone is None or gone > cursor.turn)]


def _in_order(ids: Sequence[UUID], viewer: Viewer, at: datetime) -> list[Child]:
    rows = access.visible(Child.objects.filter(id__in=ids), viewer=viewer, part="roster", at=at)
    found = {child.id: child for child in rows}
    return [found[id] for id in ids if id in found]


@transaction.atomic
def _note(
    device: Device, cursor: Cursor, *, sent: Sequence[UUID], gone: Sequence[UUID], head: int, at: datetime
) -> int:
    """The number of this answer, with what it brings and takes away written down; unchanged when it does neither."""
    if not sent and not gone:
        return cursor.turn
    Device.objects.filter(id=device.id).update(turn=F("turn") + 1)
    turn = int(Device.objects.values_list("turn", flat=True).get(id=device.id))
    rows = [Carried(device=device, child_id=child, since=at, turn=turn, position=head) for child in sent]
    Carried.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["device", "child_id"],
        update_fields=["turn", "position", "gone_at", "gone_turn"], batch_size=CHUNK,
    )
    device.carried.filter(child_id__in=gone).update(gone_at=at, gone_turn=turn)
    return turn


def _why_gone(going: Sequence[UUID]) -> dict[UUID, str]:
    erased = {owner.id for owner in vault.destroyed([vault.Owner("child", child) for child in going])}
    stored = shelved.among(going)
    return {child: ERASED if child in erased else STORED if child in stored else MOVED for child in going}


def _settled(device: Device, cursor: Cursor, head: int, at: datetime) -> list[Answer]:
    """What became of entries that waited, as far as the phone has not heard yet."""
    since = at - limits_at(at).told_for
    rows = list(
        Receipt.objects.filter(device__person_id=device.person_id, settled_at__gt=since).select_related("arrival")
    )
    events = [row.settled_event for row in rows if row.settled_event]
    fresh = cursors.events_between(events, after=cursor.position, upto=head)
    return [
        {
            "id": str(row.entry_id), "state": row.state, "receipt": row.number,
            "zh": arriving_words.told_zh(row, who="", aside=_aside(row), at=at),
        }
        for row in rows if row.settled_event in fresh
    ]


def _aside(receipt: Receipt) -> str:
    arrival: Arrival | None = getattr(receipt, "arrival", None)
    return arrival.aside if arrival else ""
