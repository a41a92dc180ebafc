"""What was written once fills every form that asks for it again (promise 7)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import Asked
from tongxin.core.forms import TODAY, Field
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.vault import Owner

MOST_OPENED = 12
# The file itself is asked again whole, to be brought up to date; other forms carry over what they mark.
KEPT_UP = "case_file"
SEALED_OF_CHILD = {
    "child.name": "name", "child.id_no": "id_no", "child.birth": "birth", "child.phone": "phone",
    "child.residence_address": "address",
}
CLEAR_OF_CHILD = {"child.sex": "sex", "child.id_kind": "id_kind"}


def values_for(*, child: Child, asked: Asked, viewer: Viewer, at: datetime) -> dict[str, Any]:
    """Answers known from earlier entries, by field id; only from parts that the viewer may read.

    Newer answers win; who the child is comes from the file's own columns.
    """
    wanted = {field.binds: field for field in asked.form.fields if field.binds and _carries(asked, field)}
    if not wanted:
        return {}
    parts = access.parts_of(viewer=viewer, child_id=child.id, at=at)
    found = _identity(child, wanted, viewer, at) if "identity" in parts else {}
    missing = {binds: field for binds, field in wanted.items() if binds not in found}
    for entry, answers in _earlier(child, missing, parts, viewer, at):
        for binds, field_id in _bound(entry).items():
            if binds in missing and binds not in found and field_id in answers:
                found[binds] = answers[field_id]
    fitting = {binds: value for binds, value in found.items() if _fits(wanted[binds], value)}
    return {wanted[binds].id: value for binds, value in fitting.items()}


def days_for(*, asked: Asked, on: date) -> dict[str, str]:
    """Today, for the days that a form insists on and that can't lie ahead: nearly always the right one."""
    return {
        field.id: on.isoformat()
        for field in asked.form.fields
        if field.type == "date" and field.required and field.high == TODAY
    }


def _carries(asked: Asked, field: Field) -> bool:
    return field.prefill or asked.form.kind == KEPT_UP


def _identity(child: Child, wanted: Mapping[str, Field], viewer: Viewer, at: datetime) -> dict[str, Any]:
    columns = {binds: column for binds, column in SEALED_OF_CHILD.items() if binds in wanted}
    words = vault.open(
        [getattr(child, column) for column in columns.values()], viewer=viewer, purpose="prefill", at=at
    )
    found: dict[str, Any] = {binds: word for binds, word in zip(columns, words, strict=True) if word}
    found |= {binds: getattr(child, column) for binds, column in CLEAR_OF_CHILD.items() if binds in wanted}
    places = {
        "child.residence_division": child.village_id or child.town_id,
        "child.hukou_division": child.hukou_division_id,
    }
    codes = dict(Division.objects.filter(id__in=[each for each in places.values() if each]).values_list("id", "code"))
    return found | {
        binds: codes[place] for binds, place in places.items() if binds in wanted and place in codes and place
    }


def _earlier(
    child: Child, wanted: Mapping[str, Field], parts: Iterable[str], viewer: Viewer, at: datetime
) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
    """The newest entries that asked for what is wanted, opened as one look."""
    if not wanted:
        return
    entries = ledger.facts(Owner("child", child.id))
    form_parts, readable = rules.access_rules(at=at).form_parts, set(parts)
    gone = {entry.supersedes_id for entry in entries if entry.supersedes_id}
    fitting = [
        entry for entry in reversed(entries)
        if entry.id not in gone and entry.correction_kind not in {"retract", "moved"}
        and form_parts.get(str(entry.clear.get("form") or entry.kind)) in readable
        and wanted.keys() & _bound(entry).keys()
    ][:MOST_OPENED]
    opened = ledger.open_entries(fitting, viewer=viewer, purpose="prefill", at=at) if fitting else []
    yield from _present(fitting, opened)


def _present(
    entries: Sequence[Entry], opened: Sequence[Mapping[str, Any] | None]
) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
    for entry, answers in zip(entries, opened, strict=True):
        if answers is not None:
            yield entry, answers


def _bound(entry: Entry) -> dict[str, str]:
    """Which field of an entry's form is bound to what."""
    if not entry.form_hash:
        return {}
    sections = rules.content_of(entry.form_hash).get("sections", ())
    return {
        field["binds"]: field["id"] for section in sections for field in section["fields"] if field.get("binds")
    }


def _fits(field: Field, value: object) -> bool:
    """Whether an earlier answer can stand in this field: options may have changed since."""
    if not field.options:
        return True
    codes = {option.code for option in (*field.options, *field.escape)}
    return set(value) <= codes if isinstance(value, list) else value in codes
