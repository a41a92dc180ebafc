"""Who is signed in: Django's sessions and passwords, with the two questions of every request prepared."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.db.models import CharField, DateTimeField, UUIDField
from django.utils import timezone

from tongxin.accounts.models import OpenSession, Person
from tongxin.lib.ids import id_in
from tongxin.lib.prepared import Prepared

OPEN_SESSION = Prepared(
    lambda key, now: OpenSession.objects.filter(session_key=key, expire_date__gt=now),
    key=CharField(), now=DateTimeField(),
)
PERSON = Prepared(lambda person: Person.objects.filter(id=person), person=UUIDField())
# What a session knows of itself, kept in it under these names and on its row.
BEGUN, SEEN, BROWSER, WAY, NUMBER = "begun_at", "seen_at", "browser", "way", "number"


class SessionStore(db.SessionStore):
    """Sessions kept in the database, each on a row that names whose it is."""

    @classmethod
    def get_model_class(cls) -> Any:
        return OpenSession

    def _get_session_from_db(self) -> OpenSession | None:
        found: OpenSession | None = OPEN_SESSION.row(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found

    def create_model_instance(self, data: dict[str, Any]) -> OpenSession:
        """The row of a session as it is written down."""
        row = cast(OpenSession, super().create_model_instance(data))
        row.person_id = id_in(str(data.get(SESSION_KEY, "")))
        row.begun_at, row.seen_at = moment_in(data.get(BEGUN)), moment_in(data.get(SEEN))
        row.browser, row.way = str(data.get(BROWSER, "")), str(data.get(WAY, ""))
        row.number = id_in(str(data.get(NUMBER, ""))) or row.number
        return row


class Backend(ModelBackend):
    """People with a password."""

    def get_user(self, user_id: Any) -> Person | None:
        """The person of a session, as long as the account is open."""
        found: Person | None = PERSON.row(person=user_id)
        return found if found is not None and self.user_can_authenticate(found) else None


def moment_in(text: object) -> datetime | None:
    """A moment as a session keeps it."""
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def sessions_of(*, person_id: UUID) -> list[OpenSession]:
    """The open sessions of somebody, the latest first."""
    rows = OpenSession.objects.filter(person_id=person_id, expire_date__gt=timezone.now())
    return list(rows.order_by("-seen_at", "-begun_at"))


def end_sessions(*, people: Iterable[UUID], but: str = "", number: UUID | None = None) -> int:
    """How many sessions of somebody ended: all, all `but` the one of that key, or one of them."""
    rows = OpenSession.objects.filter(person_id__in=list(people)).exclude(session_key=but)
    gone, _ = (rows if number is None else rows.filter(number=number)).delete()
    return gone
