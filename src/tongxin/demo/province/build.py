"""The province put together: its places, its counties played side by side, and what the worker does behind them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from tongxin.accounts import county as accounts
from tongxin.accounts.models import Division, Organisation, Post
from tongxin.accounts.viewers import WORKER
from tongxin.demo.province import nights
from tongxin.demo.province.groups import Done, groups_of, play_all
from tongxin.demo.province.handing_down import hand_down
from tongxin.demo.province.names import name_of
from tongxin.demo.province.rosters import Share, shares
from tongxin.demo.province.rules import Province, province
from tongxin.intake.published import add_below
from tongxin.lib import ids
from tongxin.lib.sqlcipher import statistics
from tongxin.rulebook.adoption import adopt_folder

# Who looks at figures above the counties: the level, the office's name after the place's.
ABOVE = (("province", "民政厅"), ("city", "民政局"))
ROLE = "city_officer"
# One in a city; at the province those who ask for money, and two others who agree.
TITLES = {"province": ("儿童福利处经办人", "儿童福利处处长", "规划财务处复核人"), "city": ("儿童福利科经办人",)}
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What was built: the counties, how many children and entries, what was refused, seconds by part."""

    shares: list[Share]
    children: int
    entries: int
    refused: tuple[str, ...]
    seconds: dict[str, float]
    # What the province hands down to the counties, to the cent.
    fund: Decimal
    handed_down: Mapping[str, Decimal]


def build(
    *, children: int | None = None, seed: int | None = None, processes: int = 2, say: Say = lambda line: None
) -> Built:
    """The sample province as it stands at its end; nobody else may write to this installation meanwhile."""
    sample = province()
    seed = sample.district.seed if seed is None else seed
    taking_part = shares(sample, children=children or sample.children, seed=seed)
    clock = _Stopwatch()
    adopt_folder(actor=WORKER, at=sample.starts)
    add_below(sample.code)
    _offices(taking_part, sample, seed)
    say(f"{clock.lap('places')}：规则、区划、自治区和地市的岗位")
    done = _played(taking_part, seed, processes, say)
    say(f"{clock.lap('years')}：{len(taking_part)} 个县区的岗位、花名册和三年的记录，到期没有办的逐级上报")
    handed_down = hand_down(taking_part, province=sample, seed=seed)
    say(f"{clock.lap('money')}：三年下拨 {sample.fund} 元，记入各县区的资金")
    nights.tell(sample.ends)
    say(f"{clock.lap('lines')}：提醒")
    rows = nights.seal(sample.ends)
    statistics.refresh()
    say(f"{clock.lap('seals')}：账本签名封存 {rows} 行")
    refused = tuple(line for each in done for line in each.refused)
    return Built(
        taking_part, sum(each.children for each in done), sum(each.entries for each in done), refused, clock.laps,
        sample.fund, handed_down,
    )


def _played(taking_part: list[Share], seed: int, processes: int, say: Say) -> list[Done]:
    total, sofar = sum(share.children for share in taking_part), [0, 0]

    def tell(done: Done) -> None:
        sofar[0] += done.children
        sofar[1] += done.entries
        say(f"  {sofar[0]}/{total} 名儿童，{sofar[1]} 条记录")

    return play_all(groups_of(taking_part, seed=seed), processes=processes, tell=tell)


def _offices(taking_part: list[Share], sample: Province, seed: int) -> None:
    """The offices above the counties, each post with its person."""
    chance = Random(f"{seed}:offices")
    codes = {sample.code, *(share.prefecture for share in taking_part)}
    offices = dict(ABOVE)
    posts = []
    for place in Division.objects.filter(code__in=codes, level__in=offices).order_by("code"):
        name = f"{place.name}{offices[place.level]}"
        body = Organisation.objects.create(kind="civil_affairs", name=name, division=place)
        posts += [
            Post(id=ids.new_id(), role=ROLE, title=f"{name}{title}", organisation=body, division=place)
            for title in TITLES[place.level]
        ]
    Post.objects.bulk_create(posts)
    names = [name_of(chance, ethnicity="藏族", sex=chance.choice(("male", "female"))) for _ in posts]
    accounts.fill(
        holders=[
            (post, f"above-{post.division.code}-{number}", name)
            for number, (post, name) in enumerate(zip(posts, names, strict=True))
        ],
        at=sample.starts,
    )


class _Stopwatch:
    """Seconds of each part."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._since = time.monotonic()

    def lap(self, name: str) -> str:
        now = time.monotonic()
        self.laps[name], self._since = now - self._since, now
        return f"{self.laps[name]:.0f} 秒"
