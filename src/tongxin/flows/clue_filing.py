"""A file for the child whom a clue is about: what was told stands in the form, and the clue in the new file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import Asked
from tongxin.clues.models import CLOSED, Clue
from tongxin.clues.rules import ClueRules
from tongxin.flows import clue_matching
from tongxin.flows.clue_owners import rules_for
from tongxin.flows.clues import PART, ROUTE, clue_for, may_work
from tongxin.flows.opening import open_file
from tongxin.flows.prefill import fits
from tongxin.flows.record import Sheet
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.people.models import Child

OPEN = "open_file"
SOURCE, NOTE, BETWEEN = "source", "source_note", "；"
SETTLED = "没有另建档案：这条线索别人刚记到了档案里，或已经了结。请回到线索看过再办；仍要建档的，从“新建档案”先查再建。"


@dataclass(frozen=True, slots=True)
class Told:
    """A clue from which a file may be opened: what it says, and the answers that follow from that."""

    clue: Clue
    rules: ClueRules
    words: Mapping[str, str]
    answers: Mapping[str, Any]


def may_file(clue: Clue, *, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody may open a file from a clue now."""
    is_open = clue.child_id is None and clue.state != CLOSED
    return is_open and access.may_do(viewer=viewer, action=OPEN, at=at) and may_work(clue, viewer=viewer, at=at)


def told_by(*, clue_id: UUID, asked: Asked, viewer: Viewer, at: datetime) -> Told:
    """What a clue knows of a child, as answers to the 档案表; opened on record."""
    clue = clue_for(clue_id=clue_id, viewer=viewer, at=at)
    if not may_file(clue, viewer=viewer, at=at):
        raise NotAllowed
    found = rules_for(clue, at=at)
    (text,) = vault.open([clue.words], viewer=viewer, purpose="clue", part=PART, route=ROUTE, at=at)
    words = dict(json.loads(text or "{}"))
    return Told(clue, found, words, _answers(clue, found, words, asked))


def _answers(clue: Clue, found: ClueRules, words: Mapping[str, str], asked: Asked) -> dict[str, Any]:
    """Only what fits its question; of a matter of staff only what names the child, since they may read the file."""
    channel = found.channels[clue.channel]
    number = f"{found.code} {clue.year}-{clue.number}"
    said = {SOURCE: channel.source, NOTE: f"{number}（{channel.zh}）"}
    for name, sources in found.carried.items():
        if clue.above_level and name not in found.carried_names:
            continue
        told = BETWEEN.join(text for each in sources if (text := words.get(each, "").strip()))
        said[name] = f"{said[name]}：{told}" if name in said and told else said.get(name) or told
    if clue.above_level:
        said[NOTE] = number
    fields = {field.id: field for field in asked.form.fields}
    cut = {
        name: text[: fields[name].max_length] if fields[name].max_length else text
        for name, text in said.items() if name in fields and text
    }
    return {name: value for name, value in cut.items() if fits(fields[name], value)}


def open_from(*, clue_id: UUID, sheet: Sheet, actor: Viewer, at: datetime) -> Child:
    """The child's new file with the clue in it; a danger that nobody named yet is asked for on the clue's page."""
    with transaction.atomic():
        clue = clue_for(clue_id=clue_id, viewer=actor, at=at, for_update=True)
        if not may_file(clue, viewer=actor, at=at):
            raise Refused.because(SETTLED)
        child = open_file(sheet=sheet, actor=actor, at=at)
        if not clue_matching.asks_which(clue, rules_for(clue, at=at)):
            clue_matching.match(clue_id=clue.id, child_id=child.id, sign="", actor=actor, at=at)
    return child
