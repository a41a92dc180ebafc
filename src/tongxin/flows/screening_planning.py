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
from tongxin.intake.lines import Line, line_of
from tongxin.intake.reading import Row
from tongxin.lib import ids
from tongxin.people import matching
from tongxin.people.matching import Marked
from tongxin.rulebook import rules
from tongxin.screening import identities, questions
from tongxin.screening.classes import grade_of
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Link, Participant, Round, SchoolClass, Sitting
from tongxin.screening.selectors import class_names
from tongxin.vault import Owner

RULE = ("screening", "screening")
ANSWERING = "有儿童正在作答，不能同时登记。请等答完或离开后再登记。没有保存。"
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


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of a class list: added, listed before, and rows that name nobody."""

    added: int
    again: int
    nameless: int


def list_children(
    *, round: Round, rows: Sequence[Row], at: datetime, known: Mapping[int, UUID] | None = None
) -> Listed:
    """A class list taken onto a round; a child with a file is found again as the roster import finds it.

    `known` names the child by a row's place in `rows` where that is certain already.
    """
    named = [(place, row) for place, row in enumerate(rows) if row.name]
    key = vault.tokens.key(rules.region_of(round.county_id))
    lines = [line_of(row, sheet=1, key=key) for _, row in named]
    before = round.participants.values_list("person_mark", flat=True)
    seen = {bytes(mark) for mark in before if mark is not None}
    certain = {place: (known or {}).get(at_row) for place, (at_row, _) in enumerate(named)}
    fresh = [
        (_participant(round, line, certain[place]), line.row) for place, line in enumerate(lines)
        if not (line.person_mark and line.person_mark in seen)
    ]
    _find_again(fresh, county_id=round.county_id or 0)
    vault.create_keys([each.key_owner for each, _ in fresh], at=at)
    with transaction.atomic():
        _store(round, fresh, at)
    return Listed(added=len(fresh), again=len(lines) - len(fresh), nameless=len(rows) - len(lines))


def _participant(round: Round, line: Line, child_id: UUID | None) -> Participant:
    month = date.fromisoformat(f"{line.row.birth_month}-01") if line.row.birth_month else None
    instrument, on = questions.instrument_of(round), round.opens_at.astimezone(CHINA).date()
    reason = questions.is_old_enough(instrument, months_on(month, on), informant=round.informant)
    return Participant(
        id=ids.new_id(), round=round, number=0, id_mark=line.id_mark, person_mark=line.person_mark,
        child_id=child_id, birth_month=month, sex=line.row.sex or "unknown", reason=reason,
        state=Participant.EXCLUDED if reason else Participant.LISTED,
    )


def _find_again(fresh: Sequence[tuple[Participant, Row]], *, county_id: int) -> None:
    """The same number is the same child, and the same name and birth in the same village; elsewhere it may be."""
    lost = [each for each, _ in fresh if each.child_id is None]
    codes = {each.id: row.division_code for each, row in fresh if row.division_code}
    places = dict(
        Division.objects.filter(code__in=set(codes.values()), valid_to__isnull=True).values_list("code", "village_id")
    )
    villages = {id: places.get(code) for id, code in codes.items()}
    numbers = {each.id: bytes(each.id_mark) for each in lost if each.id_mark}
    persons = {each.id: bytes(each.person_mark) for each in lost if each.person_mark}
    at_id = {
        each.id_token: each.id for each in matching.sharing("id_token", numbers.values(), county_id=county_id)
        # A file that is only stored is taken out when something is to be done for the child, not by a list.
        if not each.is_stored
    }
    at_person: dict[bytes | None, Marked] = {}
    for found in matching.sharing("person_token", persons.values(), county_id=county_id):
        at_person.setdefault(found.person_token, found)
    for each in lost:
        each.child_id = at_id.get(numbers[each.id]) if each.id in numbers else None
        maybe = at_person.get(persons[each.id]) if each.child_id is None and each.id in persons else None
        village = villages.get(each.id)
        if maybe is not None and village is not None and maybe.village_id == village:
            each.child_id = maybe.id
        elif maybe is not None:
            each.maybe_child_id = maybe.id


def _store(round: Round, fresh: Sequence[tuple[Participant, Row]], at: datetime) -> None:
    stands = _planned(round.id)
    last = stands.participants.order_by("-number").values_list("number", flat=True).first() or 0
    classes = _classes(stands, [_class_of(row) for _, row in fresh], at)
    keys = vault.keyring(each.key_owner for each, _ in fresh)
    for number, (each, row) in enumerate(fresh, start=last + 1):
        each.number, each.school_class = number, classes.get(_class_of(row))
        identities.seal_row(each, row, keyring=keys)
    Participant.objects.bulk_create([each for each, _ in fresh], batch_size=500)


def _planned(round_id: UUID) -> Round:
    """The round, locked, if its list may still be changed."""
    round = Round.objects.select_for_update().get(id=round_id)
    if round.state != Round.PLANNED:
        raise NotTaken(STARTED)
    return round


def clear_list(*, round_id: UUID, at: datetime) -> int:
    """How many were taken off a list that was the wrong one; what was sealed of them can't be opened any more."""
    with transaction.atomic():
        round = _planned(round_id)
        owners = [each.key_owner for each in round.participants.filter(child_id__isnull=True)]
        many, _ = round.participants.all().delete()
        round.classes.all().delete()
        transaction.on_commit(lambda: _destroy(owners, at))
    return many


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
        if any(each.sittings.filter(state=Sitting.OPEN).exists() for each in rows):
            raise NotTaken(ANSWERING)
        for each in rows:
            each.consent, each.consent_on, each.consent_by = consent, on, actor.person_id
            each.state = _after_consent(each)
        Participant.objects.bulk_update(rows, ["consent", "consent_on", "consent_by", "state"])
        if consent != Participant.GIVEN:
            Link.objects.filter(participant__in=rows, revoked_at__isnull=True).update(revoked_at=at)
    return len(rows)


def _after_consent(participant: Participant) -> str:
    if participant.consent != Participant.GIVEN:
        return Participant.NOT_CONSENTED if participant.state != Participant.EXCLUDED else participant.state
    return Participant.LISTED if participant.state == Participant.NOT_CONSENTED else participant.state


def _destroy(owners: Iterable[Owner], at: datetime) -> None:
    for owner in owners:
        vault.destroy(owner, at=at)
