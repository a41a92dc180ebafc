"""Writes about people and posts."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tongxin import vault
from tongxin.accounts.divisions import add_divisions as add_divisions
from tongxin.accounts.models import Division, Holding, Introduction, Organisation, Person, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.lib import ids


def add_person(
    *, login: str, name: str, password: str | None, actor: Viewer, at: datetime, phone: str = "",
    must_change_password: bool = False, first_post: Post | None = None,
) -> Person:
    """Somebody who can sign in from now on; without a password nobody can, until one is set."""
    del actor
    person = Person(
        id=ids.new_id(), login=login, must_change_password=must_change_password, first_post=first_post,
        one_time_since=at if must_change_password else None,
    )
    vault.create_keys([person.key_owner], at=at)
    vault.put(person, {"name": name, **({"phone": phone} if phone else {})})
    if password is None:
        person.set_unusable_password()
    else:
        person.set_password(password)
    person.save()
    return person


def open_post(
    *, role: str, title: str, organisation: Organisation, division: Division,
    reports_to: Post | None, actor: Viewer, at: datetime,
) -> Post:
    """A post that can be held and can own cases and tasks."""
    del actor, at
    return Post.objects.create(
        role=role, title=title, organisation=organisation, division=division, reports_to=reports_to
    )


@transaction.atomic
def hand_over(*, post: Post, to: Person | None, actor: Viewer, at: datetime, kind: str = Holding.HOLDER) -> None:
    """End who holds the post now and let `to` hold it; nothing else moves (C10)."""
    del actor
    Holding.objects.filter(held(at), post=post, kind=kind).update(to_at=at, followed_at=at)
    if to is not None:
        Holding.objects.create(post=post, person=to, from_at=at, kind=kind, followed_at=at)


def stand_in(*, post: Post, person: Person, from_at: datetime, to_at: datetime, actor: Viewer, at: datetime) -> Holding:
    """Somebody answers in a post from–to, beside its holder."""
    del actor, at
    return Holding.objects.create(post=post, person=person, from_at=from_at, to_at=to_at, kind=Holding.STAND_IN)


def introduce(
    *, post: Post, to: Person, group: str, children: Iterable[UUID], note: str, actor: Viewer, at: datetime,
    from_at: datetime | None = None,
) -> None:
    """A few words for whoever holds the post from a moment on, about one group of children."""
    del actor
    about = [str(each) for each in children]
    words = Introduction(
        id=ids.new_id(), post=post, person=to, group=group, children=len(about), child_ids=about, at=at,
        from_at=max(from_at or at, at),
    )
    vault.put(words, {"note": note})
    words.save(force_insert=True)
