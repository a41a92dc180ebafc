"""A child's whole file as it goes to another installation: entries with what was made of them, rules, attachments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import ledger
from tongxin.accounts.models import Post
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.cases.models import Case
from tongxin.documents import carried
from tongxin.instances.models import ForeignEntry
from tongxin.ledger.models import Entry
from tongxin.lib.faults import Fault
from tongxin.people.models import Child
from tongxin.rulebook import versions

PURPOSE = "hand_over"
LOST = "第 {numbers} 号附件的文件读不出，没有制作。请先在附件页核对，补上或撤回它，再移交。"
DESTROYED = "这份档案的一部分已依法删除，不能移交整份档案。请用转介或导出。"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is sealed for the other side, and up to which of the child's entries it reaches."""

    content: dict[str, Any]
    last_seq: int
    entries: int


def bundle_of(child: Child, *, after: int = 0, actor: Viewer, at: datetime) -> Bundle:
    """Everything on record about a child from entry number `after` on, opened as one look by `actor`.

    Fault when something of it can't be read: a file that leaves whole or not at all.
    """
    entries = [entry for entry in ledger.facts(child.key_owner) if entry.subject_seq > after]
    answers = ledger.open_entries(entries, viewer=actor, purpose=PURPOSE, at=at, part="file")
    if any(each is None for each in answers):
        raise Fault(DESTROYED)
    attachments, lost = carried.carry_out(child, viewer=actor, at=at)
    if lost:
        raise Fault(LOST.format(numbers="、".join(str(each.number) for each in lost)))
    results = {row.entry_id: row for row in Result.objects.filter(entry_id__in=[entry.id for entry in entries])}
    offices = _offices(entries)
    rows = [
        _row(entry, words or {}, results.get(entry.id), offices) for entry, words in zip(entries, answers, strict=True)
    ]
    content = {
        "child": {"id": str(child.id), "file_no": child.file_no}, "summary": _summary(child),
        "entries": rows, "attachments": attachments, "definitions": versions.carried(_named(rows)),
    }
    return Bundle(content, max((entry.subject_seq for entry in entries), default=after), len(entries))


def _row(
    entry: Entry, words: Mapping[str, Any], result: Result | None, offices: Mapping[UUID, tuple[str, str]]
) -> dict[str, Any]:
    role, office = offices.get(entry.post_id, ("", "")) if entry.post_id else ("", "")
    return {
        "id": str(entry.id), "kind": entry.kind, "form_hash": entry.form_hash, "device": entry.device,
        "occurred_at": entry.occurred_at.isoformat(), "recorded_at": entry.recorded_at.isoformat(),
        "person": str(entry.person_id) if entry.person_id else None,
        "post": str(entry.post_id) if entry.post_id else None, "role": role, "office": office,
        "supersedes": str(entry.supersedes_id) if entry.supersedes_id else None,
        "correction_kind": entry.correction_kind, "clear": entry.clear, "answers": words,
        "result": {"data": result.data, "definitions": result.definitions} if result else None,
    }


def _offices(entries: Sequence[Entry]) -> dict[UUID, tuple[str, str]]:
    """By post: its kind, and its title with its body's name; entries that came from elsewhere keep what came."""
    posts = Post.objects.filter(id__in={entry.post_id for entry in entries if entry.post_id})
    rows = posts.select_related("organisation")
    found = {post.id: (post.role, f"{post.organisation.name} {post.title}") for post in rows}
    foreign = dict(ForeignEntry.objects.filter(entry_id__in=[entry.id for entry in entries]).values_list(
        "entry_id", "role"
    ))
    return found | {
        entry.post_id: (foreign[entry.id], "") for entry in entries
        if entry.id in foreign and entry.post_id and entry.post_id not in found
    }


def _summary(child: Child) -> dict[str, Any]:
    """What the other side reads before it opens anything: no name, no words."""
    case = Case.objects.filter(id=child.id).first()
    return {
        "birth_month": f"{child.birth_month:%Y-%m}" if child.birth_month else "", "sex": child.sex,
        "in_crisis": bool(case and case.in_crisis),
        "level": case.level if case else "", "stage": case.stage if case else "",
    }


def _named(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """The hashes of all rules that the entries were made with."""
    made = {row["form_hash"] for row in rows}
    for row in rows:
        made |= {str(each) for each in (row["result"] or {"definitions": {}})["definitions"].values()}
    return {each for each in made if each}
