"""Who is asking, and at which moment: settled once for every request (spine B8)."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import logout
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from tongxin.access import scope
from tongxin.accounts import refusals
from tongxin.accounts.models import Person
from tongxin.accounts.signed_in import SEEN, moment_in
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.flows import second_factor
from tongxin.lib import clock, steady

SEEN_EVERY = timedelta(minutes=1)
READS = ("GET", "HEAD")
STATIC_PREFIX = "/static/"
# How a status is written down among what was refused.
REFUSED = {403: "forbidden", 404: "not_allowed", 429: "too_often"}
log = logging.getLogger("tongxin.refusals")
NOBODY = Viewer(person_id=None)
# In the session of a browser that rested too long: it is nobody's until its person shows who they are.
LOCKED = "locked"
# Pages ask these by themselves: nobody need sit there.
BY_ITSELF = frozenset({"/crises/board/"})
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
            response = get_response(request)
            _note_refused(request, response)
            return response

    return answer


def _note_refused(request: HttpRequest, response: HttpResponse) -> None:
    """A known page that was refused, or a wrong try that its page told of, is counted; a page is never lost by it."""
    match, said = request.resolver_match, getattr(request, "refusal", None)
    viewer, reason = getattr(request, "viewer", None), said[0] if said else REFUSED.get(response.status_code, "")
    if not reason or match is None or viewer is None:
        return
    at: datetime = request.at  # type: ignore[attr-defined]
    try:
        refusals.note(person_id=said[1] if said else viewer.person_id, route=match.route, reason=reason, at=at)
    except DatabaseError as error:
        log.error("a refusal was not written down (%s)", type(error).__name__)


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
    if request.path not in BY_ITSELF and (rested > SEEN_EVERY or SEEN not in request.session):
        request.session[SEEN] = at.isoformat()
    return viewer


def _post(text: object) -> UUID | None:
    return UUID(text) if isinstance(text, str) else None
