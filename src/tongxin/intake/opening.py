"""Opening many files at once: everything sealed and made ready first, then written in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.assessments.models import Result
from tongxin.cases.models import Case, Task
from tongxin.intake.county import ANCHOR, FORM, Groundwork
from tongxin.intake.lines import Line, answers_of, made_id
from tongxin.intake.reading import Row
from tongxin.ledger import Draft, EventDraft
from tongxin.ledger.fresh import First, first_entries
from tongxin.lib import bulk
from tongxin.lib.bulk import Laid, Table
from tongxin.people import search
from tongxin.people.models import Adult, Carer, CategorySpan, Child
from tongxin.people.services import file_number
from tongxin.people.token_table import MarkRow
from tongxin.vault import DataKey, Keyring, Owner

PLACES = ("province_id", "city_id", "county_id", "town_id", "village_id")
COUNTY_DIGITS = 6
SEALED = ("name", "id_no", "birth", "phone", "residence_address")
CHILD = (
    "id", "file_no", *PLACES, "name", "id_no", "birth", "phone", "address", "id_kind", "birth_month", "sex",
    "id_token", "person_token", "state", "created_at",
)
ADULT = ("id", "name", "id_no", "phone", "state")
CARER = ("child", "adult", "relation", "is_concern", "from_on", "entry_id")
SPAN = ("child", "category", "source", "entry_id")
RESULT = ("entry_id", "child_id", "kind", "form_hash", "data", "definitions")
CASE = tuple(each.attname for each in Case._meta.concrete_fields)
TASK = tuple(each.attname for each in Task._meta.concrete_fields if each.attname != "id")


@dataclass
class Fresh:
    """One file to be opened from one line; `place` is the code of where the child lives."""

    upload_id: UUID
    line: Line
    place: str
    details: tuple[str, ...]

    @cached_property
    def child_id(self) -> UUID:
        return made_id(self.upload_id, "child", *self.line.where)

    @cached_property
    def entry_id(self) -> UUID:
        return made_id(self.upload_id, "entry", *self.line.where)

    @cached_property
    def adult_id(self) -> UUID:
        return made_id(self.upload_id, "adult", *self.line.where)

    @cached_property
    def answers(self) -> dict[str, Any]:
        code = self.place if len(self.place) > COUNTY_DIGITS else ""
        return answers_of(self.line.row, details=self.details, place_code=code)

    @property
    def owner(self) -> Owner:
        return Owner("child", self.child_id)

    @cached_property
    def carer(self) -> dict[str, str] | None:
        return next(iter(self.answers.get("carers", ())), None)

    @property
    def owners(self) -> list[Owner]:
        """Under whose keys the file is sealed."""
        return [self.owner, *([Owner("adult", self.adult_id)] if self.carer else [])]


@dataclass(slots=True)
class Ready:
    """Files sealed and laid out as rows. The keys are kept first and apart: a key without rows harms nobody."""

    keys: vault.FreshRows
    tables: list[Laid]
    findable: list[MarkRow]

    def write(self) -> None:
        """Put everything but the keys into the open transaction."""
        for table in self.tables:
            bulk.write(table)
        search.index_fresh(self.findable)


def lay_out(
    fresh: Sequence[Fresh], *, ground: Groundwork, known: Mapping[Owner, DataKey | None] | None = None
) -> Ready:
    """Seal and lay out, without any database; `known` are keys that are kept already."""
    owners = (owner for each in fresh for owner in each.owners)
    keys, rows = vault.fresh_keys(owners, at=ground.at, known=known)
    caring = [(each, each.carer) for each in fresh if each.carer]
    day = ground.at.date()
    tables: list[Table] = [
        (Child, CHILD, _children(fresh, ground, keys)),
        (Adult, ADULT, _adults(fresh, keys)),
        (Carer, CARER, [
            (each.child_id, each.adult_id, carer.get("relation", "other"), False, day, each.entry_id)
            for each, carer in caring
        ]),
        (CategorySpan, SPAN, [
            (each.child_id, category, "roster", each.entry_id)
            for each in fresh for category in each.line.row.categories
        ]),
        *_record(fresh, ground, keys),
        *_derived(fresh, ground),
    ]
    return Ready(keys=rows, tables=[bulk.lay_out(table) for table in tables], findable=search.marked(
        search.Row(
            each.child_id, ground.ancestors[each.place], ground.code, each.line.row.name, each.line.row.id_no
        )
        for each in fresh
    ))


def _children(fresh: Sequence[Fresh], ground: Groundwork, keys: Keyring) -> list[tuple[Any, ...]]:
    label = Child._meta.label_lower
    columns = dict(zip(SEALED, ("name", "id_no", "birth", "phone", "address"), strict=True))
    items = [
        (each.answers[name], each.owner, (label, column, each.child_id))
        for each in fresh for name, column in columns.items() if each.answers.get(name)
    ]
    blobs = iter(vault.seal_many(items, keyring=keys))
    rows = []
    for each in fresh:
        row, places = each.line.row, ground.ancestors[each.place]
        sealed = [next(blobs) if each.answers.get(name) else None for name in SEALED]
        rows.append((
            each.child_id, file_number(each.child_id), *(places[name] for name in PLACES), *sealed, "resident_id",
            _month(row), row.sex or "unknown", each.line.id_mark, each.line.person_mark, "present", ground.at,
        ))
    return rows


def _month(row: Row) -> date | None:
    return date.fromisoformat(f"{row.birth_month}-01") if row.birth_month else None


def _adults(fresh: Sequence[Fresh], keys: Keyring) -> list[tuple[Any, ...]]:
    label = Adult._meta.label_lower
    columns = {"carer_name": "name", "carer_id_no": "id_no", "carer_phone": "phone"}
    caring = [(each.adult_id, each.carer) for each in fresh if each.carer]
    blobs = iter(vault.seal_many(
        [
            (carer[name], Owner("adult", adult_id), (label, column, adult_id))
            for adult_id, carer in caring for name, column in columns.items() if name in carer
        ],
        keyring=keys,
    ))
    return [
        (adult_id, *(next(blobs) if name in carer else None for name in columns), "unknown")
        for adult_id, carer in caring
    ]


def _record(fresh: Sequence[Fresh], ground: Groundwork, keys: Keyring) -> list[Table]:
    """The entry is a fact; a case with its tasks is its consequence, told of together."""
    clear = {"form": FORM, "about": ""}
    firsts = []
    for each in fresh:
        draft = Draft(
            entry_id=each.entry_id, subject=each.owner, kind=FORM, form_hash=ground.form_hash,
            occurred_at=ground.at, clear=clear, answers=each.answers,
        )
        plan = ground.plans[each.place, each.details]
        tasks = [task.key.replace(ANCHOR, str(each.entry_id)) for task in plan.tasks]
        firsts.append(First(draft, (
            EventDraft("entry.recorded", each.owner, clear, each.entry_id, is_fact=True),
            EventDraft("case.opened", each.owner, {"stage": plan.case.stage, "tasks": tasks}),
        )))
    definitions = {f"forms/{FORM}": ground.form_hash}
    data = {each.details: {"details": list(each.details)} for each in fresh}
    results = [
        (each.entry_id, each.child_id, FORM, ground.form_hash, data[each.details], definitions) for each in fresh
    ]
    record = first_entries(firsts, recorded_at=ground.at, actor=ground.actor, keyring=keys)
    return [*record, (Result, RESULT, results)]


def _derived(fresh: Sequence[Fresh], ground: Groundwork) -> list[Table]:
    cases, tasks = [], []
    for each in fresh:
        plan = ground.plans[each.place, each.details]
        cases.append([each.child_id if name == "id" else plan.case.__dict__[name] for name in CASE])
        for task in plan.tasks:
            own = {**task.__dict__, "case_id": each.child_id, "key": task.key.replace(ANCHOR, str(each.entry_id))}
            tasks.append([own[name] for name in TASK])
    return [(Case, CASE, cases), (Task, TASK, tasks)]
