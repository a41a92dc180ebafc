"""A prepared query gives what the queryset gives, on every call and for every value."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import DateTimeField, QuerySet, UUIDField
from django.test.utils import CaptureQueriesContext

from tests import world
from tongxin.accounts.models import Holding, Post
from tongxin.accounts.viewers import held
from tongxin.lib.prepared import Prepared, among, ask
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db


def _holdings(person: Any, at: Any) -> QuerySet[Holding]:
    rows = Holding.objects.filter(held(at), person_id=person)
    return rows.select_related("post", "post__division").order_by("from_at", "id")


HELD = Prepared(_holdings, person=UUIDField(), at=DateTimeField())


def test_gives_the_rows_with_their_relations_for_each_value() -> None:
    cast = world.build()
    for name in ("周主任", "王督导", "陈老师"):
        person = cast.people[name]
        for at in (world.START, world.START - timedelta(days=1)):
            rows = HELD.rows(person=person.id, at=at)
            assert rows == list(_holdings(person.id, at))
            with CaptureQueriesContext(connection) as asked:
                assert [row.post.division.name for row in rows] == [
                    row.post.division.name for row in _holdings(person.id, at)
                ]
            assert len(asked) == 1


def test_takes_any_number_of_values() -> None:
    cast = world.build()
    posts = Prepared(lambda posts: Post.objects.filter(among("id", posts)), several="posts", posts=UUIDField())
    holders = Prepared(
        lambda posts, at: Holding.objects.filter(held(at), among("post_id", posts)), several="posts",
        posts=UUIDField(), at=DateTimeField(),
    )
    every = [post.id for post in cast.posts.values()]
    for count in range(len(every) + 1):
        assert {post.id for post in posts.rows(posts=every[:count])} == set(every[:count])
        assert {row.post_id for row in holders.rows(posts=every[:count], at=world.START)} == set(every[:count])


def test_sees_what_was_written_since() -> None:
    cast = world.build()
    of_village = Prepared(
        lambda child: Child.objects.filter(id=child).values_list("file_no", flat=True), child=UUIDField()
    )
    first = cast.child()
    assert of_village.rows(child=first.id) == [first.file_no]
    second = cast.child("小雪")
    assert of_village.row(child=second.id) == second.file_no
    first.delete()
    assert of_village.rows(child=first.id) == []
    assert of_village.row(child=first.id) is None


def test_a_query_that_admits_nobody_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert ask("nobody", lambda: Child.objects.none(), {}, {}) == []
    assert len(asked) == 0


def test_refuses_a_value_that_is_not_of_the_field() -> None:
    with pytest.raises(Exception, match="UUID"):
        HELD.rows(person="x", at=world.START)
