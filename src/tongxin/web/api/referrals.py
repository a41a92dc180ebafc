"""Referrals by machine: those that come to the body, those it sent, their sheets, answers, passing on."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tongxin.core.pathway import CHINA
from tongxin.flows import exchange_calls, exchange_referrals, referring
from tongxin.flows.exchange_calls import Turned
from tongxin.flows.refusals import NotAllowed
from tongxin.referrals.models import Referral
from tongxin.web.api import schemas
from tongxin.web.api.operations import ID, MOMENT, TEXT, Call, Operation, not_found, several, thing
from tongxin.web.api.pages import PAGED, page_of

WAYS = (exchange_referrals.IN, exchange_referrals.OUT)
OPTIONAL_MOMENT = {"type": ["string", "null"], "format": "date-time"}
ROW = {
    "id": ID, "child": ID, "kind": TEXT, "urgency": TEXT, "state": TEXT, "to_organisation": {"type": "integer"},
    "sent_at": MOMENT, "due_at": OPTIONAL_MOMENT, "accepted_at": OPTIONAL_MOMENT, "ended_at": OPTIONAL_MOMENT,
}
LINE = thing(ROW, "一份转介：只有代码和时间")
CHILD = thing({"id": ID, "file_no": TEXT, "name": TEXT, "sex": TEXT, "birth_month": TEXT})
SHEET = thing(
    {
        **ROW, "child_details": CHILD, "sheet": {"type": "object", "additionalProperties": TEXT},
        "may_answer": {"type": "array", "items": TEXT},
    },
    "一份转介和转介单；打开一次记一次",
)
MADE = thing({"id": ID, "is_new": {"type": "boolean"}})


def _when(value: Any) -> str | None:
    return value.astimezone(CHINA).isoformat(timespec="seconds") if value else None


def _line(row: Referral) -> dict[str, Any]:
    return {
        "id": str(row.entry_id), "child": str(row.child_id), "kind": row.kind, "urgency": row.urgency,
        "state": row.state, "to_organisation": row.to_organisation_id, "sent_at": _when(row.sent_at),
        "due_at": _when(row.due_at), "accepted_at": _when(row.accepted_at), "ended_at": _when(row.ended_at),
    }


def _list(call: Call) -> Mapping[str, Any]:
    way = call.query.get("way", exchange_referrals.IN)
    if way not in WAYS:
        raise Turned(400, "query", "way 写 in 或 out。")
    rows = exchange_referrals.listed(viewer=call.caller.viewer, way=way, at=call.at)
    return page_of(rows, call, moment="sent_at", show=_line)


def _one(call: Call) -> Mapping[str, Any]:
    try:
        found = exchange_referrals.opened(
            referral_id=call.path["referral_id"], viewer=call.caller.viewer, at=call.at
        )
    except NotAllowed:
        raise not_found() from None
    child = found.child
    return {
        **_line(found.row), "sheet": dict(found.sheet), "may_answer": list(found.answers),
        "child_details": {
            "id": str(child.id), "file_no": child.file_no, "name": found.name, "sex": child.sex,
            "birth_month": f"{child.birth_month:%Y-%m}" if child.birth_month else "",
        },
    }


def _written(call: Call, operation: str, act: Any) -> Mapping[str, Any]:
    def write(entry_id: UUID) -> UUID:
        made: UUID = act(
            referral_id=call.path["referral_id"], entry_id=entry_id, answers=call.body, viewer=call.caller.viewer,
            at=call.at,
        )
        return made

    if call.key is None:
        raise Turned(400, "key", "请在 Idempotency-Key 里写一个 UUID。")
    body = {"referral": str(call.path["referral_id"]), "answers": call.body}
    try:
        made_id, is_new = exchange_calls.once(
            call.caller, key=call.key, operation=operation, body=body, at=call.at, write=write
        )
    except NotAllowed:
        raise not_found() from None
    return {"id": str(made_id), "is_new": is_new}


def _answer(call: Call) -> Mapping[str, Any]:
    return _written(call, "answer_referral", exchange_referrals.answer)


def _pass_on(call: Call) -> Mapping[str, Any]:
    return _written(call, "pass_on_referral", exchange_referrals.pass_on)


OPERATIONS = (
    Operation(
        "list_referrals", "GET", "referrals", "referrals_read", "转给本单位（way=in）或本岗位转出（way=out）的转介",
        several(LINE), _list, query={"way": {"type": "string", "enum": list(WAYS)}, **PAGED},
    ),
    Operation(
        "read_referral", "GET", "referrals/<uuid:referral_id>", "referrals_read", "一份转介和转介单", SHEET, _one,
    ),
    Operation(
        "answer_referral", "POST", "referrals/<uuid:referral_id>/answers", "referrals_answer", "答复一份转介", MADE,
        _answer, body=lambda at: schemas.of_form(referring.ANSWER, at=at),
    ),
    Operation(
        "pass_on_referral", "POST", "referrals/<uuid:referral_id>/referrals", "referrals_create",
        "把转给本单位的孩子再转给别的单位", MADE, _pass_on, body=lambda at: schemas.of_form(referring.REFERRAL, at=at),
    ),
)
