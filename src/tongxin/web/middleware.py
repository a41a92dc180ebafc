"""Who is asking, and at which moment: settled once for every request (spine B8)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from tongxin.access import scope
from tongxin.accounts.models import Person
from tongxin.accounts.signed_in import SEEN, moment_in
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.flows import second_factor
from tongxin.lib import clock, steady

SEEN_EVERY = timedelta(minutes=1)
READS = ("GET", "HEAD")
STATIC_PREFIX = "/static/"
NOBODY = Viewer(person_id=None)
# In the session of a browser that rested too long: it is nobody's until its person shows who they are.
LOCKED = "locked"
Answer = Callable[[HttpRequest], HttpResponse]


def know_viewer(get_response: Answer) -> Answer:
    """Every request carries `viewer`, `at` and, where the browser rested too long, `locked`: whose it was."""

    def answer(request: HttpRequest) -> HttpResponse:
        is_read = request.method in READS
        with steady.reading() if is_read else steady.answering(), scope.asking(writes=not is_read):
            if not request.path.startswith(STATIC_PREFIX):
                at = clock.now()
                request.at, request.locked = at, None  # type: ignore[attr-defined]
                request.viewer = viewer = _viewer(request, at)  # type: ignore[attr-defined]
                scope.narrow(viewer, at=at)
            return get_response(request)

    return answer


def _viewer(request: HttpRequest, at: datetime) -> Viewer:
    person = request.user
    if not isinstance(person, Person) or not person.is_active:
        return NOBODY
    viewer = viewer_of(person=person, at=at, post_id=_post(request.session.get("post")))
    rested = at - (moment_in(request.session.get(SEEN)) or at)
    if request.session.get(LOCKED) or rested > SEEN_EVERY:
        rules = second_factor.rules_at(at)
        if rested > rules.ended_after:
            logout(request)
            return NOBODY
        if request.session.get(LOCKED) or rested > rules.rest(viewer.roles):
            request.session[LOCKED] = True
            request.locked = person  # type: ignore[attr-defined]
            return NOBODY
    if rested > SEEN_EVERY or SEEN not in request.session:
        request.session[SEEN] = at.isoformat()
    return viewer


def _post(text: object) -> UUID | None:
    return UUID(text) if isinstance(text, str) else None
