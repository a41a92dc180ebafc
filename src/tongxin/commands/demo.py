"""`tongxin demo`: a county to try things in, set up once and then only started."""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from tongxin.commands.serve import refuse_busy, serve
from tongxin.lib import clock, places, whole_files
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault
from tongxin.lib.start import start

CLOCK = "2025-12-30T09:00"
MARK, LOGINS = "demo.mark", "logins.json"
# What the demonstration's mails and messages became; nothing of them leaves this machine.
OUTSIDE = "outside"
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Sample:
    """An example: its command, its folder below var, when its clock begins, what it shows, and what fills it.

    `fill` gets the data folder, ready to be written to, and gives the logins.
    """

    command: str
    folder: str
    clock: str
    begins: str
    shows: str
    fill: Callable[[Path], list[dict[str, str]]]


def parser_of(name: str) -> Parser:
    """What every example's command takes."""
    parser = Parser(prog=f"tongxin {name}", description="安装示例数据并启动")
    parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
    parser.add_argument("--prepare-only", action="store_true", help="只安装，不启动")
    parser.add_argument("--reset", action="store_true", help="删除示例的全部数据，下次启动重新开始")
    return parser


def main(argv: list[str]) -> int:
    """Set up on the first start, then serve; later starts keep everything."""
    options = parser_of("demo").parse_args(argv)
    return start_sample(DISTRICT, port=options.port, resets=options.reset, serves=not options.prepare_only)


def start_sample(sample: Sample, *, port: int, resets: bool, serves: bool) -> int:
    """An example from its first start on, or taken away."""
    os.environ.setdefault("TONGXIN_HOME", str(places.REPOSITORY / "var" / sample.folder))
    os.environ.setdefault("TONGXIN_CLOCK_START", sample.clock)
    home = places.home()
    with _alone(home):
        return _reset(home, sample) if resets else _run(home, port, sample, serves=serves)


def _run(home: Path, port: int, sample: Sample, *, serves: bool) -> int:
    if serves:
        refuse_busy(HOST, port)
    if (home / LOGINS).exists():
        _bring_up_to_date()
    else:
        _set_up(home, sample)
    _show(json.loads((home / LOGINS).read_text(encoding="utf-8")), port, sample)
    if not serves:
        return 0
    print("正在启动……", flush=True)
    from tongxin.demo.receivers import receiving

    with receiving(home / OUTSIDE, link=f"http://{HOST}:{port}/sign-in/"):
        return serve(host=HOST, port=port, workers=2, when_ready=lambda: print(
            f"已启动：http://{HOST}:{port}　按 Ctrl+C 停止，数据保留。\n"
            f"往外发的邮件、短信、企业微信只到本机，存在 {home / OUTSIDE}。", flush=True,
        ))


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Nobody else sets up, serves or removes this example meanwhile."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_name(f".{home.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Fault("这个示例正在安装或运行，什么也没有改动。请先在它的窗口按 Ctrl+C 停止。") from None
        yield


def _reset(home: Path, sample: Sample) -> int:
    if home.exists() and not (home / MARK).exists():
        raise Fault(f"{home} 不是示例的文件夹，没有动它。")
    shutil.rmtree(home, ignore_errors=True)
    print(f"示例的数据已删除。再次运行 {sample.command} 会重新开始。")
    return 0


def _set_up(home: Path, sample: Sample) -> None:
    """From nothing; what a broken-off first start left behind is cleared away, and only that."""
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise Fault(f"{home} 里有别的内容，没有动它。请把环境变量 TONGXIN_HOME 指向一个空文件夹。")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / MARK).touch()
    began = time.monotonic()
    print(sample.begins, flush=True)
    start(makes_keys=True)
    from tongxin.commands import database_prepare

    database_prepare.main([])
    known = json.dumps(sample.fill(home), ensure_ascii=False, indent=1)
    whole_files.write(home / LOGINS, known, mode=whole_files.PRIVATE)
    print(f"示例已就绪，用时 {time.monotonic() - began:.0f} 秒。")


def _year(home: Path) -> list[dict[str, str]]:
    from tongxin.commands import demo_office

    built = demo_office.build(end=opening(), progress=_month_by_month(), outside=home / OUTSIDE)
    for refused in built.refused:
        print(f"  没有被接受：{refused}", flush=True)
    return built.logins


def _bring_up_to_date() -> None:
    """An example set up by an earlier version works on with this one, with everything in it."""
    start(makes_keys=False)
    from django.db import connections

    from tongxin.accounts.viewers import WORKER
    from tongxin.commands import database_prepare
    from tongxin.lib import definitions
    from tongxin.rulebook import adoption
    from tongxin.vault import tables

    if any(tables.waiting(alias) for alias in connections):
        database_prepare.main([])
    if adoption.unadopted(library=definitions.load_all(places.definitions_folder())):
        print(f"已采用 {adoption.adopt_folder(actor=WORKER, at=clock.now(), may_go_back=True)} 项新的规则。")
    connections.close_all()


def opening() -> datetime:
    """The moment at which the demonstration's clock begins."""
    return datetime.fromisoformat(os.environ["TONGXIN_CLOCK_START"]).replace(tzinfo=clock.ZONE)


def _month_by_month() -> Callable[[date], None]:
    """A line for each month of the year as it is played."""
    told: set[int] = set()

    def tell(day: date) -> None:
        if day.month not in told:
            told.add(day.month)
            print(f"  {day.year}年{day.month}月……", flush=True)

    return tell


def _show(logins: list[dict[str, str]], port: int, sample: Sample) -> None:
    print(f"\n{sample.shows}网址 http://{HOST}:{port}\n")
    for row in logins:
        print(f"  {row['login']:<12} {row['password']}   {row['title']}")
    print()


DISTRICT = Sample(
    command="make demo", folder="demo", clock=CLOCK, fill=_year,
    begins="第一次启动：建库、载入莱芜区真实区划与岗位、导入合成花名册，再走完一年……",
    shows="示例：莱芜区。人都是合成的；时间从 2025年12月30日 09:00 开始。",
)
