"""One detail that a later roster says otherwise, and the answers that would take it over; the carer among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from tongxin.core.pathway import CHINA
from tongxin.intake.lines import relation_of
from tongxin.intake.reading import Row
from tongxin.people import tokens

CORRECTION, CARER = "detail_correction", "carer_change"


@dataclass(frozen=True, slots=True)
class Difference:
    """What stands on file, what the roster says, and by which form and answer it would be taken over."""

    field: str
    zh: str
    stands: str
    said: str
    answer: Any
    form: str = CORRECTION


class Caring(NamedTuple):
    """Somebody who cares for the child now."""

    relation: str
    name: str
    phone: str


def differing_carer(row: Row, caring: Sequence[Caring], *, at: datetime) -> list[Difference]:
    """The roster's carer, unless one on file has that name and number."""
    name = row.carer or (caring[0].name if len(caring) == 1 else "")
    if not name or any(_is_same(each, name, row.phone) for each in caring):
        return []
    relation = relation_of(row)
    known = next((each for each in caring if _same_name(each.name, name)), None)
    if not row.relation and known:
        relation = known.relation
    answer = {
        "event": "changes" if any(each.relation == relation for each in caring) else "starts",
        "changed_on": at.astimezone(CHINA).date().isoformat(), "name": name, "relation": relation,
        "phone": row.phone or (known.phone if known else ""), "id_no": row.others.get("carer_id_no", ""),
    }
    stands = "、".join(_shown(each.name, each.phone) for each in caring)
    said = _shown(name, row.phone or "")
    return [Difference("carer", "照料人", stands, said, {key: text for key, text in answer.items() if text}, CARER)]


def _is_same(carer: Caring, name: str, phone: str | None) -> bool:
    return _same_name(carer.name, name) and phone in (None, "", carer.phone)


def _same_name(one: str, other: str) -> bool:
    return tokens.normalise(one) == tokens.normalise(other)


def _shown(name: str, phone: str) -> str:
    return f"{name}（{phone}）" if phone else name
