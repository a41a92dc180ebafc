"""Accounts of those who work here: opened, renewed, closed; every step stands in the record."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from tongxin import ledger, vault
from tongxin.access.offices import people_for, posts_for
from tongxin.accounts import services as accounts
from tongxin.accounts import throttle
from tongxin.accounts.models import Holding, Person, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.core.forms import Problem
from tongxin.flows.handing_over import hand_over
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.signing_out import CLOSED, RENEWED, sign_out
from tongxin.flows.workforce import gates
from tongxin.lib import ids

MANAGE = "manage_staff"
LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
PHONE = re.compile(r"\+?[0-9][0-9 -]{5,18}[0-9]")


def one_time_password() -> str:
    """A password to be read out once: three groups of four."""
    return ids.code(4, 4, 4)


def add_staff(
    *, login: str, name: str, phone: str, post: Post | None, actor: Viewer, at: datetime
) -> tuple[Person, str]:
    """Somebody new, and the password that is shown this once; a vacant post is theirs from now on.

    Where somebody holds the post, it still has to be handed over.
    """
    problems = [*wrong_with(login, name), *_wrong_with_phone(phone)]
    if post is None:
        problems.append(Problem("post", "请选择岗位：没有岗位的人登录后什么也看不到。", True))
    elif not posts_for(viewer=actor, action=MANAGE, at=at).filter(id=post.id).exists():
        raise NotAllowed
    if problems or post is None:
        raise Refused(problems)
    password = one_time_password()
    try:
        with transaction.atomic():
            person = accounts.add_person(
                login=login, name=name, password=password, actor=actor, at=at, phone=phone, must_change_password=True,
                first_post=post,
            )
            _tell("person.added", person, actor, at)
            # Asked about before anybody meets a child: until then the post is answered for from above.
            if not is_held(post, at) and not gates.refusal_to_hold(post, person, at=at):
                hand_over(post=post, to=person, actor=actor, at=at)
    except IntegrityError:
        raise Refused([Problem("login", "这个登录名已有人使用，请换一个。", True)]) from None
    return person, password


def is_held(post: Post, at: datetime) -> bool:
    """Whether somebody holds the post in their own right."""
    return Holding.objects.filter(held(at), post=post, kind=Holding.HOLDER, person__is_active=True).exists()


@transaction.atomic
def renew_password(*, person: Person, actor: Viewer, at: datetime) -> str:
    """A new one-time password; whoever is signed in with the old one is signed out at once."""
    _refuse_strangers(person, actor, at)
    return give_password(person=person, actor=actor, at=at)


def give_password(*, person: Person, actor: Viewer, at: datetime) -> str:
    """A one-time password in place of whatever somebody had, once it is settled that the actor may."""
    password = one_time_password()
    person.set_password(password)
    person.must_change_password, person.is_active, person.one_time_since = True, True, at
    person.save(update_fields=["password", "must_change_password", "is_active", "one_time_since"])
    throttle.forget(key=throttle.key_for(login=person.login))
    _tell("password.renewed", person, actor, at)
    sign_out(people=[person.id], why=RENEWED, actor=actor, at=at)
    return password


@transaction.atomic
def change_phone(*, person: Person, phone: str, actor: Viewer, at: datetime) -> None:
    """The number under which somebody is reached; an empty one is taken away."""
    if actor.person_id != person.id:
        _refuse_strangers(person, actor, at)
    if problems := _wrong_with_phone(phone):
        raise Refused(problems)
    if phone:
        vault.put(person, {"phone": phone})
    else:
        person.phone = None
    person.save(update_fields=["phone"])
    _tell("person.changed", person, actor, at)


@transaction.atomic
def deactivate(*, person: Person, actor: Viewer, at: datetime) -> None:
    """Close an account whose posts are all handed over; open sessions end with the next click."""
    _refuse_strangers(person, actor, at)
    if Holding.objects.filter(Q(to_at__isnull=True) | Q(to_at__gt=at), person=person).exists():
        raise Refused.because("没有停用：这个人还有岗位。请先办理交接，把手上的事交给接手的人。")
    person.is_active, person.must_change_password = False, True
    person.set_unusable_password()
    person.save(update_fields=["password", "must_change_password", "is_active"])
    _tell("person.deactivated", person, actor, at)
    sign_out(people=[person.id], why=CLOSED, actor=actor, at=at)


@transaction.atomic
def choose_password(*, person: Person, password: str, actor: Viewer, at: datetime) -> None:
    """A password of one's own."""
    if actor.person_id != person.id:
        raise NotAllowed
    person.set_password(password)
    person.must_change_password, person.one_time_since = False, None
    person.save(update_fields=["password", "must_change_password", "one_time_since"])
    _tell("password.changed", person, actor, at)


@transaction.atomic
def accept_conduct(*, person: Person, hash: str, actor: Viewer, at: datetime) -> None:
    """The code of conduct is accepted in the words that this hash names."""
    if actor.person_id != person.id:
        raise NotAllowed
    person.conduct_hash = hash
    person.save(update_fields=["conduct_hash"])
    ledger.record(
        kind="conduct.accepted", subject=person.key_owner, actor=actor, at=at, clear={"hash": hash}, is_fact=True
    )


def _refuse_strangers(person: Person, actor: Viewer, at: datetime) -> None:
    if not people_for(viewer=actor, action=MANAGE, at=at).filter(id=person.id).exists():
        raise NotAllowed


def wrong_with(login: str, name: str) -> list[Problem]:
    """What keeps a login or a name from being taken."""
    problems = []
    if not LOGIN.fullmatch(login):
        zh = "登录名用 3 至 40 个小写字母、数字、点、横线，以字母或数字开头；不要用姓名或证件号码。"
        problems.append(Problem("login", zh, True))
    elif Person.objects.filter(login=login).exists():
        problems.append(Problem("login", "这个登录名已有人使用，请换一个。", True))
    if not 2 <= len(name) <= 40 or any(not letter.isprintable() for letter in name):
        problems.append(Problem("name", "请写姓名，2 至 40 个字。", True))
    return problems


def _wrong_with_phone(phone: str) -> list[Problem]:
    if phone and not PHONE.fullmatch(phone):
        return [Problem("phone", "电话写 7 至 20 位数字，可以有区号和横线；不知道就留空。", True)]
    return []


def _tell(kind: str, person: Person, actor: Viewer, at: datetime) -> None:
    ledger.record(kind=kind, subject=person.key_owner, actor=actor, at=at, clear={}, is_fact=True)
