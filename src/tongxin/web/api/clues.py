"""Clues by machine: another body's system tells of a child; how far it is, and nothing about whether it is known."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.clues.models import CALLED_BACK, CLOSED, HANDLED, Clue
from tongxin.clues.rules import clues_in
from tongxin.core.pathway import CHINA
from tongxin.exchange.models import Receipt
from tongxin.flows import clues, exchange_calls
from tongxin.flows.exchange_calls import Turned
from tongxin.flows.refusals import NotAllowed
from tongxin.registers.rules import Field
from tongxin.rulebook import rules
from tongxin.web.api import schemas
from tongxin.web.api.operations import ID, MOMENT, TEXT, Call, Operation, Schema, not_found, thing

CHANNEL, REPORT = "department", "report_clue"
MADE = thing({"id": ID, "is_new": {"type": "boolean"}})
PROGRESS = thing({"id": ID, "received_at": MOMENT, "state": TEXT, "progress": TEXT, "answer": TEXT})


def _questions(region: str, at: datetime) -> tuple[Field, ...]:
    found = clues_in(region=region, at=at)
    return found.asked(found.channels[CHANNEL])


def _body(at: datetime) -> Schema:
    return schemas.of_questions(_questions("", at))


def _report(call: Call) -> Mapping[str, Any]:
    given = {name: _texts(value) for name, value in call.body.items()}

    def write(_: UUID) -> UUID:
        return clues.take_in(
            channel=CHANNEL, given=given, town_id=None, actor=call.caller.viewer, at=call.at
        ).id

    if call.key is None:
        raise Turned(400, "key", "请在 Idempotency-Key 里写一个 UUID。")
    try:
        made_id, is_new = exchange_calls.once(
            call.caller, key=call.key, operation=REPORT, body=call.body, at=call.at, write=write
        )
    except NotAllowed:
        raise Turned(403, "post", "这个接口代表的岗位不受理线索。") from None
    return {"id": str(made_id), "is_new": is_new}


def _texts(value: object) -> list[str]:
    """An answer as a page would send it; a moment without its zone, as the place says it."""
    if isinstance(value, list):
        return [str(each) for each in value]
    text = str(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return [text]
    is_moment = "T" in text and moment.tzinfo is not None and 1900 <= moment.year <= 2199
    return [f"{moment.astimezone(CHINA):%Y-%m-%dT%H:%M}" if is_moment else text]


def _progress(call: Call) -> Mapping[str, Any]:
    told = Receipt.objects.filter(client=call.caller.client, operation=REPORT, made_id=call.path["clue_id"])
    clue = Clue.objects.filter(id__in=told.values("made_id")).first()
    if clue is None:
        raise not_found()
    found = clues_in(region=rules.region_of(clue.county_id), at=call.at)
    handled = clue.steps.filter(kind=HANDLED).order_by("-at").first()
    is_done = clue.state in (HANDLED, CALLED_BACK, CLOSED) and handled is not None
    return {
        "id": str(clue.id), "received_at": clue.received_at.astimezone(CHINA).isoformat(timespec="seconds"),
        "state": clue.state, "progress": found.progress[clue.state],
        "answer": found.answers.get(str(handled.clear.get("answer")), "") if is_done and handled else "",
    }


OPERATIONS = (
    Operation(
        REPORT, "POST", "clues", "clues_report", "报一条线索（孩子有危险的，先打 110）", MADE, _report, body=_body,
    ),
    Operation("read_clue", "GET", "clues/<uuid:clue_id>", "clues_report", "报过的线索办到哪一步", PROGRESS, _progress),
)
