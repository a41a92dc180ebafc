"""What was given under a sharing agreement, by machine: the inbox in codes, the content once opened, the receipt."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tongxin.core.pathway import CHINA
from tongxin.flows import exchange_calls, sharing_receiving
from tongxin.flows.exchange_calls import Turned
from tongxin.flows.refusals import NotAllowed
from tongxin.sharing.models import Delivery
from tongxin.web.api.operations import ID, MOMENT, TEXT, Call, Operation, not_found, several, thing
from tongxin.web.api.pages import PAGED, page_of

ROW = thing({"id": ID, "code": TEXT, "agreement": TEXT, "state": TEXT, "sent_at": MOMENT, "until": TEXT})
FIELD = thing({"zh": TEXT, "said": TEXT})
CONTENT = thing({"id": ID, "is_new": {"type": "boolean"}, "fields": {"type": "array", "items": FIELD}})
MADE = thing({"id": ID, "is_new": {"type": "boolean"}})
NOTHING = thing({})


def _line(row: Delivery) -> dict[str, Any]:
    sent = row.sent_at.astimezone(CHINA).isoformat(timespec="seconds") if row.sent_at else ""
    return {
        "id": str(row.id), "code": row.code, "agreement": row.agreement.number_zh, "state": row.state, "sent_at": sent,
        "until": row.until_on.isoformat() if row.until_on else "",
    }


def _list(call: Call) -> Mapping[str, Any]:
    rows = sharing_receiving.inbox(viewer=call.caller.viewer, at=call.at)
    return page_of(rows, call, moment="sent_at", show=_line)


def _open(call: Call) -> Mapping[str, Any]:
    made = _written(call, "open_delivery", lambda: sharing_receiving.open_delivery(
        delivery_id=call.path["delivery_id"], actor=call.caller.viewer, at=call.at
    ))
    row = sharing_receiving.delivery_for(delivery_id=call.path["delivery_id"], viewer=call.caller.viewer, at=call.at)
    told = sharing_receiving.read(row, viewer=call.caller.viewer, at=call.at)
    if told is None:
        raise Turned(409, "closed", "这份资料已经关了：协议到期、终止，或同意撤回。")
    return {**made, "fields": [{"zh": zh, "said": said} for zh, said in told]}


def _receive(call: Call) -> Mapping[str, Any]:
    return _written(call, "receive_delivery", lambda: sharing_receiving.receive(
        deliveries=[call.path["delivery_id"]], actor=call.caller.viewer, at=call.at
    ))


def _written(call: Call, operation: str, act: Any) -> dict[str, Any]:
    delivery_id = call.path["delivery_id"]

    def write(_: UUID) -> UUID:
        act()
        return delivery_id

    if call.key is None:
        raise Turned(400, "key", "请在 Idempotency-Key 里写一个 UUID。")
    if call.body:
        raise Turned(400, "body", "内容写 {}。")
    try:
        made_id, is_new = exchange_calls.once(
            call.caller, key=call.key, operation=operation, body={"delivery": str(delivery_id)}, at=call.at, write=write
        )
    except NotAllowed:
        raise not_found() from None
    return {"id": str(made_id), "is_new": is_new}


OPERATIONS = (
    Operation(
        "list_deliveries", "GET", "deliveries", "deliveries_read", "按共享协议送到本单位的资料，只有编号和状态",
        several(ROW), _list, query=PAGED,
    ),
    Operation(
        "open_delivery", "POST", "deliveries/<uuid:delivery_id>/opening", "deliveries_read",
        "打开一份资料：从这时起算对方持有", CONTENT, _open, body=lambda at: NOTHING,
    ),
    Operation(
        "receive_delivery", "POST", "deliveries/<uuid:delivery_id>/receipt", "deliveries_read",
        "签收一份打开过的资料", MADE, _receive, body=lambda at: NOTHING,
    ),
)
