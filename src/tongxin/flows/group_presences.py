"""Which record of a meeting stands for each child, after corrections; a danger recorded first waits for the rest."""

from collections.abc import Iterable
from uuid import UUID

from tongxin.assessments.models import Result
from tongxin.groups.models import Meeting
from tongxin.ledger.models import Entry

LOOK, FIRST = "danger_look", "danger_first"


def newest_of(entry_ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """The entries as they stand: each, or what corrected it last."""
    wanted = list(entry_ids)
    found = Entry.objects.in_bulk(wanted)
    newest = {id: found[id] for id in wanted if id in found}
    while True:
        heads = {entry.id: first for first, entry in newest.items()}
        later = list(Entry.objects.filter(supersedes_id__in=heads).order_by("subject_seq"))
        if not later:
            return newest
        for entry in later:
            newest[heads[entry.supersedes_id]] = entry  # type: ignore[index]


def told_of(meeting: Meeting) -> dict[UUID, Entry]:
    """By member the record of the meeting as it stands, whole or with the danger alone."""
    rows = dict(meeting.presences.values_list("member_id", "entry_id"))
    newest = newest_of(rows.values())
    return {member: newest[entry] for member, entry in rows.items() if entry in newest}


def first_in(entries: Iterable[Entry]) -> set[UUID]:
    """Those entries that tell of a danger alone: who came and what was done is still to be written."""
    ids = [entry.id for entry in entries]
    rows = Result.objects.filter(entry_id__in=ids).values_list("entry_id", "data")
    return {id for id, data in rows if is_first(data)}


def is_first(data: object) -> bool:
    """Whether a record's facts are those of a danger that was recorded before the rest."""
    return isinstance(data, dict) and data.get(LOOK) == FIRST
