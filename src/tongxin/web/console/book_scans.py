"""Attachments on their way into a book: which are printed behind which record, and why the others are not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tongxin.documents import content, scans, selectors
from tongxin.documents.faults import NotTaken
from tongxin.documents.kinds import attachments_in
from tongxin.documents.papers import Binding
from tongxin.documents.scans import Scan
from tongxin.web import words
from tongxin.web.console.book_holdings import Held
from tongxin.web.console.file import File, entry_zh

PURPOSE, ROUTE = "print", "paper"
PRINTABLE = frozenset({content.PDF, content.JPEG, content.PNG})
SOUND, MOVED, FULL = "录音不能印", "所附的记录已移至另一名儿童", "这一册印不下"
Row = dict[str, Any]


@dataclass(slots=True)
class Bound:
    """What of the attachments goes into a book: behind which record each stands, and what only the index names."""

    scans: list[Scan] = field(default_factory=list)
    behind: dict[UUID | None, list[Row]] = field(default_factory=dict)
    left: list[Row] = field(default_factory=list)

    @property
    def loose(self) -> list[Row]:
        """Those that stand behind no record."""
        return self.behind.get(None, [])


def bound(file: File, of: Held, titles: Sequence[str | None], *, most: Binding) -> Bound:
    """The attachments of a book, those of records first, as many as one book takes; each is opened as a look."""
    made, room, pages = Bound(), most.bytes, most.pages
    told = dict(zip((each.id for each in of.attachments), _told(file, of, titles), strict=True))
    for row in sorted(of.attachments, key=lambda each: (each.entry_id is None, each.number)):
        key, said = f"a{row.number}", {"zh": told[row.id], "day": words.day_zh(row.added_at), "who": ""}
        try:
            scan = _opened(file, of, row, key, room)
            count = scans.pages_in(scan.content, scan.media_type)
            if count > pages:
                raise NotTaken(FULL)
        except NotTaken as why:
            reason = str(why).partition("，")[0]
            made.left.append(said | {"number": "", "at": "", "zh": f"{told[row.id]}：{reason}"})
            continue
        room, pages = room - row.size, pages - count
        made.scans.append(scan)
        to = of.stands_for(row.entry_id)
        made.behind.setdefault(to, []).append(said | {"number": "", "at": key, "key": key, "pages": count})
    return made


def _opened(file: File, of: Held, row: Any, key: str, room: int) -> Scan:
    if row.entry_id in {each.id for each in of.moved}:
        raise NotTaken(MOVED)
    if row.media_type not in PRINTABLE:
        raise NotTaken(SOUND)
    if row.size > room:
        raise NotTaken(FULL)
    request = file.request
    opened = selectors.opened(row, viewer=request.viewer, at=request.at, purpose=PURPOSE, route=ROUTE)
    return Scan(key, row.media_type, opened)


def _told(file: File, of: Held, titles: Sequence[str | None]) -> list[str]:
    """What each attachment is, in words."""
    kinds = attachments_in(region=file.region, at=file.request.at).kinds if of.attachments else {}
    zh = {each.id: entry_zh(each) for each in file.readable}
    told = []
    for row, title in zip(of.attachments, titles, strict=True):
        kind, to = kinds.get(row.kind), zh.get(row.entry_id, "")
        said = "　".join(each for each in (kind.zh if kind else "其他", title or "", to and f"附在{to}") if each)
        told.append(f"附件{row.number}　{said}（{content.NAMES[row.media_type]}）")
    return told
