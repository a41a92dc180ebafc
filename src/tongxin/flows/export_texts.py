"""Free text on its way out: scrubbed, read by a person piece by piece, and only what they confirmed goes along."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import ledger, vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway import CHINA, in_force
from tongxin.core.scrubbing import Found, Known, masked
from tongxin.core.scrubbing import Rules as Marks
from tongxin.exports.models import Content, Export, Text
from tongxin.exports.rules import Field, Rules
from tongxin.exports.table import Column, table_of
from tongxin.flows import export_ending, reporters, scrubbing
from tongxin.flows.export_asking import record, rules_of
from tongxin.flows.export_rows import PURPOSE, ROUTE, pseudonyms
from tongxin.flows.facts import facts_of
from tongxin.flows.looking import person_of
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules

NOT_THERE = "没有保存：“{word}”不在这条文字里。请从文字里照抄要遮盖的字。"
LONGEST = 40
BETWEEN = "　/　"


@dataclass(frozen=True, slots=True)
class Piece:
    """One text before a person's eyes: its pieces in order, each with what hides it or nothing."""

    row: Text
    parts: tuple[tuple[str, str], ...]
    left: int
    done: int


def prepare(
    row: Export, children: Sequence[Child], fields: Sequence[Field], found: Rules, viewer: Viewer, at: datetime
) -> int:
    """How many texts wait for a person now."""
    number = 0
    for child in children:
        known: Known | None = None
        for field in fields:
            for text in _texts(child, field, found.texts_a_child, viewer, at):
                known = known or scrubbing.known_of(child, at=at)
                number += 1
                _keep(row, child, field, number, text, known, at)
    return number


def _texts(child: Child, field: Field, most: int, viewer: Viewer, at: datetime) -> list[str]:
    """The newest words of a form's field that stand, as far as the requester may read that part."""
    if not access.may(viewer=viewer, child_id=child.id, part=field.part, at=at):
        return []
    standing = {fact.id for fact in in_force(facts_of(child.id)[0])}
    rows = Entry.objects.filter(subject_id=child.id).select_related("subject").order_by("-subject_seq")
    entries = [each for each in rows if each.form_id == field.form and str(each.id) in standing]
    if not entries:
        return []
    opened = ledger.open_entries(
        entries[: 2 * most], viewer=viewer, purpose=PURPOSE, at=at, part=field.part, route=ROUTE
    )
    shown = [
        reporters.without(words, entry=entry, viewer=viewer, at=at)
        for entry, words in zip(entries, opened, strict=False) if words
    ]
    return [str(words[field.field]) for words in shown if words.get(field.field)][:most]


def _keep(row: Export, child: Child, field: Field, number: int, text: str, known: Known, at: datetime) -> None:
    marks = scrubbing.rules_at(at, region=rules.region_of(child.county_id))
    found = scrubbing.find(text, known=known, rules=marks)
    piece = Text(export=row, child_id=child.id, field=field.id, number=number)
    said = json.dumps([[each.start, each.end, each.kind] for each in found])
    vault.put(piece, {"content": text, "found": said}, keyring=vault.keyring([piece.key_owner]))
    piece.save(force_insert=True)


def next_piece(row: Export, *, viewer: Viewer, at: datetime, named: UUID | None = None) -> Piece | None:
    """The next text that waits, or the one named, as its requester reads it; None when none is left."""
    if row.state != Export.READING or viewer.person_id != row.person_id:
        raise NotAllowed
    if why := export_ending.overtaken(row, at=at):
        raise Refused.because(export_ending.told(why))
    waiting = row.texts.filter(state=Text.WAITS).order_by("number")
    text = waiting.filter(id=named).first() if named else waiting.first()
    if text is None:
        return None
    return piece_of(text, scrubbing.rules_at(at), waiting.count(), row.texts.count(), viewer, at)


def piece_of(text: Text, marks: Marks, left: int, done: int, viewer: Viewer, at: datetime) -> Piece:
    """One text as it is read, with what hides in it."""
    content, found = _opened(text, viewer, at)
    return Piece(text, _pieces(content, found, marks), left, done)


def _opened(text: Text, viewer: Viewer, at: datetime) -> tuple[str, list[Found]]:
    content, found = vault.open(
        [text.content, text.found], viewer=viewer, purpose=PURPOSE, part="notes", route=ROUTE, at=at
    )
    return content or "", [Found(*each) for each in json.loads(found or "[]")]


def _pieces(content: str, found: Sequence[Found], marks: Marks) -> tuple[tuple[str, str], ...]:
    parts: list[tuple[str, str]] = []
    at = 0
    for each in found:
        parts += [(content[at : each.start], ""), (content[each.start : each.end], marks.kinds[each.kind].zh)]
        at = each.end
    return tuple(each for each in (*parts, (content[at:], "")) if each[0])


