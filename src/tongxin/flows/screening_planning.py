"""Planning a round: who is asked what, by which version, with whose consent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts.models import Division, Organisation, places_of
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import months_on
from tongxin.core.pathway import CHINA
from tongxin.flows.screening_notes import note
from tongxin.intake.lines import line_of
from tongxin.intake.reading import Row
from tongxin.lib import ids
from tongxin.people import matching
from tongxin.rulebook import rules
from tongxin.screening import identities, questions
from tongxin.screening.classes import grade_of
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Participant, Round, SchoolClass
from tongxin.screening.selectors import class_names

RULE = ("screening", "screening")
STARTED = "这一批次已经开始或结束，名单不能再改。"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a planner decides before anybody is listed."""

    kind: str
    division: Division
    organisation: Organisation | None
    instrument: str
    opens_at: datetime
    closes_at: datetime
    ways: tuple[str, ...] = ("link", "kiosk", "paper", "import")
    informant: str = "self"


def plan_round(*, plan: Plan, actor: Viewer, at: datetime, makes_up: Round | None = None) -> Round:
    """A round that nobody is invited to yet, bound to the version of its questionnaire in force now."""
    if plan.closes_at <= plan.opens_at:
        raise NotTaken("截止时间要晚于开始时间。没有保存。")
    if plan.closes_at <= at:
        raise NotTaken("截止时间已经过去了。没有保存。")
    region = rules.region_of(plan.division.county_id)
    round = Round(
        id=ids.new_id(), kind=plan.kind, organisation=plan.organisation, division=plan.division,
        instrument=plan.instrument, informant=plan.informant, ways=list(plan.ways), opens_at=plan.opens_at,
        instrument_hash=rules.resolve("instruments", plan.instrument, region=region, at=at).hash,
        rule_hash=rules.resolve(*RULE, region=region, at=at).hash, closes_at=plan.closes_at, makes_up=makes_up,
        planned_at=at, planned_by_id=actor.person_id, planned_post_id=actor.post_id, **places_of(plan.division),
    )
    vault.create_keys([round.key_owner], at=at)
    with transaction.atomic():
        round.save(force_insert=True)
        note("round.planned", round, actor, at, instrument=round.instrument)
    return round


def list_children(*, round: Round, rows: Sequence[Row], at: datetime, known: Mapping[int, UUID] | None = None) -> int:
    """How many were added from a class list; a child with a file is found again as the roster import finds it.

    `known` names the child by a row's place in `rows` where that is certain already.
    """
    listed = [row for row in rows if row.name]
    region = rules.region_of(round.county_id)
    key = vault.tokens.key(region)
    lines = [line_of(row, sheet=1, key=key) for row in listed]
    at_id = {found.id_token: found.id for found in matching.sharing(
        "id_token", (line.id_mark for line in lines if line.id_mark), county_id=round.county_id or 0
    )}
    at_person = {found.person_token: found.id for found in matching.sharing(
        "person_token", (line.person_mark for line in lines if line.person_mark), county_id=round.county_id or 0
    )}
    fresh = [
        Participant(
            id=ids.new_id(), round=round, number=0, id_mark=line.id_mark, person_mark=line.person_mark,
            child_id=(known or {}).get(place) or at_id.get(line.id_mark or b""),
            birth_month=date.fromisoformat(f"{line.row.birth_month}-01") if line.row.birth_month else None,
            sex=line.row.sex or "unknown",
        )
        for place, line in enumerate(lines)
    ]
    instrument, on = questions.instrument_of(round), round.opens_at.astimezone(CHINA).date()
    for each, line in zip(fresh, lines, strict=True):
        if each.child_id is None:
            each.maybe_child_id = at_person.get(line.person_mark or b"")
        each.reason = questions.is_old_enough(
            instrument, months_on(each.birth_month, on), informant=round.informant
        )
        each.state = Participant.EXCLUDED if each.reason else Participant.LISTED
    vault.create_keys([each.key_owner for each in fresh], at=at)
    with transaction.atomic():
        stands = Round.objects.select_for_update().get(id=round.id)
        if stands.state != Round.PLANNED:
            raise NotTaken(STARTED)
        first = stands.participants.count()
        classes = _classes(stands, [_class_of(row) for row in listed], at)
        for place, (each, row) in enumerate(zip(fresh, listed, strict=True)):
            each.number, each.school_class = first + place + 1, classes.get(_class_of(row))
        keys = vault.keyring(each.key_owner for each in fresh)
        for each, row in zip(fresh, listed, strict=True):
            identities.seal_row(each, row, keyring=keys)
        Participant.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)


def _class_of(row: Row) -> str:
    return str(row.others.get("grade") or "").strip()[:40]


def _classes(round: Round, labels: Iterable[str], at: datetime) -> dict[str, SchoolClass]:
    """The classes by their name, those that are new added in their order."""
    known = {name: each for each, name in class_names(round, at=at)}
    number = len(known)
    for label in dict.fromkeys(label for label in labels if label and label not in known):
        number += 1
        row = SchoolClass(id=ids.new_id(), round=round, number=number, grade=grade_of(label))
        vault.put(row, {"label": label})
        row.save(force_insert=True)
        known[label] = row
    return known


def note_consent(
    *, participant_ids: Iterable[UUID], consent: str, on: date, actor: Viewer, at: datetime
) -> int:
    """How many guardians' answers were put down; a child who hasn't answered yet follows them at once."""
    if consent not in {Participant.GIVEN, Participant.DECLINED, Participant.MISSING}:
        raise NotTaken("没有这种答复。请选“已同意”“不同意”或“还没有答复”。")
    with transaction.atomic():
        rows = list(
            Participant.objects.select_for_update().filter(id__in=list(participant_ids)).exclude(
                state=Participant.ANSWERED
            )
        )
        for each in rows:
            each.consent, each.consent_on, each.consent_by = consent, on, actor.person_id
            each.state = _after_consent(each)
        Participant.objects.bulk_update(rows, ["consent", "consent_on", "consent_by", "state"])
    return len(rows)


def _after_consent(participant: Participant) -> str:
    if participant.consent != Participant.GIVEN:
        return Participant.NOT_CONSENTED if participant.state != Participant.EXCLUDED else participant.state
    return Participant.LISTED if participant.state == Participant.NOT_CONSENTED else participant.state
