"""Opening a child's file: the child, the key and the first entry in one transaction."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.flows import arriving_children as children
from tongxin.flows import shelved
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.lib import ids
from tongxin.people import services as people
from tongxin.people.models import Child
from tongxin.vault import Owner

STORED = (
    "这个证件号码已有一份只保存的档案，没有另建。请区县的个案管理员在“删除与保存”里写明理由，打开核对；取回以后，"
    "接着用那一份。"
)

THERE = "这个证件号码已有档案（{file_no}），没有另建。请从名册打开那一份接着用；号码写错的，改好再保存。"
PERHAPS = "这个证件号码可能已在册，没有另建。请联系区县个案管理员；号码写错的，改好再保存。"


def open_file(*, sheet: Sheet, actor: Viewer, at: datetime, child_id: UUID | None = None) -> Child:
    """A child with a file, from a filled 档案表; the child lives where the form says, within the actor's area.

    A phone without a network has named the child already.
    """
    if not access.may_do(viewer=actor, action="open_file", at=at):
        raise NotAllowed
    place = place_for(sheet, actor)
    same = children.same_number(sheet.answers, place)
    if same is not None:
        _refuse_second(same, is_decided=child_id is not None, actor=actor, at=at)
    child_id = child_id or ids.new_id()
    # The key stands in another database: made first, an orphan if the file is refused.
    vault.create_keys([Owner("child", child_id)], at=at)
    with transaction.atomic():
        child = people.open_file(actor=actor, at=at, child_id=child_id)
        for column, value in place.ancestors.items():
            setattr(child, column, value)
        child.save()
        record(child_id=child.id, sheet=sheet, actor=actor, at=at)
        child.refresh_from_db()
        return child


def _refuse_second(same: Child, *, is_decided: bool, actor: Viewer, at: datetime) -> None:
    """A number that is on file opens no second file, whichever organisation writes it; a phone's entry was decided
    about before. Whoever may not see the first learns no more than while filling in the form."""
    if shelved.of(same.id) is not None:
        raise Refused([Problem("id_no", STORED, True)])
    if is_decided:
        return
    if access.may(viewer=actor, child_id=same.id, part="roster", at=at):
        raise Refused([Problem("id_no", THERE.format(file_no=same.file_no), True)])
    ledger.record_look(
        viewer=actor, owners=[same.key_owner], purpose="open_ask", part="roster", route="children.new", at=at
    )
    raise Refused([Problem("id_no", PERHAPS, True)])


def place_for(sheet: Sheet, actor: Viewer) -> Division:
    """The residence written in the form, else the actor's own place."""
    code = str(sheet.answers.get("residence_division") or "")
    place = Division.objects.filter(code=code, valid_to__isnull=True).first() if code else None
    if code and place is None:
        raise Refused([Problem("residence_division", "没有找到这个村（社区），请从列表中选择。", True)])
    if place is None and actor.seat is not None:
        place = Division.objects.filter(id=actor.seat.division_id).first()
    if place is None:
        raise Refused([Problem("residence_division", "请选择居住的村（社区）。", True)])
    return place
