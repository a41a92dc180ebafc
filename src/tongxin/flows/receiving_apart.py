"""A paper about a juvenile's offence, as a court or the police send it: into custody at once."""

import json
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.documents import content
from tongxin.documents.faults import NotTaken
from tongxin.documents.kinds import attachments_in
from tongxin.flows import setting_apart, shelved
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.setting_apart import Notice
from tongxin.keeping.models import Custody, CustodyScan
from tongxin.keeping.sealing import rules_at
from tongxin.people.models import Child
from tongxin.rulebook import rules

LABEL, CONTENT = CustodyScan._meta.label_lower, "content"
NOT_WHOLE = "没有保存：请选发来材料的机关，填文号和日期，写明是什么材料，并写内容或上传扫描件。"


def may_receive(*, viewer: Viewer, child: Child, at: datetime) -> bool:
    """Whether somebody takes such papers in: whom the definition names, among those who keep what is set apart."""
    found = rules_at(at, region=rules.region_of(child.county_id))
    return _is_named(viewer, found.receivers) and setting_apart.may_keep(viewer=viewer, child_id=child.id, at=at)


def _is_named(viewer: Viewer, receivers: Iterable[str] | None) -> bool:
    return receivers is None or any(seat.role in receivers for seat in viewer.seats)


def receive(
    *, child: Child, notice: Notice, title: str, words: str, scan: tuple[str, bytes] | None, actor: Viewer,
    at: datetime,
) -> Custody:
    """A paper in custody from the moment it is there; no list, file, figure or phone ever had it."""
    if not may_receive(viewer=actor, child=child, at=at):
        raise NotAllowed
    child = shelved.as_lived(child)
    found = rules_at(at, region=rules.region_of(child.county_id))
    if not setting_apart.is_whole(notice, found, at) or not title.strip() or not (words.strip() or scan):
        raise Refused.because(NOT_WHOLE)
    kept = _examined(scan, child, at) if scan else None
    row = setting_apart.row_for(child, actor, at)
    row.is_received = True
    keys = vault.create_keys([row.key_owner], at=at)
    with transaction.atomic():
        vault.put(row, {"content": json.dumps({
            **setting_apart.said_of(child, notice), "entries": [], "attachments": [], "rows": [],
            "received": {"title": title.strip(), "words": words.strip()},
        })}, keyring=keys)
        row.save(force_insert=True)
        if kept is not None:
            paper = CustodyScan(custody=row, media_type=kept.media_type, size=len(kept.kept))
            paper.content = vault.seal(kept.kept, owner=row.key_owner, place=(LABEL, CONTENT, paper.id))
            paper.save(force_insert=True)
        setting_apart.note("custody.received", row, actor, at)
    return row


def _examined(scan: tuple[str, bytes], child: Child, at: datetime) -> content.Content:
    name, given = scan
    limits = attachments_in(region=rules.region_of(child.county_id), at=at).limits
    try:
        return content.examine(given, name=name, limits=limits)
    except NotTaken as refused:
        raise Refused([Problem("file", str(refused), False)]) from None