def confirm(*, text_id: UUID, more: str, leaves_out: bool, actor: Viewer, at: datetime) -> Export:
    """A person's word on one text: as marked, with more words hidden, or not at all; the last one finishes the file."""
    with transaction.atomic():
        text, row = _waiting(text_id, actor, at)
        why = export_ending.overtaken(row, at=at)
        if not why:
            return _confirm(text, row, more, leaves_out, actor, at)
        export_ending.recall(row, why, at=at)
    raise Refused.because(export_ending.told(why))


def _waiting(text_id: UUID, actor: Viewer, at: datetime) -> tuple[Text, Export]:
    text = Text.objects.select_for_update().filter(id=text_id, state=Text.WAITS).select_related("export").first()
    if text is None:
        raise NotAllowed
    row = Export.objects.select_for_update().get(id=text.export_id)
    late = row.until_on < at.astimezone(CHINA).date()
    if row.state != Export.READING or late or actor.person_id != row.person_id:
        raise NotAllowed
    return text, row


def _confirm(text: Text, row: Export, more: str, leaves_out: bool, actor: Viewer, at: datetime) -> Export:
    words = [each.strip() for each in more.splitlines() if each.strip()][:LONGEST]
    content, _ = _opened(text, actor, at)
    for word in words:
        if word not in content:
            raise Refused.because(NOT_THERE.format(word=word[:LONGEST]))
    settle(text, row, words, leaves_out=leaves_out, actor=actor, at=at)
    return finish_read(row, actor, at)


def settle(text: Text, row: Export, words: Sequence[str], *, leaves_out: bool, actor: Viewer, at: datetime) -> None:
    """A person's word on one text is kept."""
    vault.put(text, {"more": json.dumps(words, ensure_ascii=False)}, keyring=vault.keyring([text.key_owner]))
    text.state = Text.LEFT_OUT if leaves_out else Text.CONFIRMED
    text.read_at, text.read_by = at, person_of(actor)
    text.save(update_fields=["more", "state", "read_at", "read_by"])
    record("export.confirmed", row, actor, at, text=text.number, outcome=text.state)


def finish_read(row: Export, actor: Viewer, at: datetime) -> Export:
    """Once nothing waits any more, what was confirmed is put in its place."""
    if not row.texts.filter(state=Text.WAITS).exists():
        _put_in(row, actor, at)
    return row


def _put_in(row: Export, actor: Viewer, at: datetime) -> None:
    """The confirmed texts in their columns, and the export can be downloaded."""
    texts = list(row.texts.filter(state=Text.CONFIRMED).order_by("number"))
    children = list(Child.objects.filter(id__in={each.child_id for each in texts}))
    labels, marks = pseudonyms(row.content_owner, children), scrubbing.rules_at(at)
    fields = [each for each in rules_of(row, at).chosen(row.fields) if each.is_text]
    words: dict[str, list[str]] = {}
    for text in texts:
        line = words.setdefault(labels[text.child_id], [""] * len(fields))
        at_column = next(index for index, each in enumerate(fields) if each.id == text.field)
        said = _hidden(text, marks, actor, at)
        line[at_column] = BETWEEN.join(each for each in (line[at_column], said) if each)
    content = Content.objects.get(export=row)
    (sealed,) = vault.open([content.table], viewer=actor, purpose=PURPOSE, part="notes", route=ROUTE, at=at)
    table = table_of(sealed or "{}").with_columns([Column(each.id, each.zh) for each in fields], words)
    vault.put(content, {"table": table.as_text()}, keyring=vault.keyring([content.key_owner]))
    content.save(update_fields=["table"])
    row.state = Export.MADE
    row.save(update_fields=["state"])


def _hidden(text: Text, marks: Marks, actor: Viewer, at: datetime) -> str:
    content, found = _opened(text, actor, at)
    (more,) = vault.open([text.more], viewer=actor, purpose=PURPOSE, part="notes", route=ROUTE, at=at)
    return masked(content, with_more(content, found, json.loads(more or "[]")), rules=marks)


def with_more(content: str, found: Sequence[Found], more: Sequence[str]) -> list[Found]:
    """What was found together with every place of the words that a person marked."""
    signs: list[str] = [""] * len(content)
    for each in found:
        signs[each.start : each.end] = [each.kind] * (each.end - each.start)
    for word in more:
        start = content.find(word)
        while word and start >= 0:
            signs[start : start + len(word)] = ["marked"] * len(word)
            start = content.find(word, start + len(word))
    made: list[Found] = []
    for at, kind in enumerate(signs):
        if kind and made and made[-1].end == at and made[-1].kind == kind:
            made[-1] = Found(made[-1].start, at + 1, kind)
        elif kind:
            made.append(Found(at, at + 1, kind))
    return made
