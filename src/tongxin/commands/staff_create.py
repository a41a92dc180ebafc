"""`tongxin staff create`: a county's posts and the first person, who lets all others in; or somebody of the nation."""

import sys

from tongxin.accounts import nation
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import WORKER
from tongxin.flows.first_person import (
    SECURITY,
    TOP,
    ask_in_again,
    desk_of,
    open_administration,
    open_county,
    open_nation,
)
from tongxin.flows.refusals import Refused
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

OTHERS = "其他人由他在“人员”页开通。"
TWO = "写报告的和发报告的要两个人：请再为另一位运行一次。"


def main(argv: list[str]) -> int:
    """Open the posts where there are none yet, and fill the county's desk with one person."""
    parser = Parser(prog="tongxin staff create", description="建立一个县区的岗位和第一位管理员")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--county", metavar="代码", help="六位县级区划代码，如 370116")
    place.add_argument("--nation", action="store_true", help="建立一个看全国的数的岗位（民政部），看不到孩子")
    parser.add_argument("--login", required=True, metavar="登录名", help="小写字母或数字，如 zheng01")
    parser.add_argument("--security", action="store_true", help="建立三员的岗位和第一位安全管理员，由他开通另两位")
    options = parser.parse_args(argv)
    at = clock.now()
    if options.nation:
        return _nation(nation.nation(), options.login)
    county = _county(options.county)
    role = SECURITY if options.security else TOP
    again = ask_in_again(county=county, login=options.login, actor=WORKER, at=at, role=role)
    if again is not None:
        _say(f"{county.name}：管理员还没有登录过，已换发密码，原来的作废。", options.login, again)
        return 0
    if options.security:
        return _administration(county, options.login)
    desk_of(county, at=at)
    try:
        _, password = open_county(county=county, login=options.login, name=_asked_name(), actor=WORKER, at=at)
    except Refused as refused:
        said = "".join(problem.zh for problem in refused.problems)
        raise Fault(f"没有建立岗位，也没有开通。{said}") from None
    many = Post.objects.filter(division__county_id=county.id).count()
    _say(f"{county.name}：共 {many} 个岗位，个案管理员已就任。", options.login, password)
    return 0


def _administration(county: Division, login: str) -> int:
    try:
        _, password = open_administration(
            county=county, login=login, name=_asked_name(), actor=WORKER, at=clock.now()
        )
    except Refused as refused:
        said = "".join(problem.zh for problem in refused.problems)
        raise Fault(f"没有建立岗位，也没有开通。{said}") from None
    _say(f"{county.name}：系统、安全、审计管理员三个岗位已建立，安全管理员已就任。", login, password)
    return 0


def _nation(whole: Division, login: str) -> int:
    at = clock.now()
    again = ask_in_again(county=whole, login=login, actor=WORKER, at=at, role=nation.ROLE)
    if again is not None:
        _say(f"{whole.name}：这一位还没有登录过，已换发密码，原来的作废。", login, again, others=TWO)
        return 0
    try:
        _, password = open_nation(login=login, name=_asked_name(), actor=WORKER, at=at)
    except Refused as refused:
        raise Fault(f"没有开通。{''.join(problem.zh for problem in refused.problems)}") from None
    _say(f"{whole.name}：看数的岗位已建立，已就任。", login, password, others=TWO)
    return 0


def _say(done: str, login: str, password: str, *, others: str = OTHERS) -> None:
    print(done)
    print(f"登录名　{login}")
    print(f"一次性密码　{password}")
    print(f"密码只显示这一次。请尽快当面交给本人；过期没有登录的，再运行一次本命令换发。{others}")


def _county(code: str) -> Division:
    county = Division.objects.filter(code=code, level="county", valid_to__isnull=True).first()
    if county is None:
        raise Fault(f"没有找到县区 {code}，没有建立岗位。请先运行 tongxin divisions load 和它的代码。")
    return county


def _asked_name() -> str:
    """Typed, not given as an argument: arguments stay in the shell's history."""
    print("管理员姓名：", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()
