"""`tongxin roster import`: a roster taken in, with a progress bar and a summary without names."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Person
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of
from tongxin.intake import services
from tongxin.intake.county import county_of
from tongxin.intake.faults import Overtaken
from tongxin.intake.models import Upload
from tongxin.intake.reading import RosterError, open_roster
from tongxin.intake.reading.guards import content_of
from tongxin.intake.reading.row import DOUBTS
from tongxin.intake.uploads import is_elsewhere
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault


def main(argv: Sequence[str]) -> int:
    """0 when every row is in a file or waits for a person, 2 when the roster can't be read, 1 else."""
    parser = Parser(prog="tongxin roster import", description="导入花名册，每个人一份档案。")
    parser.add_argument("file", metavar="文件", type=Path, help="xlsx、xls、et 或 csv")
    parser.add_argument("--county", metavar="代码", help="六位县级区划代码；不写则从文件判断")
    parser.add_argument("--as", dest="login", metavar="登录名", help="以谁的名义导入；不写则记为系统导入")
    asked = parser.parse_args(list(argv))
    try:
        return _import(asked)
    except RosterError as refused:
        print(f"没有导入：{refused}", file=sys.stderr)
        return 2


def _import(asked: argparse.Namespace) -> int:
    at = clock.now()
    viewer = _viewer(asked.login)
    content = content_of(asked.file, asked.file.name)
    roster = open_roster(content, name=asked.file.name)
    county = _county(asked.county or roster.county, viewer, asked.county)
    found = services.receive(
        content=content, name=asked.file.name, viewer=viewer, at=at, county=county, roster=roster
    )
    upload = found.upload
    if upload.state == Upload.DONE:
        print("这份花名册以前导入过，没有任何改动。")
        _print_summary(upload)
        return 0
    if is_elsewhere(upload) and not asked.county:
        raise Fault(
            f"文件里写的地点像是代码 {is_elsewhere(upload)} 的县区，不是{county.name}，没有导入。"
            f"确属{county.name}的，请加上 --county {county.code} 再导入。"
        )
    with tqdm(total=0, unit="行", unit_scale=False, file=sys.stderr, desc="导入") as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        try:
            upload = services.import_upload(upload, viewer=viewer, at=at, progress=show, roster=found.roster)
        except Overtaken:
            raise Fault("这份花名册正由另一处导入，这里没有重复导入。") from None
    _print_summary(upload)
    return 0


def _viewer(login: str | None) -> Viewer:
    if login is None:
        return WORKER
    person = Person.objects.filter(login=login).first()
    viewer = viewer_of(person=person, at=clock.now()) if person else None
    if viewer is None or not access.may_do(viewer=viewer, action="import_roster", at=clock.now()):
        raise Fault("没有这个登录名，或此人的岗位不能导入花名册。没有导入。")
    return viewer


def _county(code: str | None, viewer: Viewer, asked: str | None) -> Division:
    own = county_of(viewer)
    if own is not None:
        if asked and own.code != asked:
            raise Fault(f"此人在{own.name}工作，不能导入代码 {asked} 的花名册。没有导入。")
        return own
    if code is None:
        raise Fault("从文件看不出是哪个县区的花名册，没有导入。请用 --county 指明，例如 --county 370116。")
    found = Division.objects.filter(code=code, level="county", valid_to__isnull=True).first()
    if found is None:
        raise Fault(f"代码 {code} 的县区还没有装入，没有导入。请先运行 tongxin divisions load {code}。")
    return found


def _print_summary(upload: Upload) -> None:
    """Counts and problems; no name and no number of a person."""
    found = upload.summary
    print(
        f"共 {upload.rows_done} 行：新建档案 {found.get('new', 0)} 份，与以前相同 {found.get('same', 0)} 人，"
        f"有变化 {found.get('changed', 0)} 人，待核 {found.get('held', 0)} 行。"
    )
    for code, count in sorted(found.get("problems", {}).items()):
        print(f"  {DOUBTS[code]}：{count} 行")
    if found.get("held"):
        print("没有姓名和疑似重复的行没有建档，已交负责人处理，见网页“花名册”。")
