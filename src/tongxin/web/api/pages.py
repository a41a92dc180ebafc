"""Lists page by page: a mark that says where the next begins."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from tongxin.flows.exchange_calls import Turned
from tongxin.lib.ids import id_in
from tongxin.lib.numbers import number_in
from tongxin.web.api.operations import NUMBER, TEXT, Call, Schema

LONGEST = 120
PAGED: Mapping[str, Schema] = {
    "limit": {**NUMBER, "minimum": 1, "maximum": 1000, "title": "一页几条"},
    "after": {**TEXT, "maxLength": LONGEST, "title": "上一页答复里的 next"},
}


def page_of(
    rows: QuerySet[Any], call: Call, *, moment: str, show: Callable[[Any], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """One page of rows, the newest first, with the mark of the last that was shown."""
    limits, asked = call.caller.rules.page, call.query.get("limit", "")
    limit = number_in(asked) if asked else limits["usual"]
    if limit is None or limit < limits["least"]:
        raise Turned(400, "query", "limit 要写大于 0 的整数。")
    limit = min(limit, limits["most"])
    if after := call.query.get("after", ""):
        at, key = _mark(after)
        rows = rows.filter(Q(**{f"{moment}__lt": at}) | Q(**{moment: at, "pk__lt": key}))
    found = list(rows.order_by(f"-{moment}", "-pk")[: limit + 1])
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    mark = f"{getattr(last, moment).isoformat()}_{last.pk}" if last is not None else ""
    return {"items": [show(each) for each in shown], "next": mark}


def _mark(text: str) -> tuple[datetime, UUID]:
    when, _, key = text.partition("_")
    try:
        at = datetime.fromisoformat(when.replace(" ", "+"))
    except ValueError:
        at = None
    found = id_in(key)
    if at is None or at.tzinfo is None or not 1900 <= at.year <= 2199 or found is None or len(text) > LONGEST:
        raise Turned(400, "query", "after 要原样写上一页答复里的 next。")
    return at, found
