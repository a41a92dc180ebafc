"""Texts of an export read many at a time: a page of them, each with its own tick; and the rest left behind at once."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.exports.models import Export, Text
from tongxin.flows import export_ending, export_texts, scrubbing
from tongxin.flows.export_asking import record
from tongxin.flows.export_texts import Piece
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused

A_PAGE = 20
NOT_SEEN = "没有保存：请把这一页都看过，再勾“本页都看过”。"
NO_TICK = "没有保存：这一页一条也没有勾。可以带出的勾“可以带出”，不带的勾“不带”，拿不准的先空着。"
BOTH = "没有保存：有的一条同时勾了“可以带出”和“不带”，请只留一个。"


def page_of(row: Export, *, viewer: Viewer, at: datetime) -> list[Piece]:
    """The next texts that wait, as its requester reads them."""
    if row.state != Export.READING or viewer.person_id != row.person_id:
        raise NotAllowed
    if why := export_ending.overtaken(row, at=at):
        raise Refused.because(export_ending.told(why))
    waiting = row.texts.filter(state=Text.WAITS).order_by("number")
    left, done, marks = waiting.count(), row.texts.count(), scrubbing.rules_at(at)
    return [export_texts.piece_of(text, marks, left, done, viewer, at) for text in waiting[:A_PAGE]]


def confirm_page(
    *, export_id: UUID, along: Collection[UUID], out: Collection[UUID], is_seen: bool, actor: Viewer, at: datetime
) -> Export:
    """A person's ticks on one page of texts, each as it is marked; what has no tick goes on waiting."""
    if not is_seen:
        raise Refused.because(NOT_SEEN)
    if not along and not out:
        raise Refused.because(NO_TICK)
    if set(along) & set(out):
        raise Refused.because(BOTH)

    def ticked(row: Export) -> Export:
        # Only what a page can have shown: nobody ticks what they had no chance to read.
        shown = list(_waiting(row)[:A_PAGE])
        if {*along, *out} - {each.id for each in shown}:
            raise NotAllowed
        for text in shown:
            if text.id in along or text.id in out:
                export_texts.settle(text, row, [], leaves_out=text.id in out, actor=actor, at=at)
        return export_texts.finish_read(row, actor, at)

    return _decided(export_id, ticked, actor, at)


def leave_rest(*, export_id: UUID, actor: Viewer, at: datetime) -> Export:
    """Everything that nobody has confirmed stays here, in one decision that is counted."""

    def left(row: Export) -> Export:
        waiting = row.texts.filter(state=Text.WAITS)
        number = waiting.update(state=Text.LEFT_OUT, read_at=at, read_by=person_of(actor))
        if not number:
            raise NotAllowed
        row.report = {**row.report, "texts_left_out": row.report.get("texts_left_out", 0) + number}
        row.save(update_fields=["report"])
        record("export.confirmed", row, actor, at, outcome=Text.LEFT_OUT, texts=number)
        return export_texts.finish_read(row, actor, at)

    return _decided(export_id, left, actor, at)


def _waiting(row: Export) -> QuerySet[Text]:
    return row.texts.select_for_update().filter(state=Text.WAITS).order_by("number")


def _decided(export_id: UUID, decide: Callable[[Export], Export], actor: Viewer, at: datetime) -> Export:
    with transaction.atomic():
        row = Export.objects.select_for_update().filter(id=export_id, state=Export.READING).first()
        late = row is not None and row.until_on < at.astimezone(CHINA).date()
        if row is None or late or actor.person_id != row.person_id:
            raise NotAllowed
        why = export_ending.overtaken(row, at=at)
        if not why:
            return decide(row)
        export_ending.recall(row, why, at=at)
    raise Refused.because(export_ending.told(why))
