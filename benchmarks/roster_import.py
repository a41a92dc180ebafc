"""How long `tongxin roster import` takes for a large roster of realistic names, start to finish.

Run with `python -m benchmarks.roster_import [rows] [sqlite|postgresql://…]`. The data folder is a fresh one.
"""

from __future__ import annotations

import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from benchmarks.targets import IMPORT_ROWS, IMPORT_SECONDS, at_most, verdict
from tongxin.intake.reading.census import below
from tongxin.intake.reading.identity import check_digit

COUNTY = "370116"
HEADS = (
    "序号", "镇（街道）", "村（居）", "儿童姓名", "性别", "出生日期", "身份证号码", "困境类别", "实际照料人",
    "与儿童关系", "联系电话",
)
PREPARING = (["keys", "create"], ["database", "prepare"], ["definitions", "adopt"], ["divisions", "load", COUNTY])
# The commonest surnames with their share in ten thousand, and characters that names are made of.
SURNAMES = {
    "王": 721, "李": 719, "张": 683, "刘": 539, "陈": 453, "杨": 308, "黄": 223, "赵": 213, "吴": 205, "周": 199,
    "徐": 171, "孙": 166, "马": 129, "朱": 126, "胡": 125, "郭": 116, "何": 115, "林": 113, "高": 110, "罗": 105,
    "郑": 93, "梁": 84, "谢": 73, "宋": 70, "唐": 66, "许": 63, "韩": 62, "邓": 61, "冯": 59, "曹": 58, "亓": 20,
}
GIVEN = "梓涵子轩浩宇欣怡雨泽佳一诺思雅文博俊杰诗琪天佑嘉豪晓明婷婷志强丽娜建国秀英海燕春梅玉兰金凤永康安平"
# Every place's post, so that each task finds its owner.
POSTS = f"""
import django
django.setup()
from tongxin.accounts import county
from tongxin.accounts.models import Division
from tongxin.accounts.viewers import WORKER
from tongxin.lib import clock
at = clock.now()
line = county.open_line(county=Division.objects.get(code="{COUNTY}"), actor=WORKER, at=at)
posts = [post for posts in line.posts.values() for post in posts]
county.fill(holders=[(post, f"p{{n}}", "某人") for n, post in enumerate(posts)], at=at)
"""
CATEGORIES = ("孤儿", "事实无人抚养儿童", "农村留守儿童", "重残儿童", "低保家庭儿童", "重病儿童", "流动儿童")
RELATIONS = ("祖父", "祖母", "外祖父", "外祖母", "父亲", "母亲", "叔叔", "姑姑")


def main(rows: int = 100_000, database: str = "sqlite") -> int:
    """Print machine, time on the wall, processor time and memory of one import; 1 when it took too long."""
    print(f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}, {database.partition(':')[0]}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        environment = {
            **os.environ, "TONGXIN_HOME": folder, "TONGXIN_DATABASE": database,
            "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
        }
        for command in PREPARING:
            run(command, environment)
        subprocess.run([sys.executable, "-c", POSTS], check=True, env=environment)
        source = write(home / "roster.xlsx", rows)
        print(f"{rows:,} rows, {source.stat().st_size / 2**20:.1f} MB")
        since, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        print(run(["roster", "import", str(source)], environment))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        memory, wall = after.ru_maxrss / 1024, time.perf_counter() - since
        print(f"{wall:.1f} s on the wall, {cpu:.1f} s on processors, {memory:.0f} MB")
    return verdict(at_most(f"{rows:,} rows", wall * IMPORT_ROWS / rows, IMPORT_SECONDS, f"s for {IMPORT_ROWS:,}"))


def run(command: list[str], environment: dict[str, str]) -> str:
    """What a command prints; its progress goes to the screen."""
    arguments = [sys.executable, "-m", "tongxin", *command]
    return subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def write(path: Path, rows: int) -> Path:
    """A roster of synthetic children in a real county's villages; one in a hundred rows has a fault."""
    chance = random.Random(7)
    places = {each.code: each for each in below(COUNTY)}
    villages = [each for each in places.values() if each.level == "village"]
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("花名册")
        sheet.write_row(0, 0, HEADS)
        for number in range(1, rows + 1):
            village = chance.choice(villages)
            sheet.write_row(number, 0, child(chance, number, places[village.parent].name, village.name))
    return path


def child(chance: random.Random, number: int, town: str, village: str) -> list[object]:
    """One row."""
    born = date(2008, 1, 1) + timedelta(days=chance.randrange(6200))
    sex = chance.choice("男女")
    first = f"{COUNTY}{born:%Y%m%d}{chance.randrange(1000) * 10 // 20 * 2 + (sex == '男'):03d}"[:17]
    first = f"{first:0<17}"
    id_no = first + check_digit(first)
    if chance.random() < 0.005:
        id_no = ""
    elif chance.random() < 0.005:
        id_no = first + check_digit(first).translate(str.maketrans("0123456789X", "123456789X0"))
    return [
        number, town, village, name(chance), sex, f"{born:%Y-%m-%d}", id_no, chance.choice(CATEGORIES), name(chance),
        chance.choice(RELATIONS), f"1{chance.randrange(10**9, 10**10)}",
    ]


def name(chance: random.Random) -> str:
    """A surname by its share and one or two further characters."""
    (surname,) = chance.choices(tuple(SURNAMES), weights=tuple(SURNAMES.values()))
    return surname + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2, 2))))


if __name__ == "__main__":
    sys.exit(main(*(kind(word) for kind, word in zip((int, str), sys.argv[1:], strict=False))))
