"""People trained elsewhere, from a workbook: looked at first, every bad row told, taken in when somebody says so."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from tongxin import vault
from tongxin.accounts.models import Division, Holding
from tongxin.accounts.viewers import Viewer, held
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import credits
from tongxin.flows.training.scope import KEEP, county_of, must, rules_for, tell, today, worker_of
from tongxin.flows.training.sessions import mark_of, session_for
from tongxin.intake.reading.refusal import RosterError
from tongxin.intake.reading.workbook import read_workbook
from tongxin.lib import ids
from tongxin.lib.numbers import day_in
from tongxin.rulebook import rules as rulebook
from tongxin.training.models import Batch, Credit, Session
from tongxin.training.rules import Training
from tongxin.vault import tokens

PURPOSE, PART, ROUTE = "training", "staff", "training"
NO_FILE = "没有上传：请选一个文件。"
NO_HEADS = "没有认出这张表：第一行要有“姓名”和“岗位”这样的表头。没有导入任何一行。"
TOO_MANY = "没有导入：一次最多 {most} 行，请分几次上传。"
SETTLED = "没有改动：这份名单已经处理过。"
NOTHING = "没有导入：没有合格的行，请照着原因改好再上传。"
LONGEST_NAME, SHOWN = 40, 200


@dataclass(frozen=True, slots=True)
class Row:
    """One row that will be taken in."""

    name: str
    audience: str
    town_id: int | None
    village_id: int | None
    subject: str
    day: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Bad:
    """One row that won't, with its number in the sheet and why."""

    number: int
    why: str


