"""Both sides of a conflict: who changed what to what, when and because of what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import ledger
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import Viewer
from tongxin.core.pathway.state import STATES
from tongxin.core.pathway.vocabulary import CHILD_STATES
from tongxin.flows.arriving_conflicts import new_values
from tongxin.flows.arriving_reading import Sent
from tongxin.flows.outcome import HELD
from tongxin.flows.profiles import profiles_of
from tongxin.ledger.models import Entry
from tongxin.people.models import Child
from tongxin.rulebook import rules
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Arrival

WORDS = {
    "name": "姓名", "id_kind": "证件类型", "id_no": "证件号码", "sex": "性别", "birth": "出生日期",
    "residence_division": "居住村（社区）", "residence_address": "居住地址", "hukou_division": "户籍地村（社区）",
    "phone": "联系电话", "categories": "困境类别", "state": "现状", "carers": "照料人", "siblings": "同户儿童",
}
SETS = {"id_kind": "id_kind", "sex": "sex", "categories": "category"}
REASONS = ("basis", "reason", "note", "known_from")
BLANK = "（空）"


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says of a value."""

    zh: str
    person_id: UUID | None
    post_id: UUID | None
    at: datetime | None
    because: str
    form_id: str


@dataclass(frozen=True, slots=True)
class Contested:
    """One value that two people changed."""

    zh: str
    seen: str
    phone: Side
    office: Side
    # Until somebody has decided the safer of both stands.
    stands_on_phone: bool = False


def sides_of(
    *, arrival: Arrival, sent: Sent, child: Child, viewer: Viewer, at: datetime
) -> list[Contested]:
    """Each contested value with both sides, opened as looks."""
    profile = profiles_of([child], viewer=viewer, at=at, route="arrivals")[child.id]
    said = new_values(sent, arrival.fields)
    found = []
    for name in arrival.fields:
        entry, answers = _last_change(child, name, viewer=viewer, at=at)
        on_record = _state_of(answers) if name == "state" else profile[name]
        found.append(Contested(
            zh=WORDS.get(name, name), seen=_zh(name, sent.based_on.get(name), child, at),
            phone=Side(
                _zh(name, said[name], child, at), arrival.person_id, arrival.post_id, sent.occurred_at,
                _because(sent.answers), sent.form,
            ),
            office=Side(
                _zh(name, on_record, child, at), entry.person_id if entry else None,
                entry.post_id if entry else None, entry.recorded_at if entry else None, _because(answers),
                entry.form_id if entry else "",
            ),
            stands_on_phone=name == "state" and profile[name] != on_record,
        ))
    return found


def _state_of(answers: Mapping[str, Any]) -> str:
    """What the record says of where the child is, whatever stands until a copy is decided."""
    said = str(answers.get("state") or "present")
    return STATES.get(said, said)


def _last_change(
    child: Child, name: str, *, viewer: Viewer, at: datetime
) -> tuple[Entry | None, Mapping[str, Any]]:
    """The newest record that says this of the child, with all that it says."""
    owning = [form for form, names in limits_at(at).owns.items() if name in names]
    told = [entry for entry in ledger.facts(child.key_owner) if entry.kind != HELD and entry.form_id in owning]
    entries = told[::-1]
    opened = ledger.open_entries(
        entries, viewer=viewer, purpose="decide", part="identity", route="arrivals", at=at
    ) if entries else []
    for entry, answers in zip(entries, opened, strict=True):
        if answers and (name in answers or name in {"carers", "siblings"}):
            return entry, answers
    return None, {}


def _because(answers: Mapping[str, Any]) -> str:
    return next((str(answers[name]) for name in REASONS if answers.get(name)), "")


def _zh(name: str, value: Any, child: Child, at: datetime) -> str:
    if value in (None, "", [], {}):
        return BLANK
    if name == "state":
        return CHILD_STATES.get(str(value), _code("child_state", value, child, at))
    if name in SETS:
        values = value if isinstance(value, list) else [value]
        return "、".join(_code(SETS[name], each, child, at) for each in values)
    if name.endswith("_division"):
        found = Division.objects.filter(code=str(value)).order_by("-valid_from").first()
        return found.name if found else str(value)
    if name == "carers":
        return "；".join(_carer(row, child, at) for row in value if isinstance(row, dict))
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _carer(row: Mapping[str, Any], child: Child, at: datetime) -> str:
    words = (_code("relation", row.get("relation"), child, at), row.get("name"), row.get("phone"))
    return " ".join(str(each) for each in words if each)


def _code(options: str, code: Any, child: Child, at: datetime) -> str:
    content = rules.resolve("fields", "option_sets", region=rules.region_of(child.county_id), at=at).content
    words = {str(each["code"]): str(each["zh"]) for each in content["sets"].get(options, ())}
    return words.get(str(code), str(code))
