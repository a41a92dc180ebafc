"""An import, a chunk at a time: each chunk whole or not at all, and after a break the next one follows."""

import gc
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import transaction

from tongxin import ledger
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.intake import keeping, uploads
from tongxin.intake.county import County
from tongxin.intake.deciding import Decided, Deciding
from tongxin.intake.faults import Outdated, Overtaken
from tongxin.intake.lines import Line, doubts_of, line_of
from tongxin.intake.models import HeldRow, Listing, Upload
from tongxin.intake.opening import Ready
from tongxin.intake.reading import Roster
from tongxin.intake.settling import settling
from tongxin.intake.workshop import Workshop
from tongxin.lib import bulk
from tongxin.people import matching

CHUNK = 2000
# Chunks that may be in the making while one is written.
AHEAD = 2
# What the worker does about it; the map of reactions lies above, and a test holds the two against each other.
LATER = ("tell_listed",)
Progress = Callable[[int, int], None]


def import_upload(
    upload: Upload, *, viewer: Viewer, at: datetime, progress: Progress | None = None,
    roster: Roster | None = None,
) -> Upload:
    """Take a roster in, from where it stopped; an import that is done stays as it is.

    `roster` is the file if it is open already.
    """
    if upload.state == Upload.DONE:
        return upload
    roster = uploads.understand(upload, viewer=viewer, at=at, roster=roster)
    division = Division.objects.get(id=upload.county_id)
    while True:
        run = _Run(upload=upload, county=County(division=division, actor=viewer, at=at), roster=roster)
        try:
            run.go(progress)
        except Outdated:
            upload = Upload.objects.get(id=upload.id)
            continue
        return run.upload


class _Run:
    """One run over a file; another run of the same upload makes this one stop."""

    def __init__(self, *, upload: Upload, county: County, roster: Roster) -> None:
        self.upload, self.county, self.roster = upload, county, roster
        self.sheets = sheet_numbers(roster)
        self.deciding = Deciding(upload, county, self.sheets)
        self.problems: Counter[str] = Counter(upload.summary.get("problems", {}))

    def go(self, progress: Progress | None) -> None:
        """From the first row not yet done to the end."""
        self.begin()
        # Cells and rows are no garbage: looking through them again and again takes long.
        is_collecting = gc.isenabled()
        gc.disable()
        for alias in ("default", "keys"):
            bulk.make_room(using=alias)
        try:
            for done in self.chunks():
                if progress:
                    progress(done, self.upload.rows_total)
        finally:
            if is_collecting:
                gc.enable()
        self.finish()

    def begin(self) -> None:
        self.deciding.resume()
        self.upload.rows_total = max(uploads.size_of(self.roster), self.upload.rows_done)
        self.upload.state = Upload.IMPORTING
        self.upload.moved_at = self.county.at
        self.upload.save(update_fields=["rows_total", "state", "moved_at"])

    def chunks(self) -> Iterator[int]:
        """How many rows are done, after each chunk; the next one is sealed while one is written."""
        is_long = self.upload.rows_total - self.upload.rows_done > settling().at_once
        waiting: deque[tuple[list[Line], Decided, Callable[[], Ready]]] = deque()
        with Workshop(county=self.county, has_second=is_long) as workshop:
            for lines in self._lines():
                decided = self.deciding.decide(lines)
                waiting.append((lines, decided, workshop.start(decided.fresh)))
                if len(waiting) > AHEAD:
                    yield self._write(*waiting.popleft())
            while waiting:
                yield self._write(*waiting.popleft())

    def _lines(self) -> Iterator[list[Line]]:
        rows = self.roster.rows(today=self.county.at.astimezone(CHINA).date())
        for _ in islice(rows, self.upload.rows_done):
            continue
        key = self.county.key
        while lines := [line_of(row, sheet=self.sheets[row.sheet], key=key) for row in islice(rows, CHUNK)]:
            yield lines

    def _write(self, lines: Sequence[Line], decided: Decided, take: Callable[[], Ready]) -> int:
        ready = take()
        ready.tables += keeping.kept(decided, upload=self.upload, county=self.county)
        problems = self.problems + Counter(code for line in lines for code in doubts_of(line.row))
        done = self.upload.rows_done + len(lines)
        summary = {**self.upload.summary, "problems": dict(problems)}
        marks = [fresh.line.id_mark for fresh in decided.fresh if fresh.line.id_mark]
        with transaction.atomic():
            # Two imports into one county follow each other, so that both know of the same children.
            Division.objects.select_for_update().get(id=self.upload.county_id)
            stands = Upload.objects.select_for_update().get(id=self.upload.id)
            if stands.rows_done != self.upload.rows_done:
                raise Overtaken
            if next(matching.sharing("id_token", marks, county_id=self.upload.county_id), None):
                raise Outdated
            ready.write()
            Upload.objects.filter(id=self.upload.id).update(
                rows_done=done, rows_total=max(done, self.upload.rows_total), summary=summary, moved_at=self.county.at
            )
        self.problems, self.upload.summary, self.upload.rows_done = problems, summary, done
        return done

    def finish(self) -> None:
        """Say what came of the file; the import itself is a fact."""
        with transaction.atomic():
            stands = Upload.objects.select_for_update().get(id=self.upload.id)
            if stands.state == Upload.DONE:
                raise Overtaken
            self.upload.summary = {**self.upload.summary, **counts_of(self.upload)}
            self.upload.state = Upload.DONE
            self.upload.rows_total = self.upload.rows_done
            is_settled = not self.upload.held.filter(state=HeldRow.OPEN).exists()
            self.upload.settled_at = self.county.at if is_settled else None
            self.upload.save(update_fields=["summary", "state", "rows_total", "settled_at"])
            imported = ledger.record(
                kind="roster.imported", subject=self.upload.key_owner, actor=self.county.actor, at=self.county.at,
                clear={"rows": self.upload.rows_done, **counts_of(self.upload)}, is_fact=True,
            )
            ledger.enqueue(imported, LATER)


def sheet_numbers(roster: Roster) -> dict[str, int]:
    """Sheets by their place in the file: a sheet's name may be anything, so it stays sealed."""
    return {sheet.name: at for at, sheet in enumerate(roster.workbook, start=1)}


def counts_of(upload: Upload) -> dict[str, int]:
    """How many children are new, the same or changed, and how many rows were held."""
    listings = upload.listings.all()
    counts = {change: listings.filter(change=change).count() for change in (Listing.NEW, Listing.SAME, Listing.CHANGED)}
    return {**counts, "held": upload.held.count()}
