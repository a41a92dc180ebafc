"""The first person of a county, who lets all others in, and those of the nation: nobody is there yet who could."""

from datetime import datetime

from django.db import transaction

from tongxin import ledger
from tongxin.accounts import county as counties
from tongxin.accounts import nation
from tongxin.accounts import services as accounts
from tongxin.accounts.models import Division, Holding, Person, Post
from tongxin.accounts.viewers import Viewer, held
from tongxin.flows.handing_over import hand_over
from tongxin.flows.refusals import Refused
from tongxin.flows.staffing import give_password, is_held, one_time_password, wrong_with
from tongxin.lib.faults import Fault

TOP = "case_manager"
SECURITY = "security_administrator"


def desk_of(county: Division, *, at: datetime) -> Post | None:
    """The county's own desk where its posts are open; refused when somebody sits there."""
    post = Post.objects.filter(role=TOP, division=county).order_by("id").first()
    if post is not None and is_held(post, at):
        raise Fault(f"{post.title}已有人在岗，没有改动。请由他在“人员”页为其他人开通。")
    return post


@transaction.atomic
def ask_in_again(
    *, county: Division, login: str, actor: Viewer, at: datetime, role: str = TOP
) -> str | None:
    """Another password for the county's first person who didn't come in time; None when nobody is awaited."""
    sits = Holding.objects.filter(held(at), post__role=role, post__division=county, kind=Holding.HOLDER)
    awaited = sits.filter(person__login=login, person__must_change_password=True, person__is_active=True)
    holding = awaited.select_related("person").first()
    return give_password(person=holding.person, actor=actor, at=at) if holding else None


@transaction.atomic
def open_administration(
    *, county: Division, login: str, name: str, actor: Viewer, at: datetime
) -> tuple[Person, str]:
    """A county's first security administrator, who lets in the other two; the posts of all three are opened."""
    post = counties.open_administration(county=county, actor=actor, at=at)[SECURITY]
    if is_held(post, at):
        raise Fault(f"{post.title}已有人在岗，没有改动。请由他在“人员”页为另两位管理员开通。")
    if problems := wrong_with(login, name):
        raise Refused(problems)
    return _let_in(post, login, name, actor, at)


@transaction.atomic
def open_county(*, county: Division, login: str, name: str, actor: Viewer, at: datetime) -> tuple[Person, str]:
    """The person at the county's desk, and the password that is shown this once; missing posts are opened."""
    post = desk_of(county, at=at)
    if problems := wrong_with(login, name):
        raise Refused(problems)
    if post is None:
        post = counties.open_line(county=county, actor=actor, at=at).posts[TOP][0]
    return _let_in(post, login, name, actor, at)


@transaction.atomic
def open_nation(*, login: str, name: str, actor: Viewer, at: datetime) -> tuple[Person, str]:
    """Somebody in a post of the nation, each in one of their own: whoever writes a report doesn't issue it."""
    if problems := wrong_with(login, name):
        raise Refused(problems)
    return _let_in(nation.open_desk(actor=actor, at=at), login, name, actor, at)


def _let_in(post: Post, login: str, name: str, actor: Viewer, at: datetime) -> tuple[Person, str]:
    password = one_time_password()
    person = accounts.add_person(
        login=login, name=name, password=password, actor=actor, at=at, must_change_password=True, first_post=post
    )
    ledger.record(kind="person.added", subject=person.key_owner, actor=actor, at=at, clear={}, is_fact=True)
    hand_over(post=post, to=person, actor=actor, at=at)
    return person, password
