"""The end of an export: taken back, over, or overtaken by what became of a child in it; content and key go, the
register stays and says why."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.exports import selectors, store
from tongxin.exports.models import BOOKS, Content, Copy, Export, Included, Text
from tongxin.flows import agreements, recalls
from tongxin.flows.export_asking import record, rules_of
from tongxin.flows.export_rows import CHUNK, ERASED, NO_CONSENT, UNSEEN, unconsented
from tongxin.ledger.models import Entry, SetAside
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.rights.models import Tombstone
from tongxin.vault import Owner

HELD = (Export.READING, Export.MADE)
UNAGREED = "unagreed"
# Of what was set apart nothing may be told: it reads as any other file that can't be seen.
WHY = {
    ERASED: "名单里有儿童的档案已经删除", UNSEEN: "名单里有儿童的档案后来有了变化，或者您已不能查看",
    NO_CONSENT: "名单里有儿童已不同意对外共享", UNAGREED: "和接收单位的委托处理协议已经结束",
}
TAKEN_BACK = "{why}，这份导出已收回，内容和密钥已销毁。还需要的，请重新申请；已经下载的，请向拿到的人收回。"


def overtaken(row: Export, *, at: datetime) -> str:
    """Why what an export holds may not leave any more; empty while it may."""
    if not row.has_content:
        return ""
    children = list(row.included.filter(left_out="").order_by("child_id").values_list("child_id", flat=True))
    person = Person.objects.get(id=row.person_id)
    viewer = viewer_of(person=person, at=at, post_id=row.post_id)
    for start in range(0, len(children), CHUNK):
        if why := _changed(row, children[start : start + CHUNK], viewer, at):
            return why
    if (line := row.report.get("agreement")) and not agreements.stands(UUID(line), at=at):
        return UNAGREED
    return ""


def _changed(row: Export, ids: Sequence[UUID], viewer: Viewer, at: datetime) -> str:
    gone = vault.destroyed([Owner("child", each) for each in ids])
    if gone or Tombstone.objects.filter(child_id__in=ids).exists():
        return ERASED
    seen = access.visible(Child.objects.filter(id__in=ids), viewer=viewer, part="roster", at=at)
    may = row.post_id in viewer.post_ids and access.may_do(viewer=viewer, action=selectors.ASK, at=at)
    found = list(seen) if may else []
    apart = SetAside.objects.filter(at__gte=row.made_at).values("row_id")
    if len(found) < len(ids) or Entry.everything.filter(id__in=apart, subject_id__in=ids).exists():
        return UNSEEN
    purpose = rules_of(row, at).purposes.get(row.purpose)
    if row.is_named and purpose is not None and any(unconsented(child, purpose, at) for child in found):
        return NO_CONSENT
    return ""


def told(why: str) -> str:
    """The same for its requester: what happened and what to do now."""
    return TAKEN_BACK.format(why=WHY[why])


def recall(row: Export, why: str, *, at: datetime) -> None:
    """An export that was overtaken is ended, its key destroyed once that is kept, its requester told."""
    end(row, Export.REVOKED, WORKER, at, why=why)
    recalls.of_export(row, at=at)
    transaction.on_commit(lambda: vault.destroy(row.content_owner, at=at))


def recall_about(child_id: UUID, *, at: datetime) -> int:
    """How many exports were ended because a child in them is erased; part of the erasing transaction."""
    held = Included.objects.filter(child_id=child_id, left_out="").values_list("export_id", flat=True)
    # Of books some lie here while others are still bound.
    holding = Q(state__in=HELD) | Q(state=Export.AGREED, way=BOOKS)
    live = Export.objects.select_for_update().filter(holding, id__in=list(held))
    found = list(live.order_by("id"))
    for row in found:
        recall(row, ERASED, at=at)
    return len(found)


def recall_overtaken(*, at: datetime, after: UUID | None) -> UUID | None:
    """Look at one export with content, the next after `after`; round and round, so that each has its turn."""
    live = Export.objects.filter(state__in=HELD).order_by("id")
    rest = live.filter(id__gt=after) if after else live
    next_id = rest.values_list("id", flat=True).first()
    if next_id is None:
        return None
    with transaction.atomic():
        row = Export.objects.select_for_update().get(id=next_id)
        if why := overtaken(row, at=at):
            recall(row, why, at=at)
    return next_id


def end(row: Export, state: str, actor: Viewer, at: datetime, *, why: str = "") -> None:
    """The content goes, the row stays with its hashes; a password that nobody saw opens nothing any more."""
    Content.objects.filter(export=row).delete()
    if row.way == BOOKS:
        transaction.on_commit(lambda: store.remove(row.id))
    Text.objects.filter(export=row).update(content=None, found=None, more=None)
    Copy.objects.filter(export=row, shown_at__isnull=True).update(password=None)
    row.state, row.ended_at, row.ended_by = state, at, actor.person_id
    row.report = {**row.report, "why": told(why)} if why else row.report
    row.save(update_fields=["state", "ended_at", "ended_by", "report"])
    if not why:
        record("export.revoked" if state == Export.REVOKED else "export.destroyed", row, actor, at)
        return
    # Why is for its requester and the register: nothing on the ledger says that something was set apart.
    event = record("export.recalled", row, actor, at)
    notices.tell_posts(posts=[row.post_id], event=event, at=at)
