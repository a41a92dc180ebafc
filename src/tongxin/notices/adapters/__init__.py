"""Ways out of the house, one folder each: each takes the same message and says the same when it couldn't send it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from requests import Response, Session

from tongxin.lib import outgoing

HOMES = {"email": "email", "sms": "sms", "wecom": "wecom", "robot": "wecom.robot", "webpush": "webpush"}


class NotSent(Exception):
    """It didn't go out: `reason` is a code of ours; `is_final` where a further try can't help."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final = reason, is_final


@dataclass(frozen=True, slots=True)
class Message:
    """What is said, under a key that is the same at each try; `shape` is what a gateway wants."""

    key: str
    subject: str
    text: str
    is_urgent: bool
    at: datetime
    seconds: float
    shape: Mapping[str, Any]


def send(channel: str, *, to: str, message: Message, setting: Mapping[str, Any]) -> None:
    """Nothing, once whoever carries it has taken it; else NotSent."""
    import_module(f"{__name__}.{HOMES[channel]}").send(to=to, message=message, setting=setting)


def asked(
    method: str, url: str, *, seconds: float, trusted: bool, **more: Any
) -> Response:
    """One request through the door outwards; `trusted` where whoever runs this named the host."""
    host = (urlsplit(url).hostname or "").lower()
    with Session() as session:
        outgoing.guard(session, trusted=[host] if trusted else [], seconds=seconds)
        try:
            return session.request(method, url, allow_redirects=False, **more)
        except outgoing.Refused:
            raise NotSent("refused_door", is_final=True) from None
        except (outgoing.RequestException, ValueError):
            raise NotSent("unreachable") from None


def told(answer: Response) -> Mapping[str, Any]:
    """What a service answered; NotSent where it is none."""
    if answer.status_code in (401, 403):
        raise NotSent("login")
    if not answer.ok:
        raise NotSent("refused")
    try:
        found = answer.json()
    except ValueError:
        raise NotSent("unreadable") from None
    if not isinstance(found, dict):
        raise NotSent("unreadable")
    return found
