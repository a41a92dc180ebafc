"""Marks of notes, made while an entry is recorded: nothing is opened for them later, and no word is kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.lib import bulk
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.supervision import marks
from tongxin.supervision.models import Behind, NoteMark
from tongxin.supervision.rules import KIND, read

PURPOSE = "supervision notes "


def mark_note(*, child: Child, kind: str, entry_id: UUID, answers: Mapping[str, Any], at: datetime) -> None:
    """Keep the marks of an entry whose words are compared, where they are long enough to say something."""
    region = rules.region_of(child.county_id)
    if not region:
        return
    try:
        said = rules.read(read, rules.resolve(KIND, KIND, region=region, at=at)).notes.get(kind)
    except rules.NotAdopted:
        return
    if said is None:
        return
    text = "".join(str(answers.get(name) or "") for name in said.fields)
    if len(marks.plain(text)) < said.length:
        return
    if found := marks.mark(text, key=vault.tokens.key(PURPOSE + region)):
        bulk.store([NoteMark(entry_id=entry_id, child_id=child.id, marks=found)])


def forget_about(child_id: UUID) -> int:
    """How many marks went with a child's file; questions forget which of its records they counted."""
    Behind.objects.filter(child_id=child_id).delete()
    return NoteMark.objects.filter(child_id=child_id).delete()[0]
