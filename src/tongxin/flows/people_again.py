"""Who a child is, by the entries in force: found again when one of them is corrected or taken back (spine A8)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import ledger
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import WORKER
from tongxin.assessments.models import Result
from tongxin.core.pathway import WITHDRAWN
from tongxin.ledger.models import Entry
from tongxin.people import again
from tongxin.people.models import Child
from tongxin.people.standing import TOLD, Said, identity_of

Words = Mapping[str, Any] | None


def tell_again(*, child: Child, at: datetime) -> None:
    """Make a child's rows equal to what the entries in force say; the entries themselves stay."""
    entries = standing_entries(ledger.facts(child.key_owner))
    told = [entry for entry in entries if entry.kind in TOLD]
    words = ledger.open_entries(told, viewer=WORKER, purpose="correct", at=at)
    said = said_by(zip(told, words, strict=True))
    results = Result.objects.filter(child_id=child.id, kind="transfer_in").values_list("entry_id", "data")
    # A file without a home in it was opened for the place of whoever opened it.
    place = said_place(entries, said, arrivals_of(results)) or seat_of(entries[0])
    again.apply_again(child=child, said=said, place=place, at=at)


def standing_entries(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that nothing took back or the place of."""
    gone = {entry.supersedes_id for entry in entries if entry.supersedes_id}
    return [entry for entry in entries if entry.id not in gone and entry.correction_kind not in WITHDRAWN]


def said_by(pairs: Iterable[tuple[Entry, Words]]) -> list[Said]:
    """What entries say of people; nothing where a key was destroyed."""
    return [
        Said(entry.id, entry.kind, words, entry.recorded_at)
        for entry, words in pairs if entry.kind in TOLD and words is not None
    ]


def said_place(entries: Sequence[Entry], said: Sequence[Said], arrivals: Collection[UUID]) -> Division | None:
    """Where a child lives, as last said or taken over to; None when no entry in force says."""
    homes = {each.entry_id: str(identity_of([each]).get("residence_division", "")) for each in said}
    for entry in reversed(entries):
        if home := homes.get(entry.id):
            return Division.objects.filter(code=home).order_by("-id").first()
        if entry.id in arrivals:
            return seat_of(entry)
    return None


def arrivals_of(results: Iterable[tuple[UUID, Mapping[str, Any]]]) -> frozenset[UUID]:
    """The entries by which a county took the child over."""
    return frozenset(
        entry for entry, data in results if data.get("goes_on") and data.get("outcome") == "accepted"
    )


def seat_of(entry: Entry) -> Division | None:
    """The place of the post from which an entry was recorded."""
    post = Post.objects.filter(id=entry.post_id).select_related("division").first() if entry.post_id else None
    return post.division if post else None
