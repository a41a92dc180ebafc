"""Opening many files at once: everything sealed and made ready first, then written in one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.accounts.models import Division, places_of
from tongxin.assessments.models import Result
from tongxin.cases.models import Case, Task
from tongxin.intake.county import ANCHOR, FORM, County
from tongxin.intake.lines import answers_of, id_mark_of, made_id, person_mark_of
from tongxin.intake.reading import Row
from tongxin.ledger import Draft, EventDraft
from tongxin.ledger.fresh import first_entries
from tongxin.lib import bulk
from tongxin.lib.bulk import Table
from tongxin.people import search
from tongxin.people.models import Adult, Carer, CategorySpan, Child
from tongxin.people.services import file_number
from tongxin.vault import Keyring, Owner

PLACES = ("province_id", "city_id", "county_id", "town_id", "village_id")
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


@dataclass(slots=True)
class Fresh:
    """One file to be opened from one row."""

    upload_id: UUID
    sheet: int
    row: Row
    place: Division
    details: tuple[str, ...]
    child_id: UUID = field(init=False)
    entry_id: UUID = field(init=False)
    adult_id: UUID = field(init=False)
    answers: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.child_id = made_id(self.upload_id, "child", *self.where)
        self.entry_id = made_id(self.upload_id, "entry", *self.where)
        self.adult_id = made_id(self.upload_id, "adult", *self.where)
        code = self.place.code if self.place.level in {"village", "town"} else ""
        self.answers = answers_of(self.row, details=self.details, place_code=code)

    @property
    def owner(self) -> Owner:
        return Owner("child", self.child_id)

    @property
    def where(self) -> tuple[int, int]:
        return self.sheet, self.row.row

    def id_mark(self, key: bytes) -> bytes | None:
        return id_mark_of(self.row, key)

    @property
    def carer(self) -> dict[str, str] | None:
        return next(iter(self.answers.get("carers", ())), None)


@dataclass(slots=True)
class Ready:
    """Files sealed and laid out as rows; `write` puts them into the open transaction."""

    tables: list[Table]
    findable: list[search.Row]

    def write(self) -> None:
        for model, columns, rows in self.tables:
            bulk.insert(model, columns, rows)
        if self.findable:
            search.index_many(self.findable)


def prepare(fresh: Sequence[Fresh], *, county: County) -> Ready:
    """The keys are stored at once, apart from all else: a key without rows harms nobody."""
    owners = [each.owner for each in fresh] + [Owner("adult", each.adult_id) for each in fresh if each.carer]
    keys = vault.create_many(owners, at=county.at)
    return Ready(
        tables=[
            (Child, CHILD, _children(fresh, county, keys)),
            (Adult, ADULT, _adults(fresh, keys)),
            (Carer, CARER, [
                (each.child_id, each.adult_id, each.carer.get("relation", "other"), False, county.at.date(), each.entry_id)
                for each in fresh if each.carer
            ]),
            (CategorySpan, SPAN, [
                (each.child_id, category, "roster", each.entry_id) for each in fresh for category in each.row.categories
            ]),
            *_record(fresh, county, keys),
            *_derived(fresh, county),
        ],
        findable=[
            search.Row(each.child_id, places_of(each.place), county.code, each.row.name, each.row.id_no)
            for each in fresh
        ],
    )


def _children(fresh: Sequence[Fresh], county: County, keys: Keyring) -> list[tuple[Any, ...]]:
    label = Child._meta.label_lower
    columns = dict(zip(SEALED, ("name", "id_no", "birth", "phone", "address"), strict=True))
    items = [
        (each.answers[name], each.owner, (label, column, each.child_id))
        for each in fresh for name, column in columns.items() if each.answers.get(name)
    ]
    blobs = iter(vault.seal_many(items, keyring=keys))
    rows = []
    for each in fresh:
        row, places = each.row, places_of(each.place)
        sealed = [next(blobs) if each.answers.get(name) else None for name in SEALED]
        rows.append((
            each.child_id, file_number(each.child_id), *(places[name] for name in PLACES), *sealed, "resident_id",
            _month(row), row.sex or "unknown", id_mark_of(row, county.key), person_mark_of(row, county.key),
            "present", county.at,
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


def _record(fresh: Sequence[Fresh], county: County, keys: Keyring) -> list[Table]:
    clear = {"form": FORM, "about": ""}
    drafts = [
        Draft(
            entry_id=each.entry_id, subject=each.owner, kind=FORM, form_hash=county.form_hash,
            occurred_at=county.at, clear=clear, answers=each.answers,
        )
        for each in fresh
    ]
    told = list(_told(fresh, county, clear))
    definitions = {f"forms/{FORM}": county.form_hash}
    results = [
        (each.entry_id, each.child_id, FORM, county.form_hash, {"details": list(each.details)}, definitions)
        for each in fresh
    ]
    record = first_entries(drafts, told=told, recorded_at=county.at, actor=county.actor, keyring=keys)
    return [*record, (Result, RESULT, results)]


def _told(fresh: Sequence[Fresh], county: County, clear: dict[str, str]) -> Iterator[EventDraft]:
    """The entry as a fact, and its consequence: a case with its tasks, told of together."""
    for each in fresh:
        yield EventDraft("entry.recorded", each.owner, clear, each.entry_id, is_fact=True)
        plan = county.plan(each.place, each.details)
        tasks = [task.key.replace(ANCHOR, str(each.entry_id)) for task in plan.tasks]
        yield EventDraft("case.opened", each.owner, {"stage": plan.case.stage, "tasks": tasks})


def _derived(fresh: Sequence[Fresh], county: County) -> list[Table]:
    cases, tasks = [], []
    for each in fresh:
        plan = county.plan(each.place, each.details)
        cases.append([each.child_id if name == "id" else plan.case.__dict__[name] for name in CASE])
        for task in plan.tasks:
            own = {**task.__dict__, "case_id": each.child_id, "key": task.key.replace(ANCHOR, str(each.entry_id))}
            tasks.append([own[name] for name in TASK])
    return [(Case, CASE, cases), (Task, TASK, tasks)]
