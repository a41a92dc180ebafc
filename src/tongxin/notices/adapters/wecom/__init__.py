"""By an application of 企业微信, to one person's account there."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tongxin.notices.adapters import Message, NotSent, asked, told

PUBLIC = "https://qyapi.weixin.qq.com"
FINE, NO_SUCH, WORN_OUT = 0, 81013, (40014, 42001)
LOGIN = (40001, 40013, 40056)
# For so long the service itself drops the same message a second time.
TWICE = 4 * 60 * 60
SIGNS = 6
_tokens: dict[tuple[str, str, str], tuple[str, datetime]] = {}


def base_of(setting: Mapping[str, Any]) -> str:
    """Where the service is: the public one, or a province's own."""
    return str(setting.get("url") or PUBLIC).rstrip("/")


def send(*, to: str, message: Message, setting: Mapping[str, Any]) -> None:
    """Nothing, once the service took it for that person."""
    if "|" in to or to == "@all":
        raise NotSent("address", is_final=True)
    # The service drops an equal text as a second copy; the sign at the end tells another message from one.
    text = f"{message.text}（{message.key[-SIGNS:]}）"
    body = {
        "touser": to, "msgtype": "text", "agentid": setting["agent"], "text": {"content": text},
        "enable_duplicate_check": 1, "duplicate_check_interval": TWICE,
    }
    found = told(asked(
        "POST", f"{base_of(setting)}/cgi-bin/message/send", seconds=message.seconds, trusted=True, json=body,
        params={"access_token": _token(setting, message)}, headers={"Idempotency-Key": message.key},
    ))
    code = found.get("errcode")
    if code in WORN_OUT:
        _tokens.clear()
        raise NotSent("login")
    if code == NO_SUCH or found.get("invaliduser"):
        raise NotSent("address", is_final=True)
    if code != FINE:
        raise NotSent("refused")


def _token(setting: Mapping[str, Any], message: Message) -> str:
    known = (base_of(setting), str(setting["corp"]), str(setting["secret"]))
    token, until = _tokens.get(known, ("", message.at))
    if token and message.at < until:
        return token
    found = told(asked(
        "GET", f"{known[0]}/cgi-bin/gettoken", seconds=message.seconds, trusted=True,
        params={"corpid": known[1], "corpsecret": known[2]},
    ))
    token = str(found.get("access_token") or "")
    if found.get("errcode") != FINE or not token:
        raise NotSent("login" if found.get("errcode") in LOGIN else "refused")
    _tokens[known] = token, message.at + timedelta(seconds=int(found.get("expires_in") or 0) * 0.9)
    return token
