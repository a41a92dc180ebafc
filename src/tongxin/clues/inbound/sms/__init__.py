"""A gateway for text messages: JSON, signed with HMAC-SHA256 over the moment and the body.

`X-Timestamp: 1756774800`, `X-Signature: hex(hmac(secret, timestamp + "." + body))`, and a body such as
`{"id": "…", "from": "…", "text": "…"}`.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tongxin.clues.inbound import Call, Message, Unsigned, refuse_old


def read(call: Call, *, setting: Mapping[str, Any], clock: timedelta, at: datetime) -> Message:
    """The message, if the signature fits."""
    moment = call.headers.get("X-Timestamp", "")
    signed = hmac.digest(str(setting["secret"]).encode(), moment.encode() + b"." + call.body, hashlib.sha256).hex()
    if not hmac.compare_digest(signed.encode(), call.headers.get("X-Signature", "").lower().encode()):
        raise Unsigned
    refuse_old(moment, clock=clock, at=at)
    try:
        said = json.loads(call.body)
    except ValueError:
        raise Unsigned from None
    if not isinstance(said, dict):
        raise Unsigned
    number, text, sender = (str(said.get(key) or "") for key in ("id", "text", "from"))
    return Message(number, text, sender)
