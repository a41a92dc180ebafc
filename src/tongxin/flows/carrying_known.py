"""What the records of some children already answer, for every form at once: each entry is opened a single time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import ledger
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import Asked
from tongxin.core.pathway import WITHDRAWN
from tongxin.flows.prefill import MOST_OPENED, SEALED_OF_CHILD, bound_of, carries, fits
from tongxin.ledger.models import Entry
from tongxin.rulebook import rules

IDENTITY_BOUND = {
    **{binds: binds.removeprefix("child.") for binds in SEALED_OF_CHILD},
    "child.sex": "sex", "child.id_kind": "id_kind", "child.residence_division": "residence_division",
    "child.hukou_division": "hukou_division",
}
ROUTE, PURPOSE = "field", "carry"


@dataclass(slots=True)
class Wanted:
    """One child's entries that may answer something, the newest first, as far as the viewer may read them."""

    child_id: UUID
    entries: list[Entry] = field(default_factory=list)


def known_for(
    records: Mapping[UUID, Sequence[Entry]], *, asked: Mapping[str, Asked], parts: Mapping[UUID, frozenset[str]],
    profiles: Mapping[UUID, Mapping[str, Any]], viewer: Viewer, at: datetime,
) -> dict[UUID, dict[str, dict[str, dict[str, Any]]]]:
    """For each child: form → field → value with where it comes from."""
    binds = {each.binds for form in asked.values() for each in form.form.fields if each.binds and carries(form, each)}
    wanted = [_wanted(child, rows, binds, parts[child], at) for child, rows in records.items()]
    entries = [entry for each in wanted for entry in each.entries]
    opened = ledger.open_entries(entries, viewer=viewer, purpose=PURPOSE, route=ROUTE, at=at) if entries else []
    said = {entry.id: answers for entry, answers in zip(entries, opened, strict=True)}
    return {
        each.child_id: _by_form(
            asked, _answers(each, said, binds) | _identity(profiles[each.child_id], parts[each.child_id], binds),
            _chosen(asked, records[each.child_id]),
        )
        for each in wanted
    }


def _wanted(
    child: UUID, rows: Sequence[Entry], binds: Iterable[str], parts: frozenset[str], at: datetime
) -> Wanted:
    form_parts, found = rules.access_rules(at=at).form_parts, Wanted(child)
    gone = {entry.supersedes_id for entry in rows if entry.supersedes_id}
    asking = dict.fromkeys(binds, 0)
    for entry in reversed(rows):
        part = form_parts.get(entry.form_id)
        if entry.id in gone or entry.correction_kind in WITHDRAWN or part not in parts:
            continue
        short = [name for name in bound_of(entry) if asking.get(name, MOST_OPENED) < MOST_OPENED]
        for name in short:
            asking[name] += 1
        if short:
            found.entries.append(entry)
    return found


def _answers(
    wanted: Wanted, said: Mapping[UUID, Mapping[str, Any] | None], binds: Iterable[str]
) -> dict[str, tuple[Any, Entry | None]]:
    asked_for = set(binds)
    found: dict[str, tuple[Any, Entry | None]] = {}
    for entry in wanted.entries:
        answers = said.get(entry.id) or {}
        for name, field_id in bound_of(entry).items():
            if name in asked_for and name not in found and answers.get(field_id) is not None:
                found[name] = (answers[field_id], entry)
    return found


def _identity(
    profile: Mapping[str, Any], parts: frozenset[str], binds: Iterable[str]
) -> dict[str, tuple[Any, Entry | None]]:
    """Who the child is comes from the file's own columns, whatever an entry once said."""
    if "identity" not in parts:
        return {}
    asked_for = set(binds)
    return {
        name: (profile[value], None) for name, value in IDENTITY_BOUND.items() if name in asked_for and profile[value]
    }


def _chosen(asked: Mapping[str, Asked], rows: Sequence[Entry]) -> dict[str, dict[str, dict[str, Any]]]:
    """What a form says is nearly always chosen: on the first form of its kind, and later."""
    written = {entry.kind for entry in rows if not entry.correction_kind}
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for id, form in asked.items():
        later = form.form.kind in written
        for each in form.form.fields:
            if each.default[later]:
                found.setdefault(id, {})[each.id] = {"value": each.default[later]}
    return found


def _by_form(
    asked: Mapping[str, Asked], known: Mapping[str, tuple[Any, Entry | None]],
    found: dict[str, dict[str, dict[str, Any]]],
) -> dict[str, dict[str, dict[str, Any]]]:
    for id, form in asked.items():
        for each in form.form.fields:
            if not each.binds or each.binds not in known or not carries(form, each):
                continue
            value, entry = known[each.binds]
            if fits(each, value):
                found.setdefault(id, {})[each.id] = {"value": value, "zh": _source(entry)}
    return found


def _source(entry: Entry | None) -> str:
    if entry is None or not entry.form_hash:
        return "档案"
    day = entry.occurred_at
    return f"{rules.content_of(entry.form_hash)['zh']}，{day.year}年{day.month}月{day.day}日"

