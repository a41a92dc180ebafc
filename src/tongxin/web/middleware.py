"""Who is asking, and at which moment: settled once for every request (spine B8)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from tongxin.accounts.models import Person
from tongxin.accounts.viewers import Viewer, viewer_of
from tongxin.lib import clock, steady

IDLE_FOR = timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)
READS = ("GET", "HEAD")
STATIC_PREFIX = "/static/"
NOBODY = Viewer(person_id=None)
Answer = Callable[[HttpRequest], HttpResponse]


def know_viewer(get_response: Answer) -> Answer:
    """Every request carries `viewer` and `at`; whoever sat idle for half an hour is signed out."""

    def answer(request: HttpRequest) -> HttpResponse:
        with steady.reading() if request.method in READS else steady.answering():
            if not request.path.startswith(STATIC_PREFIX):
                at = clock.now()
                request.at = at  # type: ignore[attr-defined]
                request.viewer = _viewer(request, at)  # type: ignore[attr-defined]
            return get_response(request)

    return answer


def _viewer(request: HttpRequest, at: datetime) -> Viewer:
    person = request.user
    if not isinstance(person, Person) or not person.is_active:
        return NOBODY
    seen_at = _moment(request.session.get("seen_at"))
    if seen_at is not None and at - seen_at > IDLE_FOR:
        logout(request)
        return NOBODY
    if seen_at is None or at - seen_at > SEEN_EVERY:
        request.session["seen_at"] = at.isoformat()
    return viewer_of(person=person, at=at, post_id=_post(request.session.get("post")))


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _post(text: object) -> UUID | None:
    return UUID(text) if isinstance(text, str) else None
