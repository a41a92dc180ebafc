"""A child's entries played through the definitions of their time, from the sealed answers alone (B1)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tongxin import ledger
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import WORKER
from tongxin.cases import derivation
from tongxin.flows.derive import ground_for
from tongxin.flows.facts import as_facts
from tongxin.flows.outcome import outcome_for
from tongxin.flows.record import asked_of
from tongxin.ledger import Draft
from tongxin.ledger.models import Entry
from tongxin.people.models import Child

NO_FORM = frozenset({"household_alarm", "household_part", "registration"})


@dataclass(frozen=True, slots=True)
class Replayed:
    """One entry with what the definitions of its time make of it; None where its key was destroyed."""

    entry: Entry
    data: Mapping[str, Any] | None


def replay(child: Child, entries: Sequence[Entry], *, at: datetime) -> Iterator[Replayed]:
    """Each entry's outcome anew, in the order recorded; nothing is stored or sent."""
    answers = ledger.open_entries(entries, viewer=WORKER, purpose="rebuild", at=at)
    shadow = Child(id=child.id, county_id=child.county_id)
    first = next((each for each in answers if each and each.get("residence_division")), None)
    if first:
        _place(shadow, str(first["residence_division"]))
    made: dict[str, Mapping[str, Any]] = {}
    for index, (entry, words) in enumerate(zip(entries, answers, strict=True)):
        if words is None:
            yield Replayed(entry, None)
            continue
        if entry.kind in NO_FORM:
            data: Mapping[str, Any] = registered(words) if entry.kind == "registration" else {}
        else:
            asked = asked_of(shadow, form_id=str(entry.clear["form"]), at=entry.recorded_at)
            data = outcome_for(
                child=shadow, asked=asked, draft=_draft(entry, words), post_id=entry.post_id,
                standing=_standing(shadow, entries[:index], made, entry), at=entry.recorded_at,
            ).data
        made[str(entry.id)] = data
        yield Replayed(entry, data)
        _learn(shadow, entry, words)
        if data.get("goes_on") and data.get("outcome") == "accepted":
            _place(shadow, _target(made, entries[:index]))


def _standing(
    shadow: Child, before: Sequence[Entry], made: Mapping[str, Mapping[str, Any]], entry: Entry
) -> str:
    """The grade that stood when an assessment was recorded: gaps in it may not lower that one."""
    if entry.kind != "assessment":
        return ""
    ground = ground_for(shadow, at=entry.recorded_at)
    return derivation.think(as_facts(before, made), ground=ground, at=entry.recorded_at).state.grades.standing


def registered(words: Mapping[str, Any]) -> dict[str, Any]:
    """What a roster's row leaves to be completed."""
    return {"details": list(words.get("problems", ()))}


def _draft(entry: Entry, words: Mapping[str, Any]) -> Draft:
    return Draft(
        entry_id=entry.id, subject=entry.key_owner, kind=entry.kind, form_hash=entry.form_hash,
        occurred_at=entry.occurred_at, clear=entry.clear, answers=words, device=entry.device,
        supersedes=entry.supersedes_id, correction_kind=entry.correction_kind,
    )


def _learn(shadow: Child, entry: Entry, words: Mapping[str, Any]) -> None:
    """What this entry changes for those after it: the child's age and the place whose rules hold."""
    if entry.kind not in {"case_file", "registration", "detail_correction"} or entry.correction_kind in {
        "retract", "moved",
    }:
        return
    if words.get("birth"):
        shadow.birth_month = date.fromisoformat(str(words["birth"])).replace(day=1)
    elif words.get("birth_month"):
        shadow.birth_month = date.fromisoformat(f"{words['birth_month']}-01")
    if words.get("residence_division"):
        _place(shadow, str(words["residence_division"]))


def _target(made: Mapping[str, Mapping[str, Any]], before: Sequence[Entry]) -> str:
    """Where the last transfer led."""
    leaving = [entry for entry in before if entry.kind == "transfer_out"]
    return str(made[str(leaving[-1].id)].get("to_division", "")) if leaving else ""


def _place(shadow: Child, code: str) -> None:
    division = Division.objects.filter(code=code).first()
    if division is not None:
        shadow.county_id = division.county_id
