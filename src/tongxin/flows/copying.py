"""What somebody may have of a child's file as a copy: only listed forms, and of them only what is theirs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import form_in
from tongxin.core.forms import Field, Form
from tongxin.core.pathway import WITHDRAWN, CaseState
from tongxin.documents import selectors as documents
from tongxin.documents.faults import NotTaken
from tongxin.flows import lists, rights
from tongxin.flows.derive import state_of
from tongxin.flows.facts import facts_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.rights import Request
from tongxin.ledger.models import Entry, Event
from tongxin.people.models import Child
from tongxin.rights.rules import CopyOf, Rules

PURPOSE, ROUTE, PART = "copy", "rights", "file"
# What is copied as it stands; others' names and numbers, and free words, are not among it.
PLAIN = frozenset({
    "code", "codes", "yes_no", "date", "datetime", "month", "int", "decimal", "division",
})
SEALED = ("name", "id_no", "birth", "phone", "address")
SHUT = "现在不能给这位提出人副本。请在答复里选“不办”，不说明其他情况。没有制作。"
NOT_CHECKED = "还没有核实提出人的身份，没有制作。请先核实，更正权利请求里的“怎样核实身份”。"
NOT_ASKED = "没有这件待答复的查阅、复制请求，没有制作。"


@dataclass(frozen=True, slots=True)
class Part:
    """One entry as it may be given away: its form without what is not the asker's, and the answers left."""

    entry: Entry
    form: Form
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """One attachment that goes along."""

    number: int
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything of one copy, still without words around it."""

    child: Child
    request: Request
    rules: Rules
    identity: Mapping[str, str]
    level: str
    parts: tuple[Part, ...]
    papers: tuple[Paper, ...] = ()


def refuse(*, child_id: UUID, request_id: str, actor: Viewer, at: datetime) -> None:
    """Nothing, where whoever asked may get a copy now; else Refused says why not."""
    _asked(child_id, request_id, actor, at)


def _asked(child_id: UUID, request_id: str, actor: Viewer, at: datetime) -> tuple[Child, Request, Rules, CaseState]:
    if not access.may(viewer=actor, child_id=child_id, part="", action=f"record.{rights.ANSWER}", at=at):
        raise NotAllowed
    child = Child.objects.get(id=child_id)
    found = rights.rules_for(child, at=at)
    facts, _ = facts_of(child.id)
    state = state_of(child, facts=facts, at=at)
    request = next((each for each in rights.requests_of(facts, found=found) if each.id == request_id), None)
    if request is None or request.kind.id != "copy" or request.id not in state.rights:
        raise Refused.because(NOT_ASKED)
    if rights.is_shut_to(request, child=child, state=state):
        raise Refused.because(SHUT)
    if request.fact.data.get("identity_by") == "not_yet":
        raise Refused.because(NOT_CHECKED)
    return child, request, found, state


def gather(*, child_id: UUID, request_id: str, actor: Viewer, at: datetime) -> Gathered:
    """What goes into the copy that a request asks for; Refused where whoever asked may get nothing."""
    child, request, found, state = _asked(child_id, request_id, actor, at)
    return Gathered(
        child=child, request=request, rules=found, identity=_identity(child, found, actor, at),
        level=state.grades.standing, parts=tuple(_parts(child, request, found, actor, at)),
        papers=tuple(_papers(child, request, found, actor, at)),
    )


def _identity(child: Child, found: Rules, actor: Viewer, at: datetime) -> dict[str, str]:
    sealed = [getattr(child, name) for name in SEALED]
    opened = vault.open(sealed, viewer=actor, purpose=PURPOSE, part=PART, route=ROUTE, at=at)
    names = (*SEALED[:-1], "residence_address")
    known = {name: text for name, text in zip(names, opened, strict=True) if text} | {"sex": child.get_sex_display()}
    return {name: known[name] for name in found.identity if name in known}


def _parts(child: Child, request: Request, found: Rules, actor: Viewer, at: datetime) -> Iterable[Part]:
    entries = ledger.facts(child.key_owner)
    gone = {each.supersedes_id for each in entries if each.supersedes_id}
    standing = [
        each for each in entries if each.id not in gone and each.correction_kind not in WITHDRAWN
        and each.clear.get("form") and each.form_id in found.copies
        and request.side in found.copies[each.form_id].to
    ]
    opened = ledger.open_entries(standing, viewer=actor, purpose=PURPOSE, part=PART, route=ROUTE, at=at)
    region, choices = lists.choices_for(child)
    for entry, answers in zip(standing, opened, strict=True):
        if answers is None:
            continue
        form = form_in(form_id=entry.form_id, region=region, at=entry.recorded_at, lists=choices).form
        form = given(form, found.copies[entry.form_id])
        left = _left(form.fields, answers)
        if left:
            yield Part(entry, form, left)


def _papers(child: Child, request: Request, found: Rules, actor: Viewer, at: datetime) -> Iterable[Paper]:
    """The attachments of records that stand, of the kinds listed for this side."""
    wanted = {(each.kind, form) for each in found.attached if request.side in each.to for form in each.forms}
    entries = ledger.facts(child.key_owner)
    gone = {each.supersedes_id for each in entries if each.supersedes_id}
    forms = {each.id: each.form_id for each in entries if each.id not in gone and each.correction_kind not in WITHDRAWN}
    for row in documents.of_records(child.id, kinds={kind for kind, _ in wanted}):
        form = forms.get(row.entry_id) if row.entry_id else None
        if form and (row.kind, form) in wanted:
            try:
                content = documents.opened(row, viewer=actor, at=at, purpose=PURPOSE, part=PART, route=ROUTE)
            except NotTaken as fault:
                raise Refused.because(str(fault)) from None
            yield Paper(row.number, row.media_type, content)


def given(form: Form, row: CopyOf) -> Form:
    """A form with those questions only whose answers are the asker's to have."""
    sections = []
    for section in form.sections:
        if section.id in row.without or (row.only and section.id not in row.only):
            continue
        fields = tuple(kept for field in section.fields if (kept := _field(field, row)) is not None)
        if fields:
            sections.append(replace(section, fields=fields))
    return replace(form, sections=tuple(sections))


def _field(field: Field, row: CopyOf) -> Field | None:
    if field.id in row.without:
        return None
    if field.type == "list":
        inner = tuple(kept for each in field.fields if (kept := _field(each, row)) is not None)
        return replace(field, fields=inner) if inner else None
    return field if field.type in PLAIN or (field.id in row.words and field.type in {"text", "long_text"}) else None


def _left(fields: Iterable[Field], answers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        value = answers.get(field.id)
        if field.type == "list" and isinstance(value, list):
            value = [row for each in value if (row := _left(field.fields, each))]
        if value not in (None, "", [], {}):
            found[field.id] = value
    return found


@transaction.atomic
def issue(*, gathered: Gathered, sha256: str, size: int, actor: Viewer, at: datetime) -> int:
    """The number of a copy that was made: what for, of which hash, by whom, stands in the record."""
    child = gathered.child
    ledger.lock_subject(child.key_owner)
    number = Event.objects.filter(subject_id=child.id, kind=rights.COPIED).count() + 1
    entry = Entry.objects.get(id=gathered.request.id)
    ledger.record(
        kind=rights.COPIED, subject=child.key_owner, actor=actor, at=at, entry=entry, is_fact=True,
        clear={
            "number": number, "sha256": sha256, "size": size, "asker": gathered.request.asker,
            "relation": gathered.request.relation, "entries": len(gathered.parts),
            "attachments": len(gathered.papers),
        },
    )
    return number
