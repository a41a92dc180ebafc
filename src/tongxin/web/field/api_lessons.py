"""What somebody answered in the lessons that their phone carries, each try answered by itself."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError
from django.http import HttpResponse

from tongxin.core.pathway import CHINA
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.training import quizzes
from tongxin.lib.ids import id_in
from tongxin.sync.limits import limits_at
from tongxin.web.field.api import NOT_READ, TOO_LARGE, Phone, answer, by_phone
from tongxin.web.field.api_up import behind

log = logging.getLogger("tongxin.field")
NOT_YOURS = "单位没有收下这次答题：这一课现在不在您的培训里，或者手机换了人。请重新同步，再答一次。"
CHANGED = "单位没有收下这次答题：题目已经更新。请重新同步，再答一次。"


@by_phone()
def lessons(request: Phone) -> HttpResponse:
    """One result for each try; what could not be kept just now has none and comes again."""
    tries = request.body_json.get("tries")
    if not isinstance(tries, list):
        return answer(request, {"zh": NOT_READ}, status=400)
    if len(tries) > limits_at(request.at).batch:
        return answer(request, {"zh": TOO_LARGE}, status=413)
    shift = timedelta(seconds=behind(request.body_json.get("now"), request.at))
    shift = shift if abs(shift) > limits_at(request.at).clock else timedelta()
    results = [told for each in tries if isinstance(each, dict) and (told := _taken(each, shift, request))]
    return answer(request, {"now": request.at.isoformat(), "results": results})


def _taken(sent: dict[str, Any], shift: timedelta, request: Phone) -> dict[str, Any] | None:
    id, said = id_in(str(sent.get("id", ""))), sent.get("answers")
    if id is None or not isinstance(said, dict):
        return None
    try:
        row = quizzes.answer(
            attempt_id=id, name=str(sent.get("lesson", "")), version=str(sent.get("version", "")),
            given={str(name): str(value) for name, value in said.items()}, actor=request.viewer, at=request.at,
            done_at=_moment(sent.get("done_at"), shift), device_id=request.device.id,
        )
    except NotAllowed:
        return {"id": str(id), "state": "refused", "zh": NOT_YOURS}
    except Refused:
        return {"id": str(id), "state": "refused", "zh": CHANGED}
    except DatabaseError:
        log.exception("a try has to come again")
        return None
    return {"id": str(id), "state": "arrived", "passed": row.passed, "right": row.right, "asked": row.asked}


def _moment(text: object, shift: timedelta) -> datetime | None:
    """When the phone says it was done, by the office's clock."""
    try:
        found = datetime.fromisoformat(str(text))
        return (found if found.tzinfo else found.replace(tzinfo=CHINA)) + shift
    except (ValueError, OverflowError):
        return None
