"""What a played district does with companions, class meetings and needs that bodies take up; what outside desks see."""

import pytest
from django.test import Client

from tests.demo.small import END, Quarter
from tongxin import vault
from tongxin.access.models import Relation
from tongxin.accounts.models import Division, Holding, Post
from tongxin.accounts.viewers import viewer_of
from tongxin.activities.models import Occasion
from tongxin.demo import outside_desks
from tongxin.demo.outside_desks import GIVING, TEACHING, Desk
from tongxin.lib import clock
from tongxin.pairings.models import Companion, Contact, Offer, Pairing, Wanted
from tongxin.people.models import Child


def look(quarter: Quarter) -> None:
    """What stands there on the last morning."""
    assert not [each for each in quarter.refused if each.startswith(("pairings", "outside"))]
    own = Companion.objects.filter(kind__in=("mentor", "peer", "mother"))
    assert own.count() == 3 and own.filter(checked_until__isnull=True).count() == 1
    assert Pairing.objects.filter(to_on__isnull=True).count() == 2
    assert Contact.objects.filter(is_checked=True).exists() and Occasion.objects.exists()
    assert Wanted.objects.filter(state=Wanted.OPEN, offers__isnull=True).exists()
    assert Offer.objects.filter(state=Offer.ACCEPTED).count() == 2
    with pytest.MonkeyPatch.context() as moment:
        moment.setattr(clock, "now", lambda: END)
        _the_organisation_takes_up_a_need_and_sees_no_name()
        _the_teacher_sees_the_class_and_nothing_else()


def _signed_in(desk: Desk) -> Client:
    post = outside_desks.post_of(desk, Division.objects.get(code="370116"))
    client = Client()
    client.force_login(Holding.objects.select_related("person").get(post=post).person)
    return client


def _names(children: list[Child]) -> list[str]:
    office = Holding.objects.select_related("person").get(post__role="case_manager", post__division__code="370116")
    viewer = viewer_of(person=office.person, at=END)
    found = vault.open([each.name for each in children], viewer=viewer, purpose="case", at=END)
    return [each for each in found if each]


def _the_organisation_takes_up_a_need_and_sees_no_name() -> None:
    client, row = _signed_in(GIVING), Wanted.objects.get(state=Wanted.OPEN, offers__isnull=True)
    page = client.get("/wanted/").content.decode()
    assert "毛笔字" in page
    for name in _names(list(Child.objects.all())):
        assert name not in page
    assert client.get(f"/children/{row.child_id}/").status_code == 404


def _the_teacher_sees_the_class_and_nothing_else() -> None:
    client = _signed_in(TEACHING)
    taught = Relation.objects.filter(relation=Relation.TEACHES, post_id__in=Post.objects.filter(role=TEACHING.role))
    pupils = set(taught.values_list("child_id", flat=True))
    others = Child.objects.exclude(id__in=pupils)
    page = client.get("/pupils/").content.decode()
    assert pupils and all(name in page for name in _names(list(Child.objects.filter(id__in=pupils))))
    assert not [name for name in _names(list(others)) if name in page]
    assert "先看您的学生" in client.get("/").content.decode()
    assert {client.get(f"/children/{each}/").status_code for each in pupils} == {404}
