"""Looking at a site on a day: what was found has to be mended by a day; pictures without anybody in them."""

import hashlib
import json
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.documents.content import JPEG, PNG, Content
from tongxin.flows.made_once import made_before
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sites.keeping import ring_of, tell
from tongxin.flows.sites.reach import KEEP, kept, kept_site, must, rules_of
from tongxin.lib.numbers import day_in
from tongxin.places.models import Finding, Inspection, Photo, Site
from tongxin.registers import answers
from tongxin.registers.answers import Given

NO_DAY = "没有保存：改好的日期不能早于检查、晚于今天。"
NOT_EMPTY = "没有保存：请确认照片里没有孩子，也看不到孩子的姓名和作品上的名字。有孩子的照片不传到这里。"
NO_SUBJECT = "没有保存：请选拍的是什么。"
NO_PICTURE = "没有保存：这里只收照片（JPEG、PNG）。"


@transaction.atomic
def inspect(*, site_id: UUID, inspection_id: UUID, given: Given, actor: Viewer, at: datetime) -> Inspection:
    """One inspection, once however often it is sent; each thing found has a day and an owner."""
    person_id, post_id = must(actor, KEEP, at=at)
    site = kept_site(site_id=site_id, viewer=actor, at=at)
    if (known := made_before(Inspection, inspection_id, site_id=site.id)) is not None:
        return known
    found = rules_of(site.county_id, at=at)
    read = answers.read(found.inspection, given, at=at)
    if read.problems:
        raise Refused(read.problems)
    done_on = day_in(str(read.clear["done_on"]))
    if done_on is None:
        raise Refused([Problem("done_on", NO_DAY, True)])
    row = Inspection(
        id=inspection_id, site=site, done_on=done_on, clear=read.clear, at=at, person_id=person_id, post_id=post_id
    )
    vault.put(row, {"words": json.dumps(read.words, ensure_ascii=False)})
    row.save()
    for kind in read.clear.get("found", ()):
        due = done_on + found.within[kind]
        Finding.objects.create(
            inspection=row, site=site, kind=kind, due_on=due, owner_post_id=site.keeper_post_id, ring_at=ring_of(due)
        )
    _next(site, done_on + found.kinds[site.kind].every if site.kind in found.kinds else None)
    tell("site.inspected", site, actor, at, found=len(read.clear.get("found", ())))
    return row


def _next(site: Site, day: date | None) -> None:
    if day is not None and (site.inspect_by is None or day > site.inspect_by):
        site.inspect_by, site.ring_at, site.climbed = day, ring_of(day), 0
        site.save(update_fields=["inspect_by", "ring_at", "climbed"])


@transaction.atomic
def mend(*, finding_id: UUID, mended_on: str, actor: Viewer, at: datetime) -> Finding:
    """It is in order again since a day; said twice it is said once."""
    person_id, _post = must(actor, KEEP, at=at)
    mine = kept(viewer=actor, at=at).values("id")
    row = Finding.objects.select_for_update(of=("self",)).filter(id=finding_id, site__in=mine).first()
    if row is None:
        raise NotAllowed
    if row.mended_on is not None:
        return row
    day = day_in(mended_on)
    if day is None or not row.inspection.done_on <= day <= at.astimezone(CHINA).date():
        raise Refused([Problem(f"mended-{row.id}", NO_DAY, True)])
    row.mended_on, row.mended_by, row.mended_at, row.ring_at = day, person_id, at, None
    row.save()
    tell("site.mended", row.site, actor, at, what=row.kind)
    return row


@transaction.atomic
def show_picture(
    *, site_id: UUID, subject: str, is_empty_of_children: bool, content: Content, actor: Viewer, at: datetime
) -> Photo:
    """A picture of the site, sealed; whoever sends it says that no child is in it. The same one twice is one."""
    person_id, post_id = must(actor, KEEP, at=at)
    site = kept_site(site_id=site_id, viewer=actor, at=at)
    if subject not in rules_of(site.county_id, at=at).photos:
        raise Refused([Problem("subject", NO_SUBJECT, True)])
    if not is_empty_of_children:
        raise Refused([Problem("empty", NOT_EMPTY, False)])
    if content.media_type not in (JPEG, PNG):
        raise Refused([Problem("photo", NO_PICTURE, False)])
    digest = hashlib.sha256(content.kept).hexdigest()
    if (known := site.photos.filter(sha256=digest).first()) is not None:
        return known
    row = Photo(
        site=site, subject=subject, media_type=content.media_type, sha256=digest, at=at, person_id=person_id,
        post_id=post_id,
    )
    row.content = vault.seal(content.kept, owner=site.key_owner, place=(Photo._meta.label_lower, "content", row.id))
    row.save()
    tell("site.changed", site, actor, at, what="pictured", kind=site.kind)
    return row
