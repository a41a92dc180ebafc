"""Children who have to do with each other, each with a part of the same entry in their own file.

A link leads to another file only for somebody who may read the same part of both.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import UUIDField

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.models import Result
from tongxin.comparisons.models import Joining
from tongxin.core.forms import Problem
from tongxin.core.pathway import WITHDRAWN
from tongxin.flows import reporters
from tongxin.flows.derive import derive_again
from tongxin.flows.joined import PARTS
from tongxin.flows.refusals import Refused
from tongxin.ledger import Draft
from tongxin.ledger.models import Entry
from tongxin.lib.prepared import Prepared
from tongxin.people.models import Child, ChildLink
from tongxin.rulebook import rules

PART = "link_part"
PLACE = "other_file_no"
LINKS = Prepared(
    lambda child: ChildLink.objects.filter(child_id=child, ended_by__isnull=True).order_by("id"), child=UUIDField()
)
NUMBERS = (PLACE, "sibling_file_no")
# Which answer says what the relation is.
SAYS = {"child_link": "link", "incident_link": "incident", "same_child": "same"}
# Two files of one child: written by `joining` only, which knows how to undo it.
SAME = "same_child"


@dataclass(frozen=True, slots=True)
class Linked:
    """Another child whom the viewer may see, and the entry in whose words stands what the two have to do."""

    child: Child
    entry: Entry

    @property
    def form_id(self) -> str:
        return str(self.entry.clear["form"])


def named_in(draft: Draft, *, child: Child, actor: Viewer, at: datetime) -> Child | None:
    """The other child that a link names; one the actor may not see is as good as none."""
    if draft.kind == SAME:
        _refuse_loose(draft)
    if draft.kind not in SAYS or draft.correction_kind in WITHDRAWN:
        return None
    wanted = str(draft.answers.get(PLACE, "")).strip().upper()
    part = _part_of(draft.kind, at)
    found = access.visible(Child.objects.filter(file_no=wanted), viewer=actor, part=part, at=at).first()
    if found is None:
        raise Refused([Problem(PLACE, "没有找到这个档案编号，请核对后重填。", True)])
    if found.id == child.id:
        raise Refused([Problem(PLACE, "这是本档案自己的编号，请填另一名儿童的。", True)])
    return found


def _refuse_loose(draft: Draft) -> None:
    """That two files are one child's is said, and taken back, only where both lie side by side."""
    named, state = (draft.supersedes, Joining.UNDONE) if draft.correction_kind else (draft.entry_id, Joining.STANDING)
    if not Joining.objects.filter(entry_id=named, state=state).exists():
        raise Refused.because("两份档案是不是同一名儿童，请在“同一名儿童”页面登记或撤销。没有保存。")


def follow(
    *, child: Child, other: Child | None, draft: Draft, entry: Entry, actor: Viewer, at: datetime
) -> None:
    """End what this entry takes back, and link both children by what it says."""
    if draft.kind not in SAYS:
        return
    if draft.supersedes is not None:
        _end(draft.supersedes, entry, actor, at)
    if other is None:
        return
    says = SAYS[draft.kind]
    part_entry = _keep_part(other, entry, draft.kind, actor, at, answers={says: draft.answers[says]})
    part = _part_of(draft.kind, at)
    ChildLink.objects.bulk_create([
        ChildLink(child_id=child.id, other_id=other.id, part=part, entry_id=entry.id, source_id=entry.id),
        ChildLink(child_id=other.id, other_id=child.id, part=part, entry_id=part_entry.id, source_id=entry.id),
    ], ignore_conflicts=True)


def _end(source: UUID, entry: Entry, actor: Viewer, at: datetime) -> None:
    standing = ChildLink.objects.filter(source_id=source, ended_by__isnull=True)
    for row in standing.exclude(entry_id=source):
        other = Child.objects.get(id=row.child_id)
        kind = entry.form_id
        _keep_part(other, entry, kind, actor, at, supersedes=row.entry_id, correction_kind="retract")
    standing.update(ended_by=entry.id)


def _keep_part(other: Child, entry: Entry, form_id: str, actor: Viewer, at: datetime, **said: Any) -> Entry:
    """The other child's own part of an entry; it doesn't name the first child."""
    keys = vault.keyring([other.key_owner])
    turn = ":back" if "supersedes" in said else ""
    part = Draft(
        entry_id=uuid5(PARTS, f"{entry.id}:{other.id}{turn}"), subject=other.key_owner, kind=PART, form_hash="",
        occurred_at=entry.occurred_at, clear={"form": form_id}, **said,
    )
    kept = ledger.keep_entries([part], recorded_at=at, actor=actor, keyring=keys)[0]
    if kept.is_new:
        Result.objects.create(
            entry_id=kept.entry.id, child_id=other.id, kind=PART, form_hash="", data={}, definitions={}
        )
        derive_again(child=other, actor=actor, at=at, keyring=keys)
    return kept.entry


def linked_with(*, child: Child, viewer: Viewer, parts: Collection[str], at: datetime) -> list[Linked]:
    """The children linked with a child, as far as the viewer may read the same part of their files."""
    rows = [row for row in LINKS.rows(child=child.id) if row.part in parts]
    if not rows:
        return []
    seen: dict[tuple[str, UUID], Child] = {}
    for part in sorted({row.part for row in rows}):
        others = Child.objects.filter(id__in=[row.other_id for row in rows if row.part == part])
        for other in access.visible(others, viewer=viewer, part=part, at=at):
            seen[part, other.id] = other
    shown = [row for row in rows if (row.part, row.other_id) in seen]
    entries = Entry.objects.filter(id__in=[row.entry_id for row in shown]).select_related("subject")
    found = {entry.id: entry for entry in entries}
    return [Linked(seen[row.part, row.other_id], found[row.entry_id]) for row in shown]


def veiled(answers: Mapping[str, Any], *, entry: Entry, viewer: Viewer, at: datetime) -> dict[str, Any]:
    """The answers of an entry without the number of a file that the viewer may not see, and without who reported
    where that is kept."""
    answers = reporters.without(answers, entry=entry, viewer=viewer, at=at)
    part = rules.access_rules(at=at).part_of(entry.form_id)
    hidden = {
        name for name in NUMBERS
        if (number := str(answers.get(name, "")).strip().upper()) and not _may_see(number, part, viewer, at)
    }
    return {name: value for name, value in answers.items() if name not in hidden}


def _may_see(number: str, part: str, viewer: Viewer, at: datetime) -> bool:
    return access.visible(Child.objects.filter(file_no=number), viewer=viewer, part=part, at=at).exists()


def _part_of(form_id: str, at: datetime) -> str:
    return rules.access_rules(at=at).form_parts[form_id]
