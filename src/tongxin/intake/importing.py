"""An import, a chunk at a time: each chunk whole or not at all, and after a break the next one follows."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import transaction

from tongxin import ledger, vault
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA
from tongxin.intake import uploads
from tongxin.intake.county import County
from tongxin.intake.deciding import Decided, Deciding, last_digests
from tongxin.intake.faults import Outdated, Overtaken
from tongxin.intake.lines import as_text, digest_of, made_id
from tongxin.intake.models import HeldRow, Listing, Upload
from tongxin.intake.opening import Ready, prepare
from tongxin.intake.reading import Roster, Row
from tongxin.lib import bulk
from tongxin.lib.bulk import Table
from tongxin.people.models import Child
from tongxin.vault import Owner

CHUNK = 2000
HELD = ("id", "upload", "sheet", "row", "reason", "content", "child_id", "owner_post_id", "due_at", "state")
LISTING = ("id", "upload", "child_id", "sheet", "row", "row_digest", "change", "content")
Progress = Callable[[int, int], None]


def import_upload(
    upload: Upload, *, viewer: Viewer, at: datetime, progress: Progress | None = None
) -> Upload:
    """Take a roster in, from where it stopped; an import that is done stays as it is."""
    if upload.state == Upload.DONE:
        return upload
    roster = uploads.understand(upload, viewer=viewer, at=at)
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
        for done in self.chunks():
            if progress:
                progress(done, self.upload.rows_total)
        self.finish()

    def begin(self) -> None:
        self.deciding.resume()
        self.upload.rows_total = max(uploads.size_of(self.roster), self.upload.rows_done)
        self.upload.state = Upload.IMPORTING
        self.upload.moved_at = self.county.at
        self.upload.save(update_fields=["rows_total", "state", "moved_at"])

    def chunks(self) -> Iterator[int]:
        """How many rows are done, after each chunk."""
        rows = self.roster.rows(today=self.county.at.astimezone(CHINA).date())
        for _ in islice(rows, self.upload.rows_done):
            continue
        while chunk := list(islice(rows, CHUNK)):
            decided = self.deciding.decide(chunk)
            self._write(chunk, decided, self._prepared(decided))
            yield self.upload.rows_done

    def _prepared(self, decided: Decided) -> Ready:
        ready = prepare(decided.fresh, county=self.county)
        ready.tables += [self._listings(decided), self._held(decided)]
        return ready

    def _write(self, chunk: Sequence[Row], decided: Decided, ready: Ready) -> None:
        problems = self.problems + Counter(code for row in chunk for code in row.problems)
        done = self.upload.rows_done + len(chunk)
        summary = {**self.upload.summary, "problems": dict(problems)}
        with transaction.atomic():
            # Two imports into one county follow each other, so that both know of the same children.
            Division.objects.select_for_update().get(id=self.upload.county_id)
            stands = Upload.objects.select_for_update().get(id=self.upload.id)
            if stands.rows_done != self.upload.rows_done:
                raise Overtaken
            if self._somebody_else_opened(decided):
                raise Outdated
            ready.write()
            Upload.objects.filter(id=self.upload.id).update(
                rows_done=done, rows_total=max(done, self.upload.rows_total), summary=summary, moved_at=self.county.at
            )
        self.problems, self.upload.summary, self.upload.rows_done = problems, summary, done

    def _somebody_else_opened(self, decided: Decided) -> bool:
        marks = [mark for fresh in decided.fresh if (mark := fresh.id_mark(self.county.key))]
        return any(
            Child.objects.filter(id_token__in=marks[start : start + 500], county_id=self.upload.county_id).exists()
            for start in range(0, len(marks), 500)
        )

    def _listings(self, decided: Decided) -> Table:
        key = self.county.key
        rows = [
            _listing(self.upload, fresh.where, fresh.child_id, digest_of(fresh.row, key), Listing.NEW, None)
            for fresh in decided.fresh
        ]
        before = last_digests(child for _, _, child in decided.listed)
        changed = [item for item in decided.listed if before.get(item[2]) != digest_of(item[1], key)]
        blobs = dict(zip((where for where, _, _ in changed), self._sealed(changed), strict=True))
        for where, row, child in decided.listed:
            change = Listing.CHANGED if where in blobs else Listing.SAME
            rows.append(_listing(self.upload, where, child, digest_of(row, key), change, blobs.get(where)))
        return Listing, LISTING, rows

    def _sealed(self, changed: Iterable[tuple[tuple[int, int], Row, object]]) -> list[bytes]:
        label = Listing._meta.label_lower
        return vault.seal_many([
            (as_text(row), Owner("child", child), (label, "content", made_id(self.upload.id, "listing", *where)))
            for where, row, child in changed
        ])

    def _held(self, decided: Decided) -> Table:
        label = HeldRow._meta.label_lower
        ids = [made_id(self.upload.id, "held", *where) for where, *_ in decided.held]
        blobs = vault.seal_many([
            (as_text(row), self.upload.key_owner, (label, "content", id))
            for id, (_, row, *_) in zip(ids, decided.held, strict=True)
        ])
        due = self.county.held_until()
        return HeldRow, HELD, [
            (id, self.upload.id, *where, reason, blob, child, self.county.owner_of(self.county.place_of(row)), due,
             HeldRow.OPEN)
            for id, blob, (where, row, reason, child) in zip(ids, blobs, decided.held, strict=True)
        ]

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
            ledger.record(
                kind="roster.imported", subject=self.upload.key_owner, actor=self.county.actor, at=self.county.at,
                clear={"rows": self.upload.rows_done, **counts_of(self.upload)}, is_fact=True,
            )


def sheet_numbers(roster: Roster) -> dict[str, int]:
    """Sheets by their place in the file: a sheet's name may be anything, so it stays sealed."""
    return {sheet.name: at for at, sheet in enumerate(roster.workbook, start=1)}


def counts_of(upload: Upload) -> dict[str, int]:
    """How many children are new, the same or changed, and how many rows were held."""
    listings = upload.listings.all()
    counts = {change: listings.filter(change=change).count() for change in (Listing.NEW, Listing.SAME, Listing.CHANGED)}
    return {**counts, "held": upload.held.count()}


def _listing(
    upload: Upload, where: tuple[int, int], child: object, digest: bytes, change: str, content: bytes | None
) -> tuple[object, ...]:
    return made_id(upload.id, "listing", *where), upload.id, child, *where, digest, change, content
