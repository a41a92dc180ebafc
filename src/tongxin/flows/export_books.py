"""Books of many children, bound in the background: one child after the other, two at the typesetter, begun again
where a run was cut short."""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.documents import typesetting
from tongxin.exports import selectors, store
from tongxin.exports.models import BOOKS, Export, Included
from tongxin.exports.rules import Purpose
from tongxin.flows import export_ending
from tongxin.flows.export_asking import record, rules_of
from tongxin.flows.export_copies import is_over, trace_of
from tongxin.flows.export_making import GONE, NOBODY
from tongxin.flows.export_rows import ERASED, UNSEEN
from tongxin.lib import ids, signs_of_life, steady
from tongxin.notices import services as notices
from tongxin.people.models import Child
from tongxin.vault import Keyring, Owner

log = logging.getLogger(__name__)
# What `book.typ` draws of one child, as a viewer may read it; `trace` stands on each page.
Bind = Callable[..., Mapping[str, Any]]
Clock = Callable[[], datetime]
# typst works outside Python's lock: while two books are set, the next one's words are gathered.
SETTERS, AHEAD = 2, 4
UNBOUND = {"bind": "内容没有取全", "set": "排版没有成功"}
LABEL, CONTENT = "exports.book", "content"


class Overtaken(Exception):
    """Another run went ahead, or it was taken back; this one stops and changes nothing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run over the children whose books aren't bound yet."""

    row: Export
    id: UUID
    viewer: Viewer
    purpose: Purpose
    bind: Bind
    clock: Clock
    keys: Keyring


def make(*, export_id: UUID, bind: Bind, clock: Clock) -> int:
    """How many books an agreed request has; those that an earlier run bound stay."""
    run = _begun(export_id, bind, clock)
    if run is None:
        return Export.objects.get(id=export_id).rows
    try:
        _bind_all(run)
        return _finished(run)
    except Overtaken:
        return Export.objects.get(id=export_id).rows


def is_stalled(row: Export, *, at: datetime) -> bool:
    """Whether nothing has been bound for so long that a run must have been cut short."""
    return signs_of_life.is_stalled(row.moved_at or row.decided_at, at=at)


def _begun(export_id: UUID, bind: Bind, clock: Clock) -> Run | None:
    at = clock()
    vault.create_keys([Owner("file", export_id)], at=at)
    with transaction.atomic():
        row = Export.objects.select_for_update().filter(id=export_id, state=Export.AGREED, way=BOOKS).first()
        if row is None:
            return None
        viewer = viewer_of(person=Person.objects.get(id=row.person_id), at=at, post_id=row.post_id)
        purpose = rules_of(row, at).purposes.get(row.purpose)
        may = row.post_id in viewer.post_ids and access.may_do(viewer=viewer, action=selectors.ASK, at=at)
        if purpose is None or not may or is_over(row, at):
            _impossible(row, GONE, at)
            return None
        row.run, row.moved_at = ids.new_id(), at
        # What is set apart from now on takes the whole back, also what was bound before it.
        row.made_at = row.made_at or at
        row.save(update_fields=["run", "moved_at", "made_at"])
    return Run(row, row.run, viewer, purpose, bind, clock, vault.keyring([row.content_owner]))


def _bind_all(run: Run) -> None:
    """Those that are left, then once more those that failed: what was in the way may be gone."""
    left = run.row.included.filter(bound_at__isnull=True, left_out="").order_by("child_id")
    _bind(run, list(left.filter(failed="")))
    _bind(run, list(left.exclude(failed="")))


def _bind(run: Run, left: list[Included]) -> None:
    waiting: deque[tuple[Included, Future[bytes]]] = deque()
    with ThreadPoolExecutor(max_workers=SETTERS) as setters:
        for one in left:
            content = _gathered(run, one)
            if content is not None:
                waiting.append((one, setters.submit(typesetting.bound, content)))
            if len(waiting) >= AHEAD:
                _keep(run, *waiting.popleft())
        while waiting:
            _keep(run, *waiting.popleft())


def _gathered(run: Run, one: Included) -> Mapping[str, Any] | None:
    """What one child's book says; what can't be told is noted and the others go on."""
    at = run.clock()
    _go_on(run, at)
    child = access.visible(Child.objects.filter(id=one.child_id), viewer=run.viewer, part="roster", at=at).first()
    if child is None or vault.destroyed([child.key_owner]):
        _note(one, left_out=UNSEEN if child is None else ERASED)
        return None
    try:
        with steady.answering(), transaction.atomic():
            return run.bind(
                child_id=one.child_id, viewer=run.viewer, at=at, purpose=run.purpose, trace=trace_of(run.row, 1)
            )
    # Whatever is wrong with one file, a thousand others aren't kept waiting for it; it is named on the page.
    except Exception:
        log.exception("a book could not be gathered")
        _note(one, failed="bind")
        return None


def _keep(run: Run, one: Included, made: "Future[bytes]") -> None:
    """The book sealed on disk, its row after it: what was cut short between the two is bound again."""
    try:
        pdf = made.result()
    except Exception:
        log.exception("a book could not be set")
        _note(one, failed="set")
        return
    _go_on(run, run.clock())
    owner = run.row.content_owner
    try:
        sealed = vault.seal(pdf, owner=owner, place=(LABEL, CONTENT, one.child_id), keyring=run.keys)
    except vault.Destroyed:
        raise Overtaken from None
    store.write(run.row.id, one.child_id, sealed)
    one.bound_at, one.size, one.failed = run.clock(), len(pdf), ""
    one.save(update_fields=["bound_at", "size", "failed"])


def _note(one: Included, *, left_out: str = "", failed: str = "") -> None:
    one.left_out, one.failed = left_out, failed
    one.save(update_fields=["left_out", "failed"])


def _go_on(run: Run, at: datetime) -> None:
    mine = Export.objects.filter(id=run.row.id, run=run.id, state=Export.AGREED)
    if not mine.update(moved_at=at):
        # Taken back between the question and the disk: nothing of it stays.
        if not Export.objects.filter(id=run.row.id, state=Export.AGREED).exists():
            store.remove(run.row.id)
        raise Overtaken


def _finished(run: Run) -> int:
    at = run.clock()
    with transaction.atomic():
        row = Export.objects.select_for_update().get(id=run.row.id)
        if row.run != run.id or row.state != Export.AGREED:
            raise Overtaken
        for reason in (UNSEEN, ERASED):
            if count := row.included.filter(left_out=reason).count():
                row.left_out[reason] = count
        bound = row.included.filter(bound_at__isnull=False).count()
        if not bound:
            _impossible(row, NOBODY, at)
            return 0
        row.state, row.rows = Export.MADE, bound
        row.save(update_fields=["state", "rows", "left_out"])
        if why := export_ending.overtaken(row, at=at):
            export_ending.recall(row, why, at=at)
            return 0
        _tell("export.finished", row, at)
    return bound


def _impossible(row: Export, why: str, at: datetime) -> None:
    row.state, row.report = Export.IMPOSSIBLE, {**row.report, "why": why}
    row.save(update_fields=["state", "left_out", "report"])
    _tell("export.failed", row, at)


def _tell(kind: str, row: Export, at: datetime) -> None:
    event = record(kind, row, WORKER, at, rows=row.rows)
    notices.tell_posts(posts=[row.post_id], event=event, at=at)
