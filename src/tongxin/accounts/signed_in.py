"""Who is signed in: Django's sessions and passwords, with the two questions of every request prepared."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField, UUIDField
from django.utils import timezone

from tongxin.accounts.models import Person
from tongxin.lib.prepared import Prepared

OPEN_SESSION = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), key=CharField(), now=DateTimeField()
)
PERSON = Prepared(lambda person: Person.objects.filter(id=person), person=UUIDField())


class SessionStore(db.SessionStore):
    """Sessions kept in the database."""

    def _get_session_from_db(self) -> Session | None:
        found: Session | None = OPEN_SESSION.row(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found


class Backend(ModelBackend):
    """People with a password."""

    def get_user(self, user_id: Any) -> Person | None:
        """The person of a session, as long as the account is open."""
        found: Person | None = PERSON.row(person=user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
