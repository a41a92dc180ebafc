"""Held rows settled by a person: a name put in, the same child confirmed, or a file opened for another child."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.intake import keeping
from tongxin.intake.county import County
from tongxin.intake.deciding import Decided, Deciding, Listed
from tongxin.intake.faults import NotTaken
from tongxin.intake.lines import Line, as_text, from_text, line_of, renamed
from tongxin.intake.models import HeldRow, Upload
from tongxin.intake.opening import Fresh
from tongxin.intake.reading import Row
from tongxin.intake.reading.values import read_name
from tongxin.intake.workshop import Workshop
from tongxin.lib import bulk
from tongxin.people import matching
from tongxin.people.models import Child

NAME, SAME, OTHER = "name", "same", "other"
PURPOSE = "roster_mend"
STORED = (
    "这名儿童可能有一份只保存的档案，内容不在这里显示。请区县的个案管理员在“删除与保存”里写明理由，打开核对："
    "是同一名儿童，就先取回，再在这里选“同一名儿童”；不是，选“另一名儿童”。"
)
UNCHANGED = "这一行没有改。"
# As for an import: named again in the map of reactions.
LATER = ("tell_settled",)


def rows_of(held: Sequence[HeldRow], *, viewer: Viewer, at: datetime, route: str = "") -> list[Row | None]:
    """What held rows say, by one look; None where the file's key was destroyed."""
    texts = vault.open(
        [each.content for each in held], viewer=viewer, purpose=PURPOSE, at=at, part="roster", route=route
    )
    return [None if text is None else from_text(text) for text in texts]


def settle(held: HeldRow, *, decision: str, name: str = "", actor: Viewer, at: datetime) -> HeldRow:
    """The row as it stands after a person's decision; a name that is already on file holds it for another."""
    if held.state != HeldRow.OPEN:
        raise NotTaken("这一行已经处理过，没有再改。")
    (row,) = rows_of([held], viewer=actor, at=at)
    if row is None:
        raise NotTaken("这份花名册的原件已按规定销毁，这一行不能再处理。")
    county = County(division=Division.objects.get(id=held.upload.county_id), actor=actor, at=at)
    if name.strip():
        row = _with_name(row, name)
    line = line_of(row, sheet=held.sheet, key=county.key)
    decided = _decided(held, line, decision, county)
    with Workshop(county=county, has_second=False) as workshop:
        ready = workshop.start(decided.fresh)()
    with transaction.atomic():
        stands = HeldRow.objects.select_for_update().select_related("upload").get(id=held.id)
        if stands.state != HeldRow.OPEN:
            raise NotTaken("这一行刚刚由别人处理过，没有再改。")
        ready.write()
        if decided.held:
            _hold_again(stands, line, *decided.held[0][1:])
        else:
            for laid in keeping.kept(decided, upload=held.upload, county=county):
                bulk.write(laid)
            _close(stands, decided, actor, at)
    return stands


def _with_name(row: Row, name: str) -> Row:
    read = read_name(name.replace("\x00", ""))
    if read is None:
        raise NotTaken("姓名没有写对：不能为空、不能全是数字，也不能过长。这一行没有改。")
    return renamed(row, read)


def _decided(held: HeldRow, line: Line, decision: str, county: County) -> Decided:
    if decision == SAME:
        if held.child_id is not None and matching.is_stored(held.child_id):
            raise NotTaken(STORED + UNCHANGED)
        if held.child_id is None or not Child.objects.filter(id=held.child_id).exists():
            raise NotTaken("没有可以对上的儿童，不能选“同一名儿童”。请补上姓名，或选“另一名儿童”。")
        return Decided(listed=[Listed(line, held.child_id)])
    if line.row.name is None:
        raise NotTaken("请先写上姓名，才能建档。这一行没有改。")
    if decision == OTHER:
        return _another(held, line, county)
    deciding = Deciding(held.upload, county, {line.row.sheet: held.sheet})
    deciding.resume()
    return deciding.decide([line])


def _another(held: HeldRow, line: Line, county: County) -> Decided:
    """A file of its own; a number that is another child's goes to the corrections, as written."""
    row = replace(line.row, duplicate_of=None, problems=tuple(c for c in line.row.problems if c != "duplicate"))
    marks = [line.id_mark] if line.id_mark else []
    if next(matching.sharing("id_token", marks, county_id=county.division.id), None):
        row = replace(row, id_no=None, id_state="missing", problems=(*row.problems, "no_id"))
    own = line_of(row, sheet=held.sheet, key=county.key)
    place = county.place_of(row)
    details = county.details(row, place)
    county.plan(place, details)
    return Decided(fresh=[Fresh(held.upload.id, own, place, details)])


def _hold_again(held: HeldRow, line: Line, reason: str, child_id: UUID | None) -> None:
    held.reason, held.child_id = reason, child_id
    place = (HeldRow._meta.label_lower, "content", held.id)
    held.content = vault.seal(as_text(line.row), owner=held.key_owner, place=place)
    held.save(update_fields=["reason", "child_id", "content"])


def _close(held: HeldRow, decided: Decided, actor: Viewer, at: datetime) -> None:
    """Settled; when it was the last, the time runs after which the original is destroyed."""
    is_opened = bool(decided.fresh)
    held.state = HeldRow.OPENED if is_opened else HeldRow.SAME
    held.child_id = decided.fresh[0].child_id if is_opened else decided.listed[0].child_id
    held.settled_at, held.settled_by = at, actor.person_id
    held.save(update_fields=["state", "child_id", "settled_at", "settled_by"])
    settled = ledger.record(
        kind="row.settled", subject=held.key_owner, actor=actor, at=at, is_fact=True,
        clear={"row": held.id, "outcome": held.state, "child": held.child_id},
    )
    ledger.enqueue(settled, LATER)
    if not HeldRow.objects.filter(upload_id=held.upload_id, state=HeldRow.OPEN).exists():
        Upload.objects.filter(id=held.upload_id).update(settled_at=at)
