"""What a list says otherwise of a child it is certainly about, taken over into the file as a correction.

A person chooses each field. The correction is an entry like any other: taking it back in the file undoes it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.comparisons.models import Answer
from tongxin.flows import comparing
from tongxin.flows.comparing_asking import name_of
from tongxin.flows.comparing_files import OnFile
from tongxin.flows.comparing_review import answer_for, file_of, said_by
from tongxin.flows.record import Sheet, record
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.intake.lines import made_id
from tongxin.intake.reading import Row
from tongxin.ledger.models import Entry
from tongxin.lib.identity_numbers import is_well_formed

FORM = "detail_correction"
NOTHING = "请先勾选要采用的项目。没有保存。"
CHANGED = "勾选的项目和档案里已经一样，或者不能采用，没有保存。请看最新的情况。"
BASIS = "{kind}上写的，核对为同一名儿童后采用"


class Offered(NamedTuple):
    """One field that the list writes otherwise: as the form takes it, and what stands in the file."""

    field: str
    listed: str
    filed: str


def may_take(answer: Answer, *, viewer: Viewer, at: datetime) -> bool:
    """Whether the row is settled as this child's, and the viewer may correct the file."""
    is_same = answer.state == Answer.SETTLED and "same" in {answer.verdict, answer.decision} and answer.row > 0
    return is_same and answer.child_id is not None and access.may(
        viewer=viewer, child_id=answer.child_id, part="", action=f"record.{FORM}", at=at
    )


def offered(row: Row | None, file: OnFile | None) -> list[Offered]:
    """What may be taken over: what the list says and the file doesn't, or says otherwise."""
    if row is None or file is None:
        return []
    phones = [file.phone, *(phone for _, phone in file.carers)]
    pairs = [
        Offered("name", row.name or "", file.name or ""), Offered("id_no", _number(row), file.id_no or ""),
        Offered("birth", row.birth.isoformat() if row.birth else "", file.birth.isoformat() if file.birth else ""),
        Offered("sex", row.sex or "", file.child.sex if file.child.sex != "unknown" else ""),
        Offered("phone", "" if row.phone in phones else row.phone or "", file.phone or ""),
        Offered("residence_address", row.others.get("address", ""), file.address or ""),
    ]
    return [each for each in pairs if each.listed and each.listed != each.filed]


def _number(row: Row) -> str:
    return row.id_no if row.id_no and is_well_formed(row.id_no) else ""


@transaction.atomic
def take(*, answer_id: UUID, fields: Collection[str], actor: Viewer, at: datetime) -> UUID:
    """The id of the correction in the file; what stands there already is not written again."""
    answer = answer_for(answer_id=answer_id, viewer=actor, at=at, settled=True)
    if not may_take(answer, viewer=actor, at=at) or answer.child_id is None:
        raise NotAllowed
    (said,) = said_by([answer], viewer=actor, at=at, route="comparisons/review/row")
    found = {each.field: each.listed for each in offered(said.row, file_of(answer, viewer=actor, at=at))}
    wanted = set(fields)
    if not wanted:
        raise Refused.because(NOTHING)
    if not wanted <= found.keys():
        raise Refused.because(CHANGED)
    given: dict[str, Any] = {each: found[each] for each in sorted(wanted)}
    if "id_no" in given:
        given["id_kind"] = "resident_id"
    basis = BASIS.format(kind=comparing.kind_of(answer.comparison, at=at).zh)
    entry_id = _next_id(answer)
    sheet = Sheet(entry_id, FORM, {**given, "basis": basis, "signature": name_of(actor, at=at)}, at)
    record(child_id=answer.child_id, sheet=sheet, actor=actor, at=at)
    return entry_id


def _next_id(answer: Answer) -> UUID:
    """One for each time that something is taken over."""
    number = 0
    while Entry.objects.filter(id=(id := made_id(answer.id, f"taken {number}", answer.sheet, answer.row))).exists():
        number += 1
    return id