class _Reader:
    """Reads the rows of one sheet by the rules of a county."""

    def __init__(self, found: Training, county_id: int, session: Session | None, at: datetime) -> None:
        self.found, self.session, self.at = found, session, at
        self.audiences = {each.zh: each.id for each in found.audiences.values()}
        self.subjects = {zh: id for id, zh in found.subjects.items()}
        rows = Division.objects.filter(county_id=county_id, level__in=("town", "village"), valid_to__isnull=True)
        self.towns: dict[str, int] = {}
        self.villages: dict[tuple[int | None, str], int] = {}
        for place in rows:
            if place.level == "town":
                self.towns[place.name] = place.id
            else:
                self.villages[(place.town_id, place.name)] = place.id

    def row(self, cells: Mapping[str, str]) -> Row:
        """The row; ValueError says what is wrong with it."""
        name = "".join(cells.get("name", "").split())
        if not name or len(name) > LONGEST_NAME:
            raise ValueError("没有姓名，或者姓名太长")
        audience = self.audiences.get(cells.get("audience", ""))
        if audience is None:
            raise ValueError(f"岗位要写：{'、'.join(self.audiences)}")
        town, village = self._place(cells)
        subject = self.session.clear["subject"] if self.session else self.subjects.get(cells.get("subject", ""))
        if subject is None:
            raise ValueError(f"培训内容要写：{'、'.join(self.subjects)}")
        return Row(name, audience, town, village, subject, self._day(cells).isoformat(), self._minutes(cells))

    def _place(self, cells: Mapping[str, str]) -> tuple[int | None, int | None]:
        said, village = cells.get("town", ""), cells.get("village", "")
        town = self.towns.get(said)
        if said and town is None:
            raise ValueError("没有这个乡镇（街道），请写全称")
        if not village:
            return town, None
        if town is None:
            raise ValueError("写了村（社区），也要写乡镇（街道）")
        found = self.villages.get((town, village))
        if found is None:
            raise ValueError("这个乡镇里没有这个村（社区），请写全称")
        return town, found

    def _day(self, cells: Mapping[str, str]) -> date:
        if self.session:
            return today(self.session.held_at)
        day, now = _day_in(cells.get("day", "")), today(self.at)
        if day is None:
            raise ValueError("日期没有写，或者写法认不出，请写成 2025-11-08")
        if not now - self.found.back <= day <= now:
            raise ValueError(f"日期不能晚于今天，也不能早过 {self.found.back.days} 天")
        return day

    def _minutes(self, cells: Mapping[str, str]) -> int:
        if self.session:
            return self.session.minutes
        text, per = cells.get("hours", ""), self.found.minutes_per_hour
        whole, _, part = text.partition(".")
        fits = whole.isascii() and whole.isdigit() and len(whole) <= 3 and (not part or part in {"0", "5"})
        minutes = int(whole) * per + (per // 2 if part == "5" else 0) if fits else 0
        if not 0 < minutes <= self.found.minutes_a_day:
            most = self.found.minutes_a_day // per
            raise ValueError(f"学时要写 0.5 到 {most} 之间的数，可以写半个；一天最多 {most} 学时")
        return minutes


def _day_in(text: str) -> date | None:
    """A day as sheets write it: 2025-11-08, 2025/11/8, 2025.11.8, 2025年11月8日."""
    for mark in ("年", "月", "/", "."):
        text = text.replace(mark, "-")
    parts = text.replace("日", "").split(" ")[0].split("-")
    if len(parts) != len(("year", "month", "day")) or not all(each.isascii() and each.isdigit() for each in parts):
        return None
    return day_in(f"{parts[0]:0>4}-{parts[1]:0>2}-{parts[2]:0>2}")


@transaction.atomic
def look_at(
    *, content: bytes, name: str, session_id: UUID | None, actor: Viewer, at: datetime
) -> Batch:
    """The rows of a file as they would be taken in, and what is wrong with the others. Nothing counts yet."""
    person_id, county_id, found = must(actor, KEEP, at=at), county_of(actor), rules_for(actor, at=at)
    if not content:
        raise Refused.because(NO_FILE)
    session = session_for(session_id=session_id, viewer=actor, at=at) if session_id else None
    good, bad = _rows(content, name, _Reader(found, county_id, session, at), found)
    batch = Batch(
        county_id=county_id, session=session, digest=hashlib.sha256(content).hexdigest(), many=len(good),
        wrong=len(bad), at=at, person_id=person_id, post_id=worker_of(actor)[1],
    )
    known = Batch.objects.filter(
        county_id=county_id, digest=batch.digest, state=Batch.CHECKED, person_id=person_id, session=session
    ).first()
    if known is not None:
        return known
    vault.create_keys([batch.key_owner], at=at)
    vault.put(batch, {
        "good": json.dumps([asdict(each) for each in good], ensure_ascii=False),
        "bad": json.dumps([asdict(each) for each in bad[:SHOWN]], ensure_ascii=False),
    })
    batch.save(force_insert=True)
    return batch


def _rows(content: bytes, name: str, reader: _Reader, found: Training) -> tuple[list[Row], list[Bad]]:
    try:
        sheets = list(read_workbook(content, name))
    except RosterError as error:
        raise Refused.because(str(error)) from None
    heads = {alias: column for column, names in found.columns.items() for alias in names}
    for sheet in sheets:
        for start, cells in enumerate(sheet.rows[:10]):
            at = {heads[text]: column for column, cell in enumerate(cells) if (text := _text(cell)) in heads}
            if {"name", "audience"} <= set(at):
                return _judged(sheet.rows[start + 1 :], at, start + 2, reader, found)
    raise Refused.because(NO_HEADS)


def _judged(
    rows: Sequence[Sequence[Any]], at: Mapping[str, int], first: int, reader: _Reader, found: Training
) -> tuple[list[Row], list[Bad]]:
    good: list[Row] = []
    bad: list[Bad] = []
    seen: set[Row] = set()
    for number, cells in enumerate(rows, start=first):
        said = {column: _text(cells[place]) for column, place in at.items() if place < len(cells)}
        if not any(said.values()):
            continue
        if len(good) + len(bad) >= found.most_rows:
            raise Refused.because(TOO_MANY.format(most=found.most_rows))
        try:
            row = reader.row(said)
        except ValueError as wrong:
            bad.append(Bad(number, str(wrong)))
            continue
        if row in seen:
            bad.append(Bad(number, "和上面的一行完全一样"))
            continue
        seen.add(row)
        good.append(row)
    return good, bad


def _text(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip() if cell is not None else ""


def batches_for(viewer: Viewer, *, at: datetime) -> QuerySet[Batch]:
    """The county's lists, for those who keep training."""
    must(viewer, KEEP, at=at)
    return Batch.objects.filter(county_id=county_of(viewer)).order_by("-at")


def batch_for(*, batch_id: UUID, viewer: Viewer, at: datetime, for_update: bool = False) -> Batch:
    """One list."""
    rows = batches_for(viewer, at=at).filter(id=batch_id)
    found = (rows.select_for_update(of=("self",)) if for_update else rows.select_related("session")).first()
    if found is None:
        raise NotAllowed
    return found


def opened(batch: Batch, viewer: Viewer, *, at: datetime) -> tuple[list[Row], list[Bad]]:
    """What a list says, good rows and bad."""
    said = vault.open([batch.good, batch.bad], viewer=viewer, purpose=PURPOSE, at=at, part=PART, route=ROUTE)
    good, bad = (json.loads(each) if each else [] for each in said)
    return [Row(**each) for each in good], [Bad(**each) for each in bad]


@transaction.atomic
def put_aside(*, batch_id: UUID, actor: Viewer, at: datetime) -> Batch:
    """Nothing of it is taken in."""
    batch = batch_for(batch_id=batch_id, viewer=actor, at=at, for_update=True)
    if batch.state == Batch.CHECKED:
        batch.state, batch.settled_at = Batch.ASIDE, at
        batch.save(update_fields=["state", "settled_at"])
    return batch


@transaction.atomic
def take(*, batch_id: UUID, actor: Viewer, at: datetime) -> int:
    """How many rows were new: the good ones all together, each for the account it belongs to where there is one."""
    person_id = must(actor, KEEP, at=at)
    batch = batch_for(batch_id=batch_id, viewer=actor, at=at, for_update=True)
    if batch.state != Batch.CHECKED:
        raise Refused.because(SETTLED)
    good, _ = opened(batch, actor, at=at)
    if not good:
        raise Refused.because(NOTHING)
    known, key = _accounts(good, batch.county_id, actor, at), tokens.key(rulebook.region_of(batch.county_id))
    rows = [_credit(each, batch, known, key, person_id, at) for each in good]
    vault.put_many([
        (row, {"words": each.name}) for row, each in zip(rows, good, strict=True) if row.person_id is None
    ])
    many = credits.keep(credits.within_days(rows, rules_for(actor, at=at)))
    batch.state, batch.settled_at = Batch.TAKEN, at
    batch.save(update_fields=["state", "settled_at"])
    tell("training.imported", actor, at, batch=batch.id, many=many)
    return many


def _credit(
    row: Row, batch: Batch, known: Mapping[tuple[str, int | None, str], tuple[UUID, UUID]], key: bytes, by: UUID,
    at: datetime,
) -> Credit:
    person, post = known.get((row.audience, row.village_id or row.town_id, row.name), (None, None))
    place = row.village_id or row.town_id or 0
    who = str(person) if person else hashlib.blake2b(
        f"{row.name} {row.audience} {place}".encode(), key=key, digest_size=12
    ).hexdigest()
    mark = f"list:{who}:{row.subject[:14]}:{row.day}"
    if person is not None and batch.session is not None:
        # Whoever signed in there counts once.
        mark = mark_of(batch.session, person)
    return Credit(
        id=ids.new_id(), county_id=batch.county_id, town_id=row.town_id, village_id=row.village_id, person_id=person,
        post_id=post, audience=row.audience, subject=row.subject, source=Credit.LIST, source_id=batch.id,
        mark=mark, on_day=date.fromisoformat(row.day), minutes=row.minutes,
        at=at, by_person=by,
    )


def _accounts(
    good: Sequence[Row], county_id: int, actor: Viewer, at: datetime
) -> Mapping[tuple[str, int | None, str], tuple[UUID, UUID]]:
    """Who of a list has an account: the same name in the same kind of post at the same place."""
    found = rules_for(actor, at=at)
    wanted = {row.audience for row in good}
    roles = {role: each.id for each in found.audiences.values() if each.id in wanted for role in each.roles}
    holdings = list(
        Holding.objects.filter(held(at), post__role__in=roles, post__division__county_id=county_id)
        .select_related("person", "post", "post__division")
    )
    names = vault.open(
        [each.person.name for each in holdings], viewer=actor, purpose=PURPOSE, at=at, part=PART, route=ROUTE
    )
    people: dict[tuple[str, int | None, str], tuple[UUID, UUID]] = {}
    for each, name in zip(holdings, names, strict=True):
        place = each.post.division.village_id or each.post.division.town_id
        people[(roles[each.post.role], place, "".join((name or "").split()))] = (each.person_id, each.post_id)
    return people


