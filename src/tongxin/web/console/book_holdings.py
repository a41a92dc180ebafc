"""What a whole file holds for its book, before anything sealed is opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tongxin.core.pathway import WITHDRAWN
from tongxin.documents import selectors
from tongxin.documents.papers import Paper, Papers
from tongxin.flows import course_reading, mediating
from tongxin.ledger.models import Entry
from tongxin.web.console.file import File

# Stands for the paper that says all that is known now, which is no record.
WHOLE = UUID(int=0)
# The parts in which not every record is open to whoever reads the part.
KEPT_APART = frozenset({course_reading.PART, mediating.PART})


@dataclass(frozen=True, slots=True)
class Held:
    """What a book is made of, before anything sealed is opened."""

    whole: Paper | None
    # By chapter, then by day; without those that were taken to another child.
    entries: tuple[Entry, ...]
    moved: tuple[Entry, ...]
    attachments: tuple[Any, ...]
    # The records whose words stand in the whole: what belongs to them stands behind it.
    newest: frozenset[UUID] = frozenset()

    @property
    def is_empty(self) -> bool:
        return self.whole is None and not self.entries

    def stands_for(self, entry_id: UUID | None) -> UUID | None:
        """The record behind which something of a record is bound; None: behind none of them."""
        if entry_id in self.newest:
            return WHOLE
        return entry_id if entry_id in {each.id for each in self.entries} else None


def held(file: File, found: Papers) -> Held:
    """The papers of a file in the order of the book, as far as the viewer may read them."""
    whole = next((each for each in found.papers.values() if each.is_whole), None)
    superseded = {each.supersedes_id: each for each in file.entries if each.supersedes_id}
    gone = _moved_away(file.entries)
    told = [each for each in file.readable if each.clear.get("form") and each.correction_kind not in WITHDRAWN]
    # The newest case file stands in the one that says all that is known now.
    newest = [each for each in told if whole and each.form_id in whole.forms and each.id not in superseded][-1:]
    kept = [each for each in told if each.id not in gone and each not in newest]
    return Held(
        whole=whole,
        entries=tuple(sorted(kept, key=lambda each: (
            found.book.chapter_of(each.form_id), each.occurred_at, each.subject_seq,
        ))),
        moved=tuple(each for each in told if each.id in gone), attachments=tuple(_attachments(file)),
        newest=frozenset(each.id for each in newest),
    )


def _moved_away(entries: Iterable[Entry]) -> set[UUID]:
    """The records that were taken to another child, with what they had corrected: all of it is of that child."""
    rows = {each.id: each for each in entries}
    gone: set[UUID] = set()
    for each in rows.values():
        at = each.supersedes_id if each.correction_kind == "moved" else None
        while at in rows and at not in gone:
            gone.add(at)
            at = rows[at].supersedes_id
    return gone


def _attachments(file: File) -> list[Any]:
    """The attachments that stand in the parts of this book, none of a record that is closed to the viewer."""
    readable = {each.id for each in file.readable}
    return [
        each for each in reversed(selectors.readable(
            child_id=file.child.id, viewer=file.request.viewer, at=file.request.at
        ))
        if each.retracted_at is None and each.part in file.parts
        and (each.entry_id in readable if each.entry_id or each.part in KEPT_APART else True)
    ]


def chapters(of: Held, found: Papers) -> list[tuple[str, int]]:
    """What the book will have: each chapter with how many papers."""
    book = found.book
    counted = {book.chapter_of(of.whole.forms[0]): 1} if of.whole else {}
    for each in of.entries:
        at = book.chapter_of(each.form_id)
        counted[at] = counted.get(at, 0) + 1
    return [(book.zh_of(at), counted[at]) for at in sorted(counted)]
