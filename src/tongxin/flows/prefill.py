"""What was written once fills every form that asks for it again (promise 7)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import Asked
from tongxin.core.forms import TODAY, Field
from tongxin.core.pathway import CHINA, WITHDRAWN
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.people.siblings import living_with
from tongxin.rulebook import rules, shipped
from tongxin.vault import Owner

# How many of the newest entries are opened for one answer, since the newest may have left it blank.
MOST_OPENED = 3
# The file itself is asked again whole, to be brought up to date; other forms carry over what they mark.
KEPT_UP = "case_file"
SEALED_OF_CHILD = {
    "child.name": "name", "child.id_no": "id_no", "child.birth": "birth", "child.phone": "phone",
    "child.residence_address": "address",
}
# What one visit says of the home holds for each child who lives there.
VISIT = "visit_record"
OF_THE_HOME = frozenset(f"visit.{name}" for name in (
    "kind", "method", "started_at", "ended_at", "visitors", "carer_present", "hazards", "hygiene",
))
CLEAR_OF_CHILD = {"child.sex": "sex", "child.id_kind": "id_kind"}


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that the file holds already, and the entry that said it last; none for what a roster gave."""

    value: Any
    entry: Entry | None = None


def values_for(
    *, child: Child, asked: Asked, viewer: Viewer, at: datetime, parts: Collection[str] | None = None
) -> dict[str, Any]:
    """Answers known from earlier entries, by field id; `parts` may narrow what is looked through."""
    found = known_for(child=child, asked=asked, viewer=viewer, at=at, among=parts)
    return {field_id: known.value for field_id, known in found.items()}


def known_for(
    *, child: Child, asked: Asked, viewer: Viewer, at: datetime, among: Collection[str] | None = None
) -> dict[str, Known]:
    """Answers known from earlier entries, by field id; only from parts that the viewer may read.

    Newer answers win; who the child is comes from the file's own columns.
    """
    wanted = {field.binds: field for field in asked.form.fields if field.binds and carries(asked, field)}
    if not wanted:
        return {}
    parts = access.parts_of(viewer=viewer, child_id=child.id, at=at)
    if among is not None:
        parts &= frozenset(among)
    columns = _identity(child, wanted, viewer, at) if "identity" in parts else {}
    found: dict[str, Known] = {}
    for entry, answers in _earlier(child, wanted, parts, viewer, at):
        for binds, field_id in bound_of(entry).items():
            said = answers.get(field_id)
            if binds in wanted and binds not in found and said is not None and columns.get(binds, said) == said:
                found[binds] = Known(said, entry)
    found = {binds: Known(value) for binds, value in columns.items()} | found
    return {wanted[binds].id: known for binds, known in found.items() if fits(wanted[binds], known.value)}


def chosen_for(*, child: Child, asked: Asked) -> dict[str, str]:
    """What a form says is nearly always chosen: on the first form of its kind, and later."""
    if not any(field.default[0] for field in asked.form.fields):
        return {}
    later = Entry.objects.filter(subject_id=child.id, kind=asked.form.kind, correction_kind="").exists()
    return {field.id: field.default[later] for field in asked.form.fields if field.default[later]}


def days_for(*, asked: Asked, at: datetime) -> dict[str, str]:
    """Now, for the days and moments that a form insists on and that can't lie ahead: nearly always the right one."""
    local = at.astimezone(CHINA)
    now = {"date": local.date().isoformat(), "datetime": f"{local:%Y-%m-%dT%H:%M}"}
    return {
        field.id: now[field.type]
        for field in asked.form.fields if field.type in now and field.required and field.high == TODAY
    }


def visit_of_household(*, child: Child, asked: Asked, viewer: Viewer, at: datetime) -> dict[str, Any]:
    """What the viewer just wrote of the same home in another child's visit record."""
    if asked.form.id != VISIT:
        return {}
    region = rules.region_of(child.county_id)
    together = shipped.content_in_force("prefill", "prefill", region=region, at=at)["same_visit_within"]
    siblings = access.visible(living_with(child), viewer=viewer, part="care", at=at)
    visits = Entry.objects.filter(
        subject_id__in=siblings.values("id"), kind=asked.form.kind, person_id=viewer.person_id, correction_kind="",
        occurred_at__gt=at - timedelta(**together), occurred_at__lte=at,
    ).select_related("subject")
    entry = visits.order_by("-occurred_at").first()
    if entry is None:
        return {}
    answers = ledger.open_entries([entry], viewer=viewer, purpose="prefill", at=at)[0] or {}
    fields = [field for field in asked.form.fields if field.binds in OF_THE_HOME and field.id in answers]
    return {field.id: answers[field.id] for field in fields if fits(field, answers[field.id])}


def carries(asked: Asked, field: Field) -> bool:
    """Whether a form carries the last known answer of a field in."""
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
    asking: dict[str, int] = dict.fromkeys(wanted, 0)
    fitting = []
    for entry in reversed(entries):
        part = form_parts.get(entry.form_id)
        if entry.id in gone or entry.correction_kind in WITHDRAWN or part not in readable:
            continue
        short = [binds for binds in bound_of(entry) if asking.get(binds, MOST_OPENED) < MOST_OPENED]
        for binds in short:
            asking[binds] += 1
        fitting += [entry] if short else []
    opened = ledger.open_entries(fitting, viewer=viewer, purpose="prefill", at=at) if fitting else []
    yield from _present(fitting, opened)


def _present(
    entries: Sequence[Entry], opened: Sequence[Mapping[str, Any] | None]
) -> Iterator[tuple[Entry, Mapping[str, Any]]]:
    for entry, answers in zip(entries, opened, strict=True):
        if answers is not None:
            yield entry, answers


def bound_of(entry: Entry) -> dict[str, str]:
    """Which field of an entry's form is bound to what."""
    if not entry.form_hash:
        return {}
    sections = rules.content_of(entry.form_hash).get("sections", ())
    return {
        field["binds"]: field["id"] for section in sections for field in section["fields"] if field.get("binds")
    }


def fits(field: Field, value: object) -> bool:
    """Whether an earlier answer can stand in this field: options may have changed since."""
    if not field.options:
        return True
    codes = {option.code for option in (*field.options, *field.escape)}
    return set(value) <= codes if isinstance(value, list) else value in codes
