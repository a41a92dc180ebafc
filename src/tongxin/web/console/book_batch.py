"""One child's book in a batch: what its requester's own page would print, less what no batch may hold."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.accounts.viewers import Viewer
from tongxin.documents.papers import Purpose, papers_in
from tongxin.exports.rules import Purpose as ExportPurpose
from tongxin.web.console.book_content import book_of
from tongxin.web.console.file import read_file
from tongxin.web.doors import Request

WITHHELD = "成批打印不带：{parts}；要带的，在这名儿童的档案里单独打印。"


def bind(
    *, child_id: UUID, viewer: Viewer, at: datetime, purpose: ExportPurpose, trace: str
) -> Mapping[str, Any]:
    """What `book.typ` draws; the copy is counted and each part written down as looked at, as on the page."""
    request = Request()
    request.viewer, request.at = viewer, at
    file = read_file(request, child_id)
    withheld = file.parts - purpose.parts
    recorded = set(file.access.form_parts.values())
    names = [zh.partition("（")[0] for part, zh in file.access.parts.items() if part in withheld & recorded]
    narrowed = replace(file, parts=file.parts & purpose.parts)
    _, content = book_of(
        narrowed, papers_in(region=file.region, at=at), Purpose(purpose.id, purpose.zh, False), batch=trace,
        withheld=withheld, left_out=[WITHHELD.format(parts="、".join(names))] if names else [],
    )
    return content
