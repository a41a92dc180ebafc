"""A child's entries played through the definitions of their time, from the sealed answers alone (B1)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import ledger
from tongxin.accounts.models import Division, places_of
from tongxin.accounts.viewers import WORKER
from tongxin.assessments.models import Result
from tongxin.cases import derivation
from tongxin.flows import people_again
from tongxin.flows.derive import ground_for
from tongxin.flows.facts import as_facts
from tongxin.flows.outcome import outcome_for
from tongxin.flows.record import asked_of
from tongxin.instances.models import ForeignEntry
from tongxin.ledger import Draft
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.people.standing import TOLD, identity_of

NO_FORM = frozenset({"contact_doubt", "household_alarm", "household_part", "link_part", "registration"})
DOUBTFUL = frozenset({"contact_doubt", "registration"})


@dataclass(frozen=True, slots=True)
class Replayed:
    """One entry with its words and what the definitions of its time make of it.

    None where its key was destroyed, or where it was made elsewhere: what is stored came with it.
    """

    entry: Entry
    data: Mapping[str, Any] | None
    words: Mapping[str, Any] | None = None


def replay(child: Child, entries: Sequence[Entry], *, at: datetime) -> Iterator[Replayed]:
    """Each entry's outcome anew, in the order recorded; nothing is stored or sent."""
    answers = ledger.open_entries(entries, viewer=WORKER, purpose="rebuild", at=at)
    shadow = Child(id=child.id, **places_of(child))
    first = next((each for each in answers if each and each.get("residence_division")), None)
    if first:
        _place(shadow, str(first["residence_division"]))
    made: dict[str, Mapping[str, Any]] = {}
    given = _made_elsewhere(entries)
    for index, (entry, words) in enumerate(zip(entries, answers, strict=True)):
        if words is None:
            yield Replayed(entry, None)
            continue
        if entry.id in given:
            made[str(entry.id)] = given[entry.id]
            yield Replayed(entry, None, words)
            if entry.kind in TOLD:
                _learn(shadow, list(zip(entries, answers, strict=True))[: index + 1], made)
            continue
        if entry.kind in NO_FORM:
            data: Mapping[str, Any] = registered(words) if entry.kind in DOUBTFUL else {}
        else:
            asked = asked_of(shadow, form_id=str(entry.clear["form"]), at=entry.recorded_at)
            data = outcome_for(
                child=shadow, asked=asked, draft=draft_of(entry, words), post_id=entry.post_id,
                standing=_standing(shadow, entries[:index], made, entry), at=entry.recorded_at,
            ).data
        made[str(entry.id)] = data
        yield Replayed(entry, data, words)
        if entry.kind in TOLD | {"transfer_in"}:
            _learn(shadow, list(zip(entries, answers, strict=True))[: index + 1], made)


def _made_elsewhere(entries: Sequence[Entry]) -> dict[UUID, Mapping[str, Any]]:
    """What came with entries that another installation made: its rules of that time are not in force here."""
    came = ForeignEntry.objects.filter(entry_id__in=[entry.id for entry in entries]).values_list("entry_id", flat=True)
    found: dict[UUID, Mapping[str, Any]] = {each: {} for each in came}
    return found | dict(Result.objects.filter(entry_id__in=list(found)).values_list("entry_id", "data"))


def _standing(
    shadow: Child, before: Sequence[Entry], made: Mapping[str, Mapping[str, Any]], entry: Entry
) -> str:
    """The grade that stood when an assessment was recorded: gaps in it may not lower that one."""
    if entry.kind != "assessment":
        return ""
    ground = ground_for(shadow, at=entry.recorded_at)
    facts = as_facts(before, made, anchors=())
    return derivation.think(facts, ground=ground, at=entry.recorded_at).state.grades.standing


def registered(words: Mapping[str, Any]) -> dict[str, Any]:
    """What a roster's row, or a visit by somebody who may not correct it, leaves to be completed."""
    return {"details": list(words.get("problems", ()))}


def draft_of(entry: Entry, words: Mapping[str, Any]) -> Draft:
    """An entry as it was drafted."""
    return Draft(
        entry_id=entry.id, subject=entry.key_owner, kind=entry.kind, form_hash=entry.form_hash,
        occurred_at=entry.occurred_at, clear=entry.clear, answers=words, device=entry.device,
        supersedes=entry.supersedes_id, correction_kind=entry.correction_kind,
    )


def _learn(
    shadow: Child, known: Sequence[tuple[Entry, Mapping[str, Any] | None]], made: Mapping[str, Mapping[str, Any]]
) -> None:
    """What the entries so far say for those after them: the child's age and the place whose rules hold."""
    entries = people_again.standing_entries([entry for entry, _ in known])
    standing = {entry.id for entry in entries}
    said = people_again.said_by((entry, words) for entry, words in known if entry.id in standing)
    shadow.birth_month = identity_of(said).get("month")
    arrivals = people_again.arrivals_of((UUID(key), data) for key, data in made.items())
    home = people_again.said_place(entries, said, arrivals)
    if home is not None:
        _live_at(shadow, home)


def _place(shadow: Child, code: str) -> None:
    division = Division.objects.filter(code=code).first()
    if division is not None:
        _live_at(shadow, division)


def _live_at(shadow: Child, place: Division) -> None:
    for column, value in place.ancestors.items():
        setattr(shadow, column, value)
