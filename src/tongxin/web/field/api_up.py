"""What a phone brings: up to a batch of entries, each answered by itself."""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.http import HttpResponse

from tongxin.accounts.models import Post
from tongxin.core.pathway import CHINA
from tongxin.flows import arriving, arriving_together, arriving_words
from tongxin.flows.arriving_reading import Sender
from tongxin.sync import devices
from tongxin.sync.limits import limits_at
from tongxin.sync.models import Arrival, Receipt
from tongxin.web.field.api import BUSY, NOT_READ, TOO_LARGE, Phone, answer, by_phone

log = logging.getLogger("tongxin.field")


@by_phone(also=("revoked", "wipe"))
def up(request: Phone) -> HttpResponse:
    """One result for each entry that was sent; what could not be taken in just now has none and comes again."""
    body = request.body_json
    entries = body.get("entries")
    if not isinstance(entries, list):
        return answer(request, {"zh": NOT_READ}, status=400)
    if len(entries) > limits_at(request.at).batch:
        return answer(request, {"zh": TOO_LARGE}, status=413)
    app, telemetry = str(body.get("app") or ""), body.get("telemetry")
    devices.note_seen(
        device=request.device, app=app, at=request.at, telemetry=telemetry if isinstance(telemetry, dict) else None
    )
    sender = Sender(
        device=request.device, viewer=request.viewer, app=app, behind=behind(body.get("now"), request.at)
    )
    taken = arriving_together.take_all(
        entries, sender=sender, at=request.at, alone=lambda each: _taken(each, sender, request)
    )
    results = [_told(each, receipt) for each, receipt in zip(entries, taken, strict=True) if receipt is not None]
    if entries and not results:
        return answer(request, {"zh": BUSY}, status=503)
    return answer(request, {
        "now": request.at.isoformat(), "device": {"state": request.device.state}, "results": _named(results),
    })


def _taken(payload: object, sender: Sender, request: Phone) -> Receipt | None:
    """The receipt; one entry that breaks something must not keep the others from being heard."""
    entry = payload if isinstance(payload, dict) else {"sent": payload}
    try:
        return arriving.take(entry, sender=sender, at=request.at)
    except OperationalError as busy:
        log.warning("an entry has to come again: %s", type(busy.__cause__ or busy).__name__)
        return None
    except Exception:
        log.exception("an entry could not be taken in")
    try:
        return arriving.keep_unread(entry, sender=sender, at=request.at)
    except Exception:
        log.exception("an entry could not be kept")
        return None


def behind(now: object, at: datetime) -> int:
    """By how many seconds the phone's clock is behind; a phone that doesn't say is believed."""
    try:
        moment = datetime.fromisoformat(str(now))
        found = at - (moment if moment.tzinfo else moment.replace(tzinfo=CHINA))
        return round(found / timedelta(seconds=1))
    except (ValueError, OverflowError):
        return 0


def _told(payload: object, receipt: Receipt) -> tuple[dict[str, Any], Receipt]:
    named = payload.get("id") if isinstance(payload, dict) else None
    told = {"id": named if isinstance(named, str) else None, "state": receipt.state, "receipt": receipt.number}
    return told | ({"reason": receipt.reason} if receipt.reason else {}), receipt


def _named(results: list[tuple[dict[str, Any], Receipt]]) -> list[dict[str, Any]]:
    """The results in words; who decides is named by the post."""
    held = [receipt.id for _, receipt in results if receipt.state != Receipt.ARRIVED]
    arrivals = {each.receipt_id: each for each in Arrival.objects.filter(receipt_id__in=held)} if held else {}
    posts = {each.decider_id for each in arrivals.values() if each.decider_id}
    titles: dict[UUID, str] = dict(Post.objects.filter(id__in=posts).values_list("id", "title")) if posts else {}
    for told, receipt in results:
        arrival = arrivals.get(receipt.id)
        told["zh"] = arriving_words.told_zh(
            receipt, who=titles.get(arrival.decider_id, "") if arrival and arrival.decider_id else "",
            aside=arrival.aside if arrival else "", at=receipt.settled_at or receipt.received_at,
        )
        if receipt.state == Receipt.ARRIVED and receipt.shifted and not receipt.reason:
            told["shifted_seconds"] = receipt.shifted
    return [told for told, _ in results]
