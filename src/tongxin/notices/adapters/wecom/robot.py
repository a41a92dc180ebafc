"""By the robot of a group in 企业微信; its key is the address."""

from collections.abc import Mapping
from typing import Any

from tongxin.notices.adapters import Message, NotSent, asked, told
from tongxin.notices.adapters.wecom import FINE, base_of

NO_SUCH = (93000, 93008)


def send(*, to: str, message: Message, setting: Mapping[str, Any]) -> None:
    """Nothing, once the robot has said it."""
    found = told(asked(
        "POST", f"{base_of(setting)}/cgi-bin/webhook/send", seconds=message.seconds, trusted=True,
        params={"key": to}, json={"msgtype": "text", "text": {"content": message.text}},
        headers={"Idempotency-Key": message.key},
    ))
    if found.get("errcode") in NO_SUCH:
        raise NotSent("address", is_final=True)
    if found.get("errcode") != FINE:
        raise NotSent("refused")
