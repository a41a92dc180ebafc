"""By a gateway for short messages; what a vendor wants to be sent is data (`definitions/notices`, `sms_shapes`)."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from tongxin.notices.adapters import Message, NotSent, asked, told


def send(*, to: str, message: Message, setting: Mapping[str, Any]) -> None:
    """Nothing, once the gateway said that it took it."""
    shape = message.shape
    if not shape:
        raise NotSent("shape", is_final=True)
    known = {
        "to": to, "text": message.text, "key": message.key, "seconds": str(int(message.at.timestamp())),
        "account": str(setting["account"]), "sign": str(setting.get("sign", "")),
        "template": str(setting.get("template", "")),
    }
    signed = "\n".join(known[name] for name in shape["signed"]).encode()
    known["signature"] = hmac.digest(str(setting["secret"]).encode(), signed, hashlib.sha256).hex()
    body = {key: str(text).format_map(known) for key, text in shape["body"].items()}
    answer = told(asked(
        "POST", str(setting["url"]), seconds=message.seconds, trusted=True,
        headers={key: str(text).format_map(known) for key, text in shape["headers"].items()},
        **({"json": body} if shape["as"] == "json" else {"data": body}),
    ))
    if _says(answer, shape["wrong_address"]):
        raise NotSent("address", is_final=True)
    if not _says(answer, shape["good"]):
        raise NotSent("refused")


def _says(answer: Mapping[str, Any], what: Mapping[str, Any]) -> bool:
    found: Any = answer
    for step in str(what["path"]).split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return str(found) in {str(each) for each in what["is"]}
