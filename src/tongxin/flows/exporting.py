"""Answers and scores for another system: for an entitled role, what it may read anyway, each look written down."""

from collections.abc import Iterator
from datetime import datetime

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.assessments.models import Result
from tongxin.core import instruments
from tongxin.core.pathway import in_force
from tongxin.exports.models import Export
from tongxin.flows.facts import facts_of
from tongxin.flows.record import asked_of
from tongxin.flows.refusals import NotAllowed
from tongxin.ledger.models import Entry
from tongxin.lib.fhir import Sheet
from tongxin.people.models import Child
from tongxin.rulebook import rules

ACTION, ROUTE, PART = "export_results", "export.fhir", "psychological"
PURPOSES = {
    "hospital": "随转介提供给医疗机构", "handover": "移交承接单位", "statistics": "统计和研究（已批准）",
    "subject": "本人或监护人要求",
}
# What somebody asked for themselves goes to nobody else.
SUBJECT = "subject"


def viewer_for(*, login: str, password: str, at: datetime) -> Viewer:
    """Whoever asks, by their own login and password; refused without saying which was wrong."""
    person = Person.objects.filter(login=login, is_active=True).first()
    if person is None or person.must_change_password or not person.check_password(password):
        raise NotAllowed
    viewer = viewer_of(person=person, at=at)
    if not access.may_do(viewer=viewer, action=ACTION, at=at):
        raise NotAllowed
    return viewer


def sheets(*, export: Export, viewer: Viewer, at: datetime) -> Iterator[Sheet]:
    """Every standing answer sheet of the children of an agreed request that the viewer may still read; file numbers
    instead of names, unless it was asked with them."""
    if not access.may_do(viewer=viewer, action=ACTION, at=at) or export.state != Export.AGREED:
        raise NotAllowed
    asked = Child.objects.filter(id__in=export.included.values("child_id"))
    children = access.visible(asked, viewer=viewer, part=PART, at=at).order_by("file_no")
    named = _named(viewer, at) if export.filters.get("names") else set()
    instrument_id, purpose = str(export.filters["instrument"]), export.purpose
    for child in children.iterator(chunk_size=200):
        yield from _sheets_of(child, instrument_id, viewer, purpose, at, with_name=child.id in named)


def text_of(instrument_id: str, *, at: datetime) -> dict[str, object]:
    """The instrument's definition in force."""
    return dict(rules.resolve("instruments", instrument_id, at=at).content)


def _named(viewer: Viewer, at: datetime) -> set[object]:
    """Those whose names the viewer may read too."""
    seen = access.visible(Child.objects.all(), viewer=viewer, part="identity", at=at)
    return set(seen.values_list("id", flat=True))


def _sheets_of(
    child: Child, instrument_id: str, viewer: Viewer, purpose: str, at: datetime, *, with_name: bool
) -> Iterator[Sheet]:
    standing = {fact.id for fact in in_force(facts_of(child.id)[0])}
    scored = {
        row.entry_id: row.data["scores"][instrument_id]
        for row in Result.objects.filter(child_id=child.id) if instrument_id in row.data.get("scores", {})
    }
    entries = [
        each for each in Entry.objects.filter(id__in=list(scored)).select_related("subject").order_by("subject_seq")
        if str(each.id) in standing
    ]
    if not entries:
        return
    opened = ledger.open_entries(entries, viewer=viewer, purpose=purpose, at=at, part=PART, route=ROUTE)
    name = ""
    if with_name:
        (said,) = vault.open([child.name], viewer=viewer, purpose=purpose, at=at, part="identity", route=ROUTE)
        name = said or ""
    for entry, words in zip(entries, opened, strict=True):
        if words is None:
            continue
        asked = asked_of(child, form_id=entry.form_id, at=entry.recorded_at)
        field = next((each for each in asked.form.fields if each.sheet and each.sheet.id == instrument_id), None)
        found = scored[entry.id]
        yield Sheet(
            id=entry.id, subject=child.file_no, at=entry.occurred_at, name=name,
            answers=words.get(field.id, {}) if field else {}, totals=found["totals"], bands=found["bands"],
            status=found.get("status", "ok"),
        )


def instrument_in_force(instrument_id: str, *, at: datetime) -> instruments.Instrument:
    """The instrument as it is asked now."""
    return rules.read(instruments.read, rules.resolve("instruments", instrument_id, at=at))
