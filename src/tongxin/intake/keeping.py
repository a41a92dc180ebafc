"""That a roster listed a child, and the rows that wait: laid out beside the files that are opened."""

from collections.abc import Sequence
from uuid import UUID

from tongxin import vault
from tongxin.intake.county import County
from tongxin.intake.deciding import Decided, Listed
from tongxin.intake.lines import Line, as_text, made_id
from tongxin.intake.models import HeldRow, Listing, Upload
from tongxin.lib import bulk
from tongxin.lib.bulk import Laid
from tongxin.vault import Owner

HELD = ("id", "upload", "sheet", "row", "reason", "content", "child_id", "owner_post_id", "due_at", "state")
LISTING = ("id", "upload", "child_id", "sheet", "row", "row_digest", "change", "content")


def kept(decided: Decided, *, upload: Upload, county: County) -> list[Laid]:
    """The rows of listings and of what is held."""
    return [
        bulk.lay_out((Listing, LISTING, _listings(decided, upload))),
        bulk.lay_out((HeldRow, HELD, _held(decided, upload, county))),
    ]


def _listings(decided: Decided, upload: Upload) -> list[tuple[object, ...]]:
    rows = [_listing(upload, fresh.line, fresh.child_id, Listing.NEW, None) for fresh in decided.fresh]
    before = _last_digests([each.child_id for each in decided.listed])
    changed = [each for each in decided.listed if before.get(each.child_id) != each.line.digest]
    blobs = dict(zip((each.line.where for each in changed), _sealed(changed, upload), strict=True))
    for line, child_id in decided.listed:
        change = Listing.CHANGED if line.where in blobs else Listing.SAME
        rows.append(_listing(upload, line, child_id, change, blobs.get(line.where)))
    return rows


def _last_digests(children: Sequence[UUID]) -> dict[UUID, bytes]:
    """What the newest roster said of each child."""
    rows = Listing.objects.filter(child_id__in=children).order_by("id") if children else Listing.objects.none()
    return {child: bytes(digest) for child, digest in rows.values_list("child_id", "row_digest")}


def _sealed(changed: Sequence[Listed], upload: Upload) -> list[bytes]:
    """What is said otherwise, under the child's own key."""
    label = Listing._meta.label_lower
    return vault.seal_many([
        (as_text(line.row), Owner("child", child_id), (label, "content", _listing_id(upload, line)))
        for line, child_id in changed
    ])


def _listing_id(upload: Upload, line: Line) -> UUID:
    return made_id(upload.id, "listing", *line.where)


def _listing(
    upload: Upload, line: Line, child_id: UUID, change: str, content: bytes | None
) -> tuple[object, ...]:
    return _listing_id(upload, line), upload.id, child_id, *line.where, line.digest, change, content


def _held(decided: Decided, upload: Upload, county: County) -> list[tuple[object, ...]]:
    ids = [made_id(upload.id, "held", *each.line.where) for each in decided.held]
    blobs = vault.seal_many([
        (as_text(each.line.row), upload.key_owner, (HeldRow._meta.label_lower, "content", id))
        for id, each in zip(ids, decided.held, strict=True)
    ])
    due = county.held_until()
    return [
        (id, upload.id, *line.where, reason, blob, child_id, county.owner_of(county.place_of(line.row)), due,
         HeldRow.OPEN)
        for id, blob, (line, reason, child_id) in zip(ids, blobs, decided.held, strict=True)
    ]
