"""What doctor says of accounts: never a name, always the login and what to do."""

from datetime import timedelta

import pytest
from django.test import Client

from tests import world
from tongxin.accounts.models import Person
from tongxin.flows import account_health

pytestmark = pytest.mark.django_db
AT = world.START + timedelta(days=200)


def found(what: str) -> str:
    return next(each.zh for each in account_health.examine(AT) if each.what == what)


def change(cast: world.World, name: str, **values: object) -> str:
    person = cast.people[name]
    person.set_password("keep-it-quiet-42")
    person.save()
    Person.objects.filter(id=person.id).update(**values)
    return person.login


def test_names_who_must_have_a_factor_and_has_none_after_the_days_of_grace(cast: world.World) -> None:
    late = change(cast, "苏咨询", factor_asked_at=AT - timedelta(days=31))
    change(cast, "林社工", factor_asked_at=AT - timedelta(days=29))
    change(cast, "周主任", factor_asked_at=AT - timedelta(days=300))
    assert found(account_health.FACTOR).endswith(f"：{late}")


def test_names_accounts_that_nobody_uses(cast: world.World) -> None:
    quiet = change(cast, "周主任", last_login=AT - timedelta(days=91))
    change(cast, "王督导", last_login=AT - timedelta(days=89))
    assert found(account_health.ACCOUNTS).endswith(f"：{quiet}")


def test_names_one_time_passwords_that_ran_out(cast: world.World) -> None:
    old = change(cast, "周主任", must_change_password=True, one_time_since=AT - timedelta(days=8))
    change(cast, "王督导", must_change_password=True, one_time_since=AT - timedelta(days=1))
    assert found(account_health.PASSWORDS).endswith(f"：{old}")


def test_names_accounts_signed_in_at_many_places_at_once(cast: world.World) -> None:
    for _ in range(4):
        Client().force_login(cast.people["周主任"])
    for _ in range(3):
        Client().force_login(cast.people["王督导"])
    assert found(account_health.SHARED).endswith(f"：{cast.people['周主任'].login}")
