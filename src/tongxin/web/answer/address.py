"""How many wrong links one address may try: counted like wrong passwords, under a keyed digest of the address.

A right link is let in even then. It can't be guessed, and one who plays about must not shut out a whole school.
"""

from datetime import timedelta

from django.conf import settings

from tongxin.accounts import throttle
from tongxin.accounts.throttle import Limits
from tongxin.web.answer.asking import asking_in
from tongxin.web.doors import Request

LINKS = "links"


def minutes_to_wait(request: Request, *, limits: Limits | None = None, what: str = LINKS) -> int:
    """Counts a wrong link; how long this address has to wait, if it has to."""
    until = throttle.paused_until(key=_key(request, what), limits=limits or _limits(request), at=request.at)
    return 0 if until is None else -((request.at - until) // timedelta(minutes=1))


def forget(request: Request, *, what: str = LINKS) -> None:
    throttle.forget(key=_key(request, what))


def _limits(request: Request) -> Limits:
    return throttle.read(asking_in(at=request.at)["wrong_links"])


def _key(request: Request, what: str) -> str:
    # Behind the site's own door the address of the browser is the last that the door wrote.
    passed_on = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    address = passed_on.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")
    return throttle.key_for(login=f"wrong {what} from {address}")
