"""`tongxin staff create`: a county's line of posts and the first person who may let others in."""

import secrets as chance
import sys

from django.db import transaction

from tongxin.accounts import county as counties
from tongxin.accounts.models import Division, Holding, Person, Post
from tongxin.accounts.services import add_person, hand_over
from tongxin.accounts.viewers import WORKER, held
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

# Without letters and digits that are taken for each other when copied by hand.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
TOP = "case_manager"


def main(argv: list[str]) -> int:
    """Open the posts where there are none yet, and fill the county's desk with one person."""
    parser = Parser(prog="tongxin staff create", description="建立一个县区的岗位和第一位管理员")
    parser.add_argument("--county", required=True, metavar="代码", help="六位县级区划代码，如 370116")
    parser.add_argument("--login", required=True, metavar="登录名", help="字母或数字，如 zheng01")
    options = parser.parse_args(argv)
    at = clock.now()
    county = _county(options.county)
    _refuse_login(options.login)
    post = Post.objects.filter(role=TOP, division=county).order_by("id").first()
    if post and Holding.objects.filter(held(at), post=post, person__is_active=True).exists():
        raise Fault(f"{post.title}已有人在岗，没有改动。请由他在“岗位”页为其他人开通。")
    name = _asked_name()
    password = "-".join("".join(chance.choice(LETTERS) for _ in range(4)) for _ in range(4))
    with transaction.atomic():
        if post is None:
            post = counties.open_line(county=county, actor=WORKER, at=at).posts[TOP][0]
        person = add_person(login=options.login, name=name, password=password, actor=WORKER, at=at)
        person.must_change_password = True
        person.save(update_fields=["must_change_password"])
        hand_over(post=post, to=person, actor=WORKER, at=at)
    many = Post.objects.filter(division__county_id=county.id).count()
    print(f"{county.name}：共 {many} 个岗位。{post.title}已就任。")
    print(f"登录名　{options.login}")
    print(f"一次性密码　{password}")
    print("密码只显示这一次。请当面或通过另一条途径交给本人；首次登录后必须修改。")
    return 0


def _county(code: str) -> Division:
    county = Division.objects.filter(code=code, level="county", valid_to__isnull=True).first()
    if county is None:
        raise Fault(f"没有找到县区 {code}，没有建立岗位。请先运行 tongxin divisions load {code}。")
    return county


def _refuse_login(login: str) -> None:
    if not (login.isascii() and login.replace("-", "").replace("_", "").isalnum() and 3 <= len(login) <= 30):
        raise Fault("登录名应为 3 到 30 个字母、数字、- 或 _，没有建立岗位。请换一个。")
    if Person.objects.filter(login=login).exists():
        raise Fault("这个登录名已有人用，没有建立岗位。请换一个。")


def _asked_name() -> str:
    """Typed, not given as an argument: arguments stay in the shell's history."""
    print("管理员姓名：", end="", file=sys.stderr, flush=True)
    name = sys.stdin.readline().strip()
    if not 2 <= len(name) <= 40:
        raise Fault("姓名应为 2 到 40 个字，没有建立岗位。请重新运行。")
    return name
