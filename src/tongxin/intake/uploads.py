"""A file as received, sealed under its own key, and how it is understood."""

import hashlib
from collections.abc import Collection
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from tongxin import vault
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.intake.faults import NotTaken
from tongxin.intake.models import HeldRow, Listing, Mapping, Upload
from tongxin.intake.reading import Divisions, Part, Roster, open_roster, read_workbook, remapped
from tongxin.intake.reading.official import translated
from tongxin.intake.settling import settling
from tongxin.lib import ids
from tongxin.rulebook import rules
from tongxin.rulebook.foreign import Sheet as Official
from tongxin.rulebook.foreign import sheet_of
from tongxin.vault import Owner

PURPOSE = "roster"
Columns = Map[int, Map[str, int]]


@dataclass(frozen=True, slots=True)
class Received:
    """The upload, and the file as it was opened to see whether it can be read."""

    upload: Upload
    roster: Roster | None = None


def receive(
    *, content: bytes, name: str, viewer: Viewer, at: datetime, county: Division, roster: Roster | None = None,
    sheet: Official | None = None,
) -> Received:
    """The upload, sealed; the same file for the same county again is the same upload, and changes nothing.

    A file that can't be read is refused before anything is kept; `roster` is the file if it is open already,
    `sheet` the other system's sheet that it is. Said otherwise before it was taken in, what was said last holds.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if known := Upload.objects.filter(county_id=county.id, sha256=sha256).first():
        return _again(known, content, name, sheet)
    roster = roster or opened(content, name=name, sheet=sheet)
    upload = Upload(
        id=ids.new_id(), sha256=sha256, size=len(content), county_id=county.id, post_id=viewer.post_id,
        person_id=viewer.person_id, received_at=at, state=Upload.RECEIVED,
    )
    upload.layout = {"county": roster.county or ""} | ({"sheet": sheet.id} if sheet else {})
    keys = vault.create_keys([upload.key_owner], at=at)
    label = Upload._meta.label_lower
    upload.name = vault.seal(name, owner=upload.key_owner, place=(label, "name", upload.id), keyring=keys)
    upload.original = vault.seal(content, owner=upload.key_owner, place=(label, "original", upload.id), keyring=keys)
    try:
        with transaction.atomic():
            upload.save(force_insert=True)
    except IntegrityError:
        return Received(Upload.objects.get(county_id=county.id, sha256=sha256))
    return Received(upload, roster)


def _again(known: Upload, content: bytes, name: str, sheet: Official | None) -> Received:
    said = sheet.id if sheet else ""
    if known.state != Upload.RECEIVED or known.layout.get("sheet", "") == said:
        return Received(known)
    roster = opened(content, name=name, sheet=sheet)
    layout = {"county": roster.county or ""} | ({"sheet": said} if said else {})
    if not Upload.objects.filter(id=known.id, state=Upload.RECEIVED).update(layout=layout):
        return Received(Upload.objects.get(id=known.id))
    known.layout = layout
    return Received(known, roster)


def opened(content: bytes | Path, *, name: str, sheet: Official | None = None) -> Roster:
    """A file as a roster; another system's sheet by its mapping, with the cells that couldn't be taken over."""
    if sheet is None:
        return open_roster(content, name=name)
    book, faults = translated(read_workbook(content, name), sheet)
    return replace(open_roster(book), faults=faults)


def understand(
    upload: Upload, *, viewer: Viewer, at: datetime, columns: Columns | None = None, roster: Roster | None = None
) -> Roster:
    """The file as it is read: with `columns` (part → field → column) as given, else as remembered, else as guessed.

    `roster` is the file if it is open already; else the original is opened, which is a look.
    """
    roster = roster or _opened(upload, viewer, at)
    county = Division.objects.get(id=upload.county_id)
    if roster.county != county.code:
        roster = replace(roster, county=county.code, divisions=Divisions.load(county.code))
    remembered = _remembered(roster, county)
    parts = []
    for at_part, part in enumerate(roster.parts):
        wanted = (columns or {}).get(at_part) or remembered.get(part.layout.head_digest)
        parts.append(Part(part.sheet, remapped(part.sheet, part.layout, wanted)) if wanted else part)
    return replace(roster, parts=tuple(parts))


def _opened(upload: Upload, viewer: Viewer, at: datetime) -> Roster:
    (name,) = vault.open([upload.name], viewer=viewer, purpose=PURPOSE, at=at, part="roster")
    (content,) = vault.open_bytes([upload.original], viewer=viewer, purpose=PURPOSE, at=at, part="roster")
    if content is None:
        raise NotTaken("这份花名册的原件已按规定销毁，不能再读。已建的档案不受影响；需要时请重新上传。")
    said = str(upload.layout.get("sheet", ""))
    sheet = sheet_of(said, region=rules.region_of(upload.county_id), at=upload.received_at) if said else None
    if said and sheet is None:
        raise NotTaken("这份表当时按别的系统的表样读，那个表样已经停用。请另存后按“单位自己的花名册”重新上传。")
    return opened(content, name=name or "", sheet=sheet)


def _remembered(roster: Roster, county: Division) -> dict[str, dict[str, int]]:
    digests = {part.layout.head_digest for part in roster.parts}
    rows = Mapping.objects.filter(county_id=county.id, head_digest__in=digests)
    return {row.head_digest: row.columns for row in rows}


def remember(roster: Roster, *, county: Division, columns: Columns, actor: Viewer, at: datetime) -> None:
    """Keep what a person said the columns mean, for the next file with the same heads."""
    for at_part, part in enumerate(roster.parts):
        if at_part in columns:
            Mapping.objects.update_or_create(
                county_id=county.id, head_digest=part.layout.head_digest,
                defaults={"columns": dict(columns[at_part]), "post_id": actor.post_id, "saved_at": at},
            )


def is_elsewhere(upload: Upload) -> str:
    """The code of the county that the file itself seems to be of, when that is not where it was brought in."""
    seen = str(upload.layout.get("county", ""))
    return seen if seen and seen != Division.objects.get(id=upload.county_id).code else ""


def size_of(roster: Roster) -> int:
    """How many rows there are to take in, as far as the layout tells."""
    layouts = [part.layout for part in roster.parts]
    return sum(max(0, each.last_row - each.first_row + 1 - len(each.skipped_rows)) for each in layouts)


def naming(children: Collection[UUID]) -> QuerySet[Upload]:
    """The uploads of whose rows one is about some of these children."""
    listed = Listing.objects.filter(child_id__in=children).values("upload")
    held = HeldRow.objects.filter(child_id__in=children).values("upload")
    return Upload.objects.filter(Q(id__in=listed) | Q(id__in=held))


def forget_originals(*, at: datetime, held: Collection[UUID]) -> int:
    """How many originals were destroyed: those whose last row was settled long enough ago (B4).

    One that names a child on whose file a hold stands waits until it is lifted.
    """
    kept_since = at - timedelta(**settling().original)
    due = Upload.objects.filter(settled_at__lt=kept_since, original__isnull=False)
    due = due.exclude(id__in=naming(held).values("id"))
    count = 0
    for upload in due:
        vault.destroy(Owner("file", upload.id), at=at)
        Upload.objects.filter(id=upload.id).update(original=None)
        count += 1
    return count
